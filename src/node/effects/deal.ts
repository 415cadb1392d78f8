import type { OrderContext } from '../../../machines/order-context.ts';
import { dkgContributions, rosterOf } from '../../custody/contribution.ts';
import { deriveWallet } from '../../custody/wallet.ts';
import type { EventOf } from '../../domain/events.ts';
import type { NodeId, SecretId } from '../../domain/ids.ts';
import type { TurnScope } from '../turn.ts';
import { blameContributor } from './blame.ts';
import type { CustodyDeps } from './deps.ts';
import { internal, knownContributions, knownOrder } from './order.ts';

/**
 * Second round of the key generation: a share of this fiduciary's polynomial for each of the others. Contributions
 * that make no wallet are blamed before anything is dealt on them.
 */
export const deal = async (
  _effect: unknown,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<EventOf<'order.dealt'> | EventOf<'order.accused'>> => {
  const order = knownOrder(context, deps);
  const contributions = knownContributions(order, context);
  const derived = deriveWallet(order, contributions);
  if (derived.wallet === null) return blameContributor(derived, context, turn);
  const { round } = context.secrets;
  if (round === undefined) throw internal('no state of the key generation');

  const { secret, shares } = await turn.use('dkg-round', round, (state) =>
    deps.compute.run('dkgRound2', {
      ctx: order.ctx,
      roster: rosterOf(order.terms),
      self: deps.self,
      threshold: order.terms.threshold,
      secret: state,
      contributions: dkgContributions(contributions),
    }),
  );
  const dealt: { to: NodeId; share: SecretId }[] = [];
  for (const { to, share } of shares) dealt.push({ to, share: await turn.keep('share', share) });
  turn.destroy([round]);
  return {
    type: 'order.dealt',
    at: turn.now,
    node: deps.self,
    dealt,
    secret: await turn.keep('dkg-round', secret),
  };
};
