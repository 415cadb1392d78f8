import type { OrderContext } from '../../../machines/order-context.ts';
import type { CustodyOrder } from '../../custody/contribution.ts';
import { orderContext } from '../../custody/order-id.ts';
import { inTranscriptOrder } from '../../custody/wallet.ts';
import type { NodeId, OrderId } from '../../domain/ids.ts';
import type { SeatedContribution } from '../../domain/messages.ts';
import { partyOf } from '../../domain/terms.ts';
import { NodeError } from '../../errors.ts';
import type { IdentityKeys } from '../../identity/own-keys.ts';
import type { CustodyDeps } from './deps.ts';

/** What every computation in an order starts from. */
export interface KnownOrder extends CustodyOrder {
  order: OrderId;
}

/** @throws NodeError node/internal: a machine asked for a computation before it knew the terms */
export const knownOrder = (
  { order, terms }: Pick<OrderContext, 'order' | 'terms'>,
  { network }: Pick<CustodyDeps, 'network'>,
): KnownOrder => {
  if (order === null || terms === null) throw internal('the terms are not known yet');
  return { order, terms, ctx: orderContext(network, order) };
};

/** All contributions in transcript order. @throws NodeError node/internal while one is missing */
export const knownContributions = (
  { terms }: CustodyOrder,
  { contributions }: Pick<OrderContext, 'contributions'>,
): SeatedContribution[] => {
  const ordered = inTranscriptOrder(terms, contributions);
  if (!ordered) throw internal('a contribution is missing');
  return ordered;
};

/** Own keys in the state that the order pins (guarantee G13). */
export const ownKeys = ({ terms }: CustodyOrder, deps: CustodyDeps): IdentityKeys => {
  const own = partyOf(terms, deps.self);
  if (!own) throw internal('this node has no part in the order');
  return deps.keys(own.key);
};

/** The BLS key of a party in the state that the order pins, 48 bytes. @throws IdentityError identity/unknown */
export const blsKeyOf =
  ({ terms }: Pick<CustodyOrder, 'terms'>, { states }: Pick<CustodyDeps, 'states'>) =>
  (node: NodeId): Uint8Array => {
    const party = partyOf(terms, node);
    if (!party) throw new NodeError('node/unexpected', `${node} has no part in the order`);
    return states(party.key).keys.bls;
  };

export const internal = (text: string): NodeError => new NodeError('node/internal', text);
