import type { OrderContext } from '../../../machines/order-context.ts';
import { combineWalletKey } from '../../custody/redemption.ts';
import type { EventOf } from '../../domain/events.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal, knownOrder } from './order.ts';

/**
 * Makes the wallet key of the addend and the released shares, checks it against the certified public key, seals it.
 * The shares have been checked when they came, each against its maker (K12), so any `threshold` of them will do.
 */
export const combine = async (
  _effect: unknown,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<EventOf<'key.combined'>> => {
  const order = knownOrder(context, deps);
  const { certificate, secrets } = context;
  if (!certificate || secrets.addend === undefined) throw internal('the order is not ready here');
  const shares: { node: NodeId; share: Buffer }[] = [];
  try {
    for (const { node, share } of context.shares.slice(0, order.terms.threshold))
      shares.push({ node, share: await turn.use('share', share, (secret) => Buffer.from(secret)) });
    const walletKey = await turn.use('addend', secrets.addend, (addend) =>
      combineWalletKey(order, { addend, shares, walletKey: certificate.walletKey }),
    );
    return {
      type: 'key.combined',
      at: turn.now,
      node: deps.self,
      secret: await turn.keep('wallet-key', walletKey),
    };
  } finally {
    for (const { share } of shares) share.fill(0);
  }
};
