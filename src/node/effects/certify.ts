import type { OrderContext } from '../../../machines/order-context.ts';
import { signCertification } from '../../custody/certification.ts';
import { deriveWallet } from '../../custody/wallet.ts';
import type { EventOf } from '../../domain/events.ts';
import { isSingleFiduciary } from '../../domain/terms.ts';
import type { TurnScope } from '../turn.ts';
import { blameContributor, blameDealer } from './blame.ts';
import type { CustodyDeps } from './deps.ts';
import { finishKeyGeneration, type Generated } from './finish-key-generation.ts';
import { internal, knownContributions, knownOrder, ownKeys } from './order.ts';

type Answer = EventOf<'order.certified'> | EventOf<'order.accused'>;

/**
 * Derives the wallet and signs that it did. One of several fiduciaries first ends the key generation: it certifies
 * only a wallet for which it has its share.
 */
export const certify = async (
  _effect: unknown,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<Answer> => {
  const order = knownOrder(context, deps);
  const contributions = knownContributions(order, context);
  const derived = deriveWallet(order, contributions);
  if (derived.wallet === null) return blameContributor(derived, context, turn);
  const { wallet } = derived;

  const { role } = context;
  const certified = (generated: Partial<Generated>): Answer => ({
    type: 'order.certified',
    at: turn.now,
    node: deps.self,
    certification: signCertification(order, role, wallet, ownKeys(order, deps).bls),
    ...generated,
  });
  if (role !== 'fiduciary' || isSingleFiduciary(order.terms)) return certified({});
  const finished = await finishKeyGeneration(order, contributions, context, deps, turn);
  if (finished.wrong !== undefined) return blameDealer(finished.wrong, context, turn);
  if (!finished.groupKey.equals(wallet.groupKey)) throw internal('another group key than derived');
  turn.destroy(finished.generated.spent);
  return certified(finished.generated);
};
