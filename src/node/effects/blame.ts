import type { OrderContext } from '../../../machines/order-context.ts';
import type { EventOf } from '../../domain/events.ts';
import type { FaultCode } from '../../domain/faults.ts';
import type { EnvelopeId, NodeId } from '../../domain/ids.ts';
import type { TurnScope } from '../turn.ts';
import { internal } from './order.ts';

/** This party's own verdicts: what a computation finds wrong with what others sent. */

export const blameContributor = (
  { culprit, code }: { culprit: NodeId; code: FaultCode },
  context: OrderContext,
  turn: TurnScope,
): EventOf<'order.accused'> =>
  verdict(culprit, code, [contributionEnvelope(context, culprit)], context, turn);

/** The dealt share and the commitments that it does not fit are signed by one and the same fiduciary (K9). */
export const blameDealer = (
  dealer: NodeId,
  context: OrderContext,
  turn: TurnScope,
): EventOf<'order.accused'> => {
  const dealt = context.dealt.find(({ node }) => node === dealer)?.via;
  const evidence = [dealt, contributionEnvelope(context, dealer, 'fiduciary')];
  return verdict(dealer, 'fault/share-dealt-wrong', evidence, context, turn);
};

const contributionEnvelope = (
  { contributions }: OrderContext,
  culprit: NodeId,
  role?: 'fiduciary',
): EnvelopeId | undefined =>
  contributions.find((made) => made.node === culprit && (role ?? made.role) === made.role)?.via;

/** Whoever could blame itself, or without an envelope, has a fault of its own making: that is no verdict. */
const verdict = (
  blamed: NodeId,
  code: FaultCode,
  envelopes: readonly (EnvelopeId | undefined)[],
  { self }: OrderContext,
  { now }: TurnScope,
): EventOf<'order.accused'> => {
  const evidence = envelopes.filter((id) => id !== undefined);
  if (evidence.length !== envelopes.length) throw internal(`${code} without its evidence`);
  return { type: 'order.accused', at: now, node: self, blamed, code, evidence, upheld: true };
};
