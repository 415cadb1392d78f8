import type { OrderContext } from '../../../machines/order-context.ts';
import { concludeCertificate } from '../../custody/certification.ts';
import type { EventOf } from '../../domain/events.ts';
import { seatsOf } from '../../domain/terms.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal, knownOrder } from './order.ts';

/** The principal adds up what all seats certified. The address is shown to nobody before this. */
export const conclude = (
  _effect: unknown,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): EventOf<'order.ready'> => {
  const { order, terms } = knownOrder(context, deps);
  const certifications = seatsOf(terms)
    .map((seat) =>
      context.certifications.find((made) => made.role === seat.role && made.node === seat.node),
    )
    .map((made) => made?.certification)
    .filter((made) => made !== undefined);
  if (context.role !== 'principal' || certifications.length !== seatsOf(terms).length)
    throw internal('not every seat has certified');
  return {
    type: 'order.ready',
    at: turn.now,
    node: deps.self,
    certificate: concludeCertificate(order, terms, certifications),
  };
};
