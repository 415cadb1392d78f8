import type { Effect } from '../../../machines/effect.ts';
import type { OrderContext } from '../../../machines/order-context.ts';
import type { EventOf } from '../../domain/events.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal, knownOrder } from './order.ts';

/**
 * Commits to releasing this fiduciary's share. The machine decides; everything that makes it right is checked here once
 * more, because a share that has left cannot be called back (G8, G9, K13). Whether the identities that it takes have
 * ended is known only here: then the share stays, and that is the fact.
 */
export const release = (
  { to }: Extract<Effect, { type: 'release' }>,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): EventOf<'share.released' | 'share.withheld'> => {
  const { terms } = knownOrder(context, deps);
  const { certificate, redemption, released } = context;
  const { notBefore } = terms.conditions;
  if (context.role !== 'fiduciary') throw internal('only a fiduciary releases a share');
  if (certificate === null) throw internal('the order is not ready');
  const requested = redemption?.beneficiary;
  const named = terms.beneficiary ?? requested;
  if (requested?.id !== to) throw internal('not the beneficiary that was requested');
  if (named?.id !== to || !deps.follows(named.key, requested.key))
    throw internal('not the beneficiary of the terms, in a state of its keys');
  if (notBefore !== undefined && turn.now < notBefore) throw internal('too early');
  if (released !== null && released.to !== to) throw internal('released to another already');
  const revoked = [to, deps.self].find((node) => deps.standing(node)?.current.revoked);
  const fact = { at: turn.now, node: deps.self, to };
  return revoked === undefined
    ? { type: 'share.released', ...fact }
    : { type: 'share.withheld', ...fact, revoked };
};
