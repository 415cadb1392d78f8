import type { Clock } from '../ports/clock.ts';
import type { PeerId } from './transport.ts';

/**
 * Sends to one peer after the other, and waits while too much for it is unsent. A node that returns after a day gets
 * its backlog at the pace at which it reads, instead of overflowing a buffer, being cut off, and getting it again.
 */
export type SendGate = (peer: PeerId, send: () => Promise<number>) => Promise<number>;

/** @param unsentTo bytes that wait to be sent to the peer */
export const createSendGate = (clock: Clock, unsentTo: (peer: PeerId) => number): SendGate => {
  const queues = new Map<PeerId, Promise<number>>();
  const stuck = new Set<PeerId>();

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(POLL_MS, resolve);
    });

  /** Once a peer was waited for in vain, nobody waits for it again before it has read something. */
  const isReading = async (peer: PeerId): Promise<boolean> => {
    for (let waited = 0; unsentTo(peer) >= ENOUGH_BYTES; waited += POLL_MS) {
      if (waited >= PATIENCE_MS) stuck.add(peer);
      if (stuck.has(peer)) return false;
      await pause();
    }
    stuck.delete(peer);
    return true;
  };

  return async (peer, send) => {
    const before = queues.get(peer) ?? Promise.resolve(0);
    const turn = before.then(async () => ((await isReading(peer)) ? await send() : 0));
    queues.set(peer, turn);
    try {
      return await turn;
    } finally {
      if (queues.get(peer) === turn) queues.delete(peer);
    }
  };
};

const ENOUGH_BYTES = 1_048_576;
const POLL_MS = 10;
const PATIENCE_MS = 5_000;
