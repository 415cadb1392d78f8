import type { OrderId } from '../domain/ids.ts';
import type { OrderView } from '../domain/views.ts';
import type { Clock } from '../ports/clock.ts';
import type { Queries } from './queries.ts';

type Goal = 'ready' | 'redeemed';

/** The order as soon as it has reached its goal or ended without, or as it is after `ms`. */
export const untilSettled = async (
  deps: {
    clock: Clock;
    queries: Queries;
    watch: (listener: (order: OrderId) => void) => () => void;
  },
  order: OrderId,
  goal: Goal,
  ms: number,
): Promise<OrderView> => {
  const { clock, queries } = deps;
  const changed: { wake: () => void } = { wake: () => undefined };
  const watcher = (which: OrderId): void => {
    if (which === order) changed.wake();
  };
  let timedOut = false;
  const cancel = clock.after(ms, () => {
    timedOut = true;
    changed.wake();
  });
  const unwatch = deps.watch(watcher);
  try {
    for (;;) {
      const next = new Promise<void>((wake) => {
        changed.wake = wake;
      });
      const view = await queries.order(order);
      if (timedOut || isSettled(view, goal)) return view;
      await next;
    }
  } finally {
    cancel();
    unwatch();
  }
};

const isSettled = (view: OrderView, goal: Goal): boolean => {
  if (view.ended !== null) return true;
  if (goal === 'ready') return view.address !== null;
  return view.redemption !== null && view.redemption.receiptedAt !== null;
};
