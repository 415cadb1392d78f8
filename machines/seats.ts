import type { OrderEvent } from '../src/domain/events.ts';
import type { NodeId, Role } from '../src/domain/ids.ts';
import type { Certificate, Certification } from '../src/domain/messages.ts';
import { contributorsOf, hasSeat, partyOf, type Party } from '../src/domain/terms.ts';
import type { KnownCertification, KnownContribution, OrderContext } from './order-context.ts';

/** Who is who in an order, who may say what, and what has been said: predicates and look-ups over the context. Total. */

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The same node with the same state of its keys (guarantee G13). */
export const sameParty = (a: Party, b: Party): boolean => a.id === b.id && a.key === b.key;

/** The role that a fact says its maker acts in, where it does. */
const roleIn = (fact: OrderEvent): Role | undefined => {
  if (fact.type === 'order.certified') return fact.certification.role;
  return 'role' in fact ? fact.role : undefined;
};

/** A fact that this role made itself: it came in no envelope. */
export const isOwn = ({ self, role }: OrderContext, fact: OrderEvent): boolean =>
  fact.via === undefined && fact.node === self && (roleIn(fact) ?? role) === role;

/** A received fact whose maker has the seat that allows to state it, and that concerns this role. */
export const maySay = (context: OrderContext, fact: OrderEvent): boolean => {
  if (fact.via === undefined || context.terms === null) return false;
  const { terms, role } = context;
  switch (fact.type) {
    case 'order.contributed':
      return (
        isOtherSeat(context, fact.role, fact.node) &&
        contributorsOf(terms).some((seat) => seat.role === fact.role && seat.node === fact.node)
      );
    case 'order.dealt':
      return role === 'fiduciary' && isOtherSeat(context, 'fiduciary', fact.node);
    case 'order.certified':
      return isOtherSeat(context, fact.certification.role, fact.node);
    case 'order.ready':
    case 'order.cancelled':
    case 'redemption.requested':
      return fact.node === terms.principal.id;
    case 'order.refused':
    case 'redemption.refused':
      return role === 'principal' && isOtherSeat(context, fact.role, fact.node);
    case 'order.accused':
      return isParty(context, fact.node) && isParty(context, fact.blamed);
    case 'share.released':
      return role === 'beneficiary' && isOtherSeat(context, 'fiduciary', fact.node);
    case 'redemption.receipted':
      return role !== 'beneficiary' && mayBeBeneficiary(context, fact.node);
    case 'order.proposed':
    case 'share.withheld':
    case 'key.combined':
    case 'share.destroyed':
    case 'deadline.passed':
      return false;
  }
};

const isOtherSeat = (
  { terms, self, role: ownRole }: OrderContext,
  role: Role,
  node: NodeId,
): boolean => terms !== null && hasSeat(terms, role, node) && !(role === ownRole && node === self);

/** A node with any seat, or the beneficiary that was named at redemption. */
export const isParty = ({ terms, redemption }: OrderContext, node: NodeId): boolean =>
  redemption?.beneficiary.id === node || (terms !== null && partyOf(terms, node) !== undefined);

/** The beneficiary of the terms, or of the redemption when the terms name none; null while nobody knows. */
export const beneficiaryOf = ({ terms, redemption }: OrderContext): Party | null =>
  terms?.beneficiary ?? redemption?.beneficiary ?? null;

/** While it is not known who the beneficiary is, anybody may say to be it: it counts when it proves true. */
const mayBeBeneficiary = (context: OrderContext, node: NodeId): boolean =>
  (beneficiaryOf(context)?.id ?? node) === node;

export const contributionOf = (
  { contributions }: OrderContext,
  role: Role,
  node: NodeId,
): KnownContribution | undefined =>
  contributions.find((known) => known.role === role && known.node === node);

export const certificationOf = (
  { certifications }: OrderContext,
  role: Role,
  node: NodeId,
): KnownCertification | undefined =>
  certifications.find((known) => known.role === role && known.node === node);

/** What this role signed itself. */
export const ownCertification = (context: OrderContext): Certification | undefined =>
  certificationOf(context, context.role, context.self)?.certification;

/** Both speak of the same wallet made of the same contributions. */
export const sameWallet = (
  a: Certification | Certificate,
  b: Certification | Certificate,
): boolean =>
  sameBytes(a.transcript, b.transcript) &&
  sameBytes(a.walletKey, b.walletKey) &&
  a.address === b.address;
