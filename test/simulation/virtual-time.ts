import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.ts';

/**
 * The time of a simulated world: a queue of wakes ordered by (time, number), so that two wakes of one moment run in
 * the order in which they were asked for, and a run depends on nothing but its seed.
 *
 * Rest: between two wakes the world comes to rest, and how it does is the one subtle point. Production code waits for
 * the clock or for promises and for nothing else (no thread, no socket, no file: their ports are in memory), and Node
 * empties the queues of promises and of nextTick before it runs the next immediate. So one `setImmediate` after a
 * wake is enough: whatever the wake set going has then run as far as it can without the clock.
 */
export interface VirtualTime {
  /** Milliseconds since the epoch, the true time of the world. */
  now(): number;
  /** Calls `wake` once, `delay` ms from now. The returned function cancels it. */
  after(delay: number, wake: () => void): () => void;
  /** Goes to the next wake, runs it, and lets the world come to rest. False when nothing is waiting. */
  step(): Promise<boolean>;
  /** Time of the next wake; Infinity when nothing is waiting. */
  next(): number;
}

interface Wake {
  at: number;
  number: number;
  /** Undefined once cancelled. */
  run: (() => void) | undefined;
}

/** 2026-01-01T00:00:00Z: any moment does, as long as it is always the same. */
export const EPOCH = 1_767_225_600_000;

export const createVirtualTime = (): VirtualTime => {
  let now = EPOCH;
  let count = 0;
  const heap: Wake[] = [];

  const dropCancelled = (): void => {
    while (heap[0] && !heap[0].run) pop(heap);
  };

  return {
    now: () => now,
    after: (delay, run) => {
      const wake: Wake = { at: now + Math.max(0, Math.ceil(delay)), number: count++, run };
      push(heap, wake);
      return () => {
        wake.run = undefined;
      };
    },
    step: async () => {
      dropCancelled();
      const wake = pop(heap);
      if (!wake) return false;
      now = wake.at;
      wake.run?.();
      await setImmediate();
      return true;
    },
    next: () => {
      dropCancelled();
      return heap[0]?.at ?? Infinity;
    },
  };
};

/** What one node takes for the time: the true one and an error. Its timers count true milliseconds, as real ones do. */
export interface NodeTime {
  now(): number;
  /** Sets the error, ms, either sign. */
  setError(ms: number): void;
  /** The clock of one life of the node: once `alive` is false its timers never fire. */
  clock(alive: () => boolean): Clock;
}

export const createNodeTime = (time: VirtualTime): NodeTime => {
  let error = 0;
  const now = (): number => time.now() + error;
  return {
    now,
    setError: (ms) => {
      error = ms;
    },
    clock: (alive) => ({
      now,
      after: (delay, wake) =>
        time.after(delay, () => {
          if (alive()) wake();
        }),
    }),
  };
};

const before = (a: Wake, b: Wake): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

/** A binary heap: the parent of `i` is at (i - 1) / 2. */
const push = (heap: Wake[], wake: Wake): void => {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (!parent || !before(wake, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = wake;
};

const pop = (heap: Wake[]): Wake | undefined => {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || first === last) return first;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    const [left, right] = [heap[below], heap[below + 1]];
    if (!left) break;
    if (right && before(right, left)) below += 1;
    const child = heap[below];
    if (!child || !before(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
  return first;
};
