import type { KeyStateId, NodeId } from '../domain/ids.ts';
import type { Message } from '../domain/messages.ts';
import { sealEnvelope } from '../envelope/seal.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sealer } from './plan-envelope.ts';

/**
 * Envelopes outside any order. They are not stored and not sent again: each is made anew whenever it is needed, so one
 * that is lost costs a moment.
 */
export type PassingType = 'ack' | 'log.asked' | 'heads.asked' | 'heads.told';

/** The recipient, the state of its keys that the envelope is for, and the state of mine that signs where it is still held. */
export interface Correspondence {
  to: NodeId;
  theirs: KeyStateId;
  mine: KeyStateId;
}

export type SendPassing = <T extends PassingType>(
  type: T,
  between: Correspondence,
  message: Message<T>,
) => void;

/** Each is good for this long, ms. */
const VALID = 60_000;

export const createPassingMail = (deps: {
  log: Pick<EventLog, 'head' | 'starts'>;
  clock: Clock;
  sealer: Sealer;
  /** The state of this node's keys to sign with: the one given, or another where its keys are gone. */
  signing(mine: KeyStateId): KeyStateId;
  publish(node: NodeId, bytes: Uint8Array): Promise<void>;
}): SendPassing => {
  const { log, clock, sealer } = deps;
  let count = 0;

  /** Outside any order there is no log to count in: the number of this start, then of this envelope. */
  const nextSeq = (): number => log.starts * 2 ** 32 + ++count;

  return (type, { to, theirs, mine }, message) => {
    const at = clock.now();
    const head = log.head();
    const { bytes, cek } = sealEnvelope({
      type,
      stream: null,
      seq: nextSeq(),
      at,
      until: at + VALID,
      recipients: [sealer.states(theirs)],
      message,
      head: head && sealer.show(head),
      keys: sealer.keys(deps.signing(mine)),
      random: sealer.random,
      encapsulate: sealer.encapsulate,
    });
    cek.fill(0);
    void deps.publish(to, bytes);
  };
};
