import type { OrderEvent } from '../src/domain/events.ts';
import type { Ending, OrderContext } from './order-context.ts';

/** Why an order ends with this fact, for people: whose doing it was, a code, a text. Total. */
export const endingOf = (context: OrderContext, fact: OrderEvent): Ending => {
  switch (fact.type) {
    case 'order.cancelled':
    case 'order.refused':
      return { by: fact.node, code: fact.code, text: fact.text };
    case 'order.proposed':
      return {
        by: context.self,
        code: fact.refusal?.code ?? 'refusal/too-late',
        text: fact.refusal?.text ?? '',
      };
    case 'order.accused':
      return { by: fact.blamed, code: fact.code, text: 'a party is to blame, with evidence' };
    case 'deadline.passed':
      return fact.deadline === 'dispute'
        ? {
            by: context.suspects[0] ?? null,
            code: 'fault/certification-unjustified',
            text: 'a certification was disputed, and nobody justified it in time',
          }
        : { by: null, code: 'refusal/too-late', text: 'the order was not ready in time' };
    default:
      return context.ended ?? { by: fact.node, code: 'refusal/not-ready', text: 'the order ended' };
  }
};
