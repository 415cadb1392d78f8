import type { MessageStream } from '@libp2p/interface';
import type { Clock } from '../ports/clock.ts';

/**
 * Reads from a stream no faster than an allowance: when it is spent, the stream is paused, and flow control leaves the
 * rest with the sender. Nothing is lost, and nothing is held here.
 */

export interface Allowance {
  /** Units a second, on average. */
  perSecond: number;
  /** Units that may be spent at once after a rest. */
  burst: number;
}

/** @returns milliseconds to wait after spending, 0 while something is left */
export type Spend = (units: number) => number;

/** A token bucket that may go into debt by one spending. */
export const createSpend = (clock: Clock, { perSecond, burst }: Allowance): Spend => {
  let left = burst;
  let at = clock.now();
  return (units) => {
    const now = clock.now();
    left = Math.min(burst, left + (Math.max(0, now - at) * perSecond) / 1_000) - units;
    at = now;
    return left >= 0 ? 0 : Math.ceil((-left * 1_000) / perSecond);
  };
};

/**
 * Must be called before anybody else listens to the stream.
 * @param costOf units of a piece of the stream; undefined where nobody honest sends such a thing: the stream is reset
 */
export const paceStream = (
  stream: MessageStream,
  clock: Clock,
  spend: Spend,
  costOf: (data: readonly Uint8Array[]) => number | undefined,
): void => {
  let cancel: (() => void) | undefined;

  const resume = (): void => {
    if (stream.status === 'open') quietly(() => stream.resume());
  };
  stream.addEventListener('message', (event) => {
    const cost = costOf(event.data instanceof Uint8Array ? [event.data] : [...event.data]);
    if (cost === undefined) {
      event.stopImmediatePropagation();
      stream.abort(new Error('the stream exceeds a limit of the protocol'));
      return;
    }
    const wait = spend(cost);
    if (wait === 0 || stream.status !== 'open') return;
    quietly(() => stream.pause());
    cancel?.();
    cancel = clock.after(wait, resume);
  });
  stream.addEventListener('close', () => cancel?.());
};

/** A stream that is being closed refuses to pause and resume, and has no need of it. */
const quietly = (act: () => void): void => {
  try {
    act();
  } catch {
    // Closing.
  }
};
