import { encapsulate } from '../../src/crypto/kem.ts';
import type { OrderId } from '../../src/domain/ids.ts';
import type { Evidence, Message, MessageType } from '../../src/domain/messages.ts';
import { decodeEnvelope, detachEnvelope } from '../../src/envelope/codec.ts';
import { sealEnvelope } from '../../src/envelope/seal.ts';
import { systemRandom } from '../../src/ports/random.ts';
import type { Person } from '../identity/people.ts';
import { beth, paula } from './ceremony.ts';

/** Where parties of one order write: each numbers its envelopes. What is written can be posted or shown as evidence. */

export interface Letter {
  id: string;
  bytes: Uint8Array;
  cek: Buffer;
  evidence: Required<Evidence>;
}

export const createDesk = (order: OrderId | null) => {
  const numbers = new Map<Person, number>();
  return {
    write: <T extends MessageType>(
      from: Person,
      type: T,
      message: Message<T>,
      { to = [paula, beth], seq }: { to?: readonly Person[]; seq?: number } = {},
    ): Letter => {
      const number = seq ?? (numbers.get(from) ?? 0) + 1;
      numbers.set(from, number);
      const { id, bytes, cek } = sealEnvelope({
        type,
        stream: order,
        seq: number,
        at: 1,
        until: 2,
        recipients: to.map(({ state }) => state),
        message,
        head: null,
        keys: from.keys,
        random: systemRandom,
        encapsulate,
      });
      const envelope = detachEnvelope(decodeEnvelope(bytes));
      return { id, bytes, cek, evidence: { envelope, cek } };
    },
  };
};
