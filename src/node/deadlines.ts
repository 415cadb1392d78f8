import type { DeadlineName } from '../domain/events.ts';
import type { StreamId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Wakes roles when their deadlines pass. Deadlines are data in the state of a role; this only watches the clock, so a
 * restart, a late wake-up or a clock that jumped loses none: whatever has passed is told, once it is asked again.
 */
export interface Deadlines {
  /** Replaces all deadlines of a stream. */
  set(stream: StreamId, deadlines: readonly { name: DeadlineName; at: number }[]): void;
  stop(): void;
}

/** A clock may jump ahead while a timer sleeps: it looks again at least this often, ms. */
const LONGEST_SLEEP = 60_000;
const RETRY = 1_000;

export const createDeadlines = (deps: {
  clock: Clock;
  /** Tells the role. Rejects when that could not be recorded: it is tried again. */
  passed(stream: StreamId, name: DeadlineName): Promise<void>;
}): Deadlines => {
  const { clock } = deps;
  const timers = new Map<StreamId, () => void>();
  const current = new Map<StreamId, readonly { name: DeadlineName; at: number }[]>();
  let stopped = false;

  const watch = (
    stream: StreamId,
    deadlines: readonly { name: DeadlineName; at: number }[],
    least = 0,
  ): void => {
    timers.get(stream)?.();
    timers.delete(stream);
    current.set(stream, deadlines);
    if (deadlines.length === 0) current.delete(stream);
    if (stopped || deadlines.length === 0) return;
    const next = Math.min(...deadlines.map(({ at }) => at));
    const sleep = Math.max(least, Math.min(next - clock.now(), LONGEST_SLEEP));
    timers.set(
      stream,
      clock.after(sleep, () => void wake(stream, deadlines)),
    );
  };

  const wake = async (
    stream: StreamId,
    deadlines: readonly { name: DeadlineName; at: number }[],
  ): Promise<void> => {
    timers.delete(stream);
    const passed = deadlines.filter(({ at }) => at <= clock.now());
    const [first] = passed;
    if (!first) return watch(stream, deadlines);
    // Recording it changes the state, which sets the stream's deadlines anew. If it could not be recorded, or the clock
    // has gone back meanwhile and it counts no more, the same deadlines are watched on.
    await deps.passed(stream, first.name).catch(() => undefined);
    if (current.get(stream) === deadlines) watch(stream, deadlines, RETRY);
  };

  return {
    set: (stream, deadlines) => watch(stream, deadlines),
    stop: () => {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
};
