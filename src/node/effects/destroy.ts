import type { Effect } from '../../../machines/effect.ts';
import type { OrderContext } from '../../../machines/order-context.ts';
import type { EventOf } from '../../domain/events.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';

/**
 * Destroys secrets that nobody needs any more: of an order that ended without a wallet always, a released share only
 * after the beneficiary's receipt and when the operator says so. Never that of a wallet whose key nobody has yet.
 */
export const destroy = (
  { secrets }: Extract<Effect, { type: 'destroy' }>,
  { certificate, receipt }: OrderContext,
  { self, policy }: CustodyDeps,
  turn: TurnScope,
): EventOf<'share.destroyed'> => {
  const needed = certificate !== null && (receipt === null || !policy.destroyReleased);
  const gone = needed ? [] : secrets;
  turn.destroy(gone);
  return { type: 'share.destroyed', at: turn.now, node: self, secrets: gone };
};
