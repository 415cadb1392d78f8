import type { OrderEvent } from '../src/domain/events.ts';
import type { NodeId, Role } from '../src/domain/ids.ts';
import type { Certificate, Certification } from '../src/domain/messages.ts';
import { contributorsOf, hasSeat, type Party } from '../src/domain/terms.ts';
import type { KnownCertification, KnownContribution, OrderContext } from './order-context.ts';

/** Who is who in an order, and what it has said: predicates and look-ups over the context. Total. */

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The same node with the same state of its keys (guarantee G13). */
export const sameParty = (a: Party, b: Party): boolean => a.id === b.id && a.key === b.key;

/** A fact that this role made itself: it came in no envelope. */
export const isOwn = ({ self, role }: OrderContext, fact: OrderEvent): boolean =>
  fact.via === undefined && fact.node === self && (roleIn(fact) ?? role) === role;

/** The role that a fact says its maker acts in, where it does. */
export const roleIn = (fact: OrderEvent): Role | undefined => {
  switch (fact.type) {
    case 'order.contributed':
    case 'order.refused':
    case 'redemption.refused':
      return fact.role;
    case 'order.certified':
      return fact.certification.role;
    default:
      return undefined;
  }
};

/** A seat of the order that is not this one. */
export const isOtherSeat = (
  { terms, self, role: ownRole }: OrderContext,
  role: Role,
  node: NodeId,
): boolean => terms !== null && hasSeat(terms, role, node) && !(role === ownRole && node === self);

export const isContributor = ({ terms }: OrderContext, role: Role, node: NodeId): boolean =>
  terms !== null && contributorsOf(terms).some((seat) => seat.role === role && seat.node === node);

/** A node with any seat, or the beneficiary that was named at redemption. */
export const isParty = (context: OrderContext, node: NodeId): boolean =>
  context.redemption?.beneficiary.id === node ||
  (context.terms !== null &&
    (['principal', 'beneficiary', 'fiduciary'] as const).some(
      (role) => context.terms !== null && hasSeat(context.terms, role, node),
    ));

export const isPrincipal = ({ terms }: OrderContext, node: NodeId): boolean =>
  terms?.principal.id === node;

/** The beneficiary of the terms, or of the redemption when the terms name none; null while nobody knows. */
export const beneficiaryOf = ({ terms, redemption }: OrderContext): Party | null =>
  terms?.beneficiary ?? redemption?.beneficiary ?? null;

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
