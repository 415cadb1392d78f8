/** The only source of time, and of being woken later. Replaced by a virtual one in tests and in the simulator. */
export interface Clock {
  /** Milliseconds since the epoch, UTC, integer. May jump in either direction. */
  now(): number;
  /**
   * Calls `wake` once, at least `delay` ms from now (0 = as soon as the current work is done).
   * `wake` must not throw. The returned function cancels it.
   */
  after(delay: number, wake: () => void): () => void;
}

/** setTimeout counts in 32 bits; a longer delay would fire at once. The caller asks again when woken too early. */
const MAX_DELAY = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, wake) => {
    const timer = setTimeout(wake, Math.min(Math.max(delay, 0), MAX_DELAY));
    return () => clearTimeout(timer);
  },
};
