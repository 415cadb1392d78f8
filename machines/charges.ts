import type { OrderEvent } from '../src/domain/events.ts';
import type { FaultCode } from '../src/domain/faults.ts';
import type { EnvelopeId, NodeId } from '../src/domain/ids.ts';
import type { Certification } from '../src/domain/messages.ts';
import { contributorsOf, seatsOf } from '../src/domain/terms.ts';
import { isBlamed } from './news.ts';
import type { KnownCertification, OrderContext } from './order-context.ts';
import {
  certificationOf,
  contributionOf,
  maySay,
  ownCertification,
  sameBytes,
  sameWallet,
} from './seats.ts';

/** What a party is to be accused of: the parameters of the effect `accuse`. */
export interface Charge {
  blamed: NodeId;
  code: FaultCode;
  /** Signed envelopes. */
  evidence: EnvelopeId[];
  upheld: boolean;
}

/**
 * The charge that a received fact makes necessary, if any: its fault, or that its maker said something else before.
 * One charge for each party and code; who has no seat is not charged but ignored.
 */
export const chargeOf = (context: OrderContext, fact: OrderEvent): Charge | null => {
  if (fact.via === undefined || !maySay(context, fact)) return null;
  const charge = faultOf(fact, fact.via) ?? contradictionOf(context, fact, fact.via);
  return charge === null || isBlamed(context, charge) ? null : charge;
};

const faultOf = (fact: OrderEvent, via: EnvelopeId): Charge | null =>
  'fault' in fact && fact.fault !== undefined ? proven(fact, fact.fault, [via]) : null;

const proven = ({ node: blamed }: OrderEvent, code: FaultCode, evidence: EnvelopeId[]): Charge => ({
  blamed,
  code,
  evidence,
  upheld: true,
});

/** Two signed, different contributions or certifications of one seat. Whichever came first, the evidence is the same. */
const contradictionOf = (
  context: OrderContext,
  fact: OrderEvent,
  via: EnvelopeId,
): Charge | null => {
  if (fact.type === 'order.contributed') {
    const known = contributionOf(context, fact.role, fact.node);
    if (!known?.digest || sameBytes(known.digest, fact.digest)) return null;
    return proven(fact, 'fault/equivocation', envelopes(known.via, via).toSorted());
  }
  if (fact.type === 'order.certified') {
    const known = certificationOf(context, fact.certification.role, fact.node);
    if (known === undefined || sameWallet(known.certification, fact.certification)) return null;
    return proven(fact, 'fault/equivocation', envelopes(known.via, via).toSorted());
  }
  return null;
};

/**
 * A certification that does not agree with this party's own. Another wallet of the same contributions is wrong by
 * itself. Other contributions are a suspicion: the certifier may have been shown what this party was not, and is to
 * show it; the evidence is what it signed and what this party holds of the first contributor they differ in.
 */
export const mismatchOf = (context: OrderContext): Charge | null => {
  const own = ownCertification(context);
  if (own === undefined || context.terms === null) return null;
  for (const { role, node } of seatsOf(context.terms)) {
    const known = certificationOf(context, role, node);
    if (known === undefined || sameWallet(own, known.certification)) continue;
    const charge = disagreement(context, own, known);
    if (!context.suspects.includes(node) && !isBlamed(context, { ...charge, upheld: true })) {
      return charge;
    }
  }
  return null;
};

const disagreement = (
  context: OrderContext,
  own: Certification,
  { node: blamed, certification, via }: KnownCertification,
): Charge => {
  if (sameBytes(own.transcript, certification.transcript)) {
    return { blamed, code: 'fault/certification-wrong', evidence: envelopes(via), upheld: true };
  }
  const shown = differingContribution(context, own, certification);
  return {
    blamed,
    code: 'fault/certification-unjustified',
    evidence: envelopes(via, shown),
    upheld: false,
  };
};

/** The envelope of the first contribution that the two certify differently; none when it is this party's own. */
const differingContribution = (
  context: OrderContext,
  own: Certification,
  other: Certification,
): EnvelopeId | undefined => {
  const contributors = context.terms === null ? [] : contributorsOf(context.terms);
  const seat = contributors.find((_, i) => {
    const [mine, theirs] = [own.digests[i], other.digests[i]];
    return mine !== undefined && (theirs === undefined || !sameBytes(mine, theirs));
  });
  return seat && contributionOf(context, seat.role, seat.node)?.via;
};

const envelopes = (...ids: (EnvelopeId | undefined)[]): EnvelopeId[] =>
  ids.filter((id) => id !== undefined);
