import type { OrderEvent } from '../src/domain/events.ts';
import type { Ending, OrderContext } from './order-context.ts';

/** Why an order ends with this fact, for people: whose doing it was, a code, a text. Total. */
export const endingOf = (context: Pick<OrderContext, 'self'>, fact: OrderEvent): Ending => {
  if (fact.type === 'order.cancelled' || fact.type === 'order.refused') {
    return { by: fact.node, code: fact.code, text: fact.text };
  }
  if (fact.type === 'order.proposed' && fact.refusal !== undefined) {
    return { by: context.self, ...fact.refusal };
  }
  if (fact.type === 'order.accused') {
    return { by: fact.blamed, code: fact.code, text: 'a party is to blame, with evidence' };
  }
  if (fact.type === 'deadline.passed' && fact.deadline === 'dispute') {
    return {
      // Who is suspected may be honest, and the accuser the liar: the suspicions say who says what of whom.
      by: null,
      code: 'fault/certification-unjustified',
      text: 'a certification was disputed, and nobody justified it in time',
    };
  }
  return { by: null, code: 'refusal/too-late', text: 'the order was not ready in time' };
};
