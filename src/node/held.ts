import type { OrderId } from '../domain/ids.ts';
import type { Inspected } from '../envelope/inspect.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Envelopes of orders that are not known here yet: a contribution may overtake the proposal. They are not
 * acknowledged, so what does not fit, or is lost in a restart, comes again.
 */
export interface Held {
  hold(inspected: Inspected): void;
  /** Takes out all that waited for an order. */
  release(order: OrderId): Inspected[];
}

const MOST_PER_SENDER = 64;
const MOST = 1_024;

export const createHeld = (clock: Clock): Held => {
  let all: Inspected[] = [];
  return {
    hold: (inspected) => {
      const now = clock.now();
      all = all.filter(({ header }) => header.until >= now);
      const ofSender = all.filter(({ header }) => header.from === inspected.header.from);
      if (all.length >= MOST || ofSender.length >= MOST_PER_SENDER) return;
      if (!all.some(({ id }) => id === inspected.id)) all.push(inspected);
    },
    release: (order) => {
      const released = all.filter(({ header }) => header.stream === order);
      if (released.length > 0) all = all.filter(({ header }) => header.stream !== order);
      return released;
    },
  };
};
