import type { Clock } from '../../src/ports/clock.ts';

/** A clock that moves only when told: wakes run in the order of their time, then of their asking. */
export interface VirtualClock extends Clock {
  /** Runs everything due within `ms` from now, also what is asked for meanwhile. */
  advance(ms: number): void;
  /** How many wakes are waiting. */
  waiting(): number;
}

export const createVirtualClock = (start = 1_700_000_000_000): VirtualClock => {
  let now = start;
  let count = 0;
  const wakes: { at: number; order: number; wake: () => void }[] = [];
  return {
    now: () => now,
    after: (delay, wake) => {
      const entry = { at: now + Math.max(0, delay), order: count++, wake };
      wakes.push(entry);
      return () => {
        const index = wakes.indexOf(entry);
        if (index >= 0) wakes.splice(index, 1);
      };
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        wakes.sort((a, b) => a.at - b.at || a.order - b.order);
        const next = wakes[0];
        if (next === undefined || next.at > end) break;
        wakes.shift();
        now = next.at;
        next.wake();
      }
      now = end;
    },
    waiting: () => wakes.length,
  };
};
