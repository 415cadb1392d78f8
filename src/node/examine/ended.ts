import type { EventOf } from '../../domain/events.ts';
import type { Role } from '../../domain/ids.ts';
import { hasSeat } from '../../domain/terms.ts';
import { knownOrder } from '../effects/order.ts';
import type { CustodyDeps } from '../effects/deps.ts';
import { learned, unexpected, type Examiner, type InOrder } from './received.ts';

/** How parties say that they do not go on, blaming nobody. */

export const refused: Examiner<InOrder<'order.refused'>> = (
  received,
  deps,
  turn,
): EventOf<'order.refused'> => {
  const { role, code, text } = received.message;
  checkSeat(received, role, deps);
  return { type: 'order.refused', ...learned(received, turn), role, code, text };
};

export const declined: Examiner<InOrder<'redemption.refused'>> = (
  received,
  deps,
  turn,
): EventOf<'redemption.refused'> => {
  const { role, code, text } = received.message;
  checkSeat(received, role, deps);
  return { type: 'redemption.refused', ...learned(received, turn), role, code, text };
};

export const cancelled: Examiner<InOrder<'order.cancelled'>> = (
  received,
  deps,
  turn,
): EventOf<'order.cancelled'> => {
  const { code, text } = received.message;
  checkSeat(received, 'principal', deps);
  return { type: 'order.cancelled', ...learned(received, turn), code, text };
};

const checkSeat = (
  { from, context }: Pick<InOrder<'order.refused'>, 'from' | 'context'>,
  role: Role,
  deps: CustodyDeps,
): void => {
  const { terms } = knownOrder(context, deps);
  if (!hasSeat(terms, role, from)) throw unexpected(`is not the ${role} of this order`);
};
