import { encapsulate } from '../../src/crypto/kem.ts';
import type { NodeId, OrderId, Role } from '../../src/domain/ids.ts';
import type { Message, MessageType } from '../../src/domain/messages.ts';
import { sealEnvelope } from '../../src/envelope/seal.ts';
import { readExport, writeExport } from '../../src/identity/export-file.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { systemRandom } from '../../src/ports/random.ts';
import type { MemoryNetwork } from '../../src/transport/memory-network.ts';
import { inboxTopic } from '../../src/transport/topics.ts';
import { person, type Person } from '../identity/people.ts';
import type { Member } from './memory-world.ts';

/** A party that real nodes know and trust, and that sends whatever it likes to whom it likes. */
export interface Cheat {
  person: Person;
  id: NodeId;
  send<T extends MessageType>(
    order: OrderId,
    type: T,
    message: Message<T>,
    to: readonly Member[],
    seq?: number,
  ): Promise<void>;
  stop(): Promise<void>;
}

export const createCheat = async (
  name: string,
  roles: Role[],
  members: readonly Member[],
  network: MemoryNetwork,
): Promise<Cheat> => {
  const cheat = person(name);
  const { id, keys } = cheat.state;
  const file = writeExport(
    id,
    cheat.blocks.map(({ bytes }) => bytes),
  );
  const transport = network.transport(keys.peerId);
  transport.join(inboxTopic('test', id), () => 'accept');
  const states = new Map<Member, KeyState>();
  for (const member of members) {
    await member.node.addPeer({ file, name, roles });
    const { state } = readExport(await member.node.exportIdentity());
    const peer = state.keys.peerId;
    states.set(member, state);
    transport.connect({ node: member.id, peer, addrs: [`/memory/${peer}`] });
  }
  await transport.start();
  let count = 0;
  return {
    person: cheat,
    id,
    send: async (order, type, message, to, seq) => {
      count += 1;
      const { bytes } = sealEnvelope({
        type,
        stream: order,
        seq: seq ?? count,
        at: Date.now(),
        until: Date.now() + 60_000,
        recipients: to.map((member) => states.get(member)).filter((state) => state !== undefined),
        message,
        head: null,
        keys: cheat.keys,
        random: systemRandom,
        encapsulate,
      });
      for (const member of to) await transport.publish(inboxTopic('test', member.id), bytes);
    },
    stop: () => transport.stop(),
  };
};
