import type { DeadlineName, EventOf, OrderEvent } from '../src/domain/events.ts';
import { hasSeat } from '../src/domain/terms.ts';
import type { OrderContext } from './order-context.ts';
import {
  certificationOf,
  contributionOf,
  isOwn,
  isParty,
  maySay,
  ownCertification,
  sameParty,
  sameWallet,
} from './seats.ts';

/** Which facts a role takes. Total: what is not expected, not allowed or known already is no news. */

/** A received fact of no fault, stated by who may state it, and not known yet. */
export const isNews = (context: OrderContext, fact: OrderEvent): boolean =>
  maySay(context, fact) && !hasFault(fact) && isUnknown(context, fact);

const hasFault = (fact: OrderEvent): boolean => 'fault' in fact && fact.fault !== undefined;

const isUnknown = (context: OrderContext, fact: OrderEvent): boolean => {
  switch (fact.type) {
    case 'order.contributed':
      return contributionOf(context, fact.role, fact.node) === undefined;
    case 'order.dealt':
      return fact.share !== undefined && isFirstOf(context.dealt, fact);
    case 'order.certified':
      return certificationOf(context, fact.certification.role, fact.node) === undefined;
    case 'order.ready':
      return isBetterCertificate(context, fact);
    case 'order.refused':
    case 'redemption.refused':
      return !context.refusals.some(
        ({ event, role, node }) => event === fact.type && role === fact.role && node === fact.node,
      );
    case 'order.accused':
      return !isBlamed(context, fact);
    case 'redemption.requested':
      return context.redemption === null && isForRightBeneficiary(context, fact);
    case 'share.released':
      return fact.share !== undefined && isFirstOf(context.shares, fact);
    case 'redemption.receipted':
      return isFirstOf(context.receipts, fact);
    case 'order.proposed':
    case 'order.cancelled':
    case 'share.withheld':
    case 'key.combined':
    case 'share.destroyed':
    case 'deadline.passed':
      return true;
  }
};

const isFirstOf = (known: readonly { node: string }[], { node }: OrderEvent): boolean =>
  known.every((one) => one.node !== node);

/** The first certificate; one of another wallet than was certified here gives way to the right one. */
const isBetterCertificate = (
  context: OrderContext,
  { certificate }: EventOf<'order.ready'>,
): boolean => {
  const { order, certificate: known } = context;
  if (certificate.order !== order) return false;
  const own = ownCertification(context);
  if (own === undefined) return known === null;
  return sameWallet(own, certificate) && (known === null || !sameWallet(own, known));
};

export const isBlamed = (
  { blames }: OrderContext,
  { blamed, code, upheld }: Pick<EventOf<'order.accused'>, 'blamed' | 'code' | 'upheld'>,
): boolean =>
  blames.some((known) => known.node === blamed && known.code === code && (known.upheld || !upheld));

/**
 * The beneficiary of the terms, or the first ever requested. The first request may name a later state of its keys than
 * the terms do, and from then on it is that state for good.
 */
const isForRightBeneficiary = (
  context: OrderContext,
  { order, beneficiary, later }: EventOf<'redemption.requested'>,
): boolean => {
  if (order !== context.order) return false;
  const { terms, redemption } = context;
  if (redemption !== null) return sameParty(redemption.beneficiary, beneficiary);
  const named = terms?.beneficiary ?? null;
  return (
    named === null ||
    sameParty(named, beneficiary) ||
    (named.id === beneficiary.id && later === true)
  );
};

/** A fact of this role itself: a command, a deadline, or the answer to an effect. */
export const isOwnNews = (context: OrderContext, fact: OrderEvent): boolean => {
  if (!isOwn(context, fact)) return false;
  switch (fact.type) {
    case 'order.proposed':
      return fact.terms.principal.id === context.self;
    case 'order.contributed':
      return contributionOf(context, context.role, context.self) === undefined;
    case 'order.dealt':
      return !context.hasDealt;
    case 'order.certified':
      return ownCertification(context) === undefined;
    case 'order.ready':
      return isBetterCertificate(context, fact);
    case 'order.accused':
      return isParty(context, fact.blamed) && !(fact.upheld && isBlamed(context, fact));
    case 'redemption.requested':
      return context.redemption === null && isForRightBeneficiary(context, fact);
    case 'share.released':
    case 'share.withheld':
      return fact.to !== undefined && fact.to === context.redemption?.beneficiary.id;
    case 'order.refused':
    case 'order.cancelled':
    case 'key.combined':
    case 'redemption.receipted':
    case 'redemption.refused':
    case 'share.destroyed':
    case 'deadline.passed':
      return true;
  }
};

/** Terms from their principal that give this role a seat. */
export const isInvitation = (
  context: OrderContext,
  fact: OrderEvent,
): fact is EventOf<'order.proposed'> =>
  fact.type === 'order.proposed' &&
  fact.via !== undefined &&
  context.terms === null &&
  fact.node === fact.terms.principal.id &&
  hasSeat(fact.terms, context.role, context.self);

/** What a principal hands to the beneficiary that it names at redemption. */
export const isHandover = (context: OrderContext, fact: OrderEvent): boolean =>
  fact.type === 'redemption.requested' &&
  fact.via !== undefined &&
  context.terms === null &&
  fact.beneficiary.id === context.self &&
  fact.handover !== undefined &&
  fact.handover.terms.beneficiary === null &&
  fact.handover.terms.principal.id === fact.node &&
  fact.handover.certificate.order === fact.order;

export const isVerdict = (fact: OrderEvent): boolean =>
  fact.type === 'order.accused' && fact.upheld;

/** A request for another beneficiary than the one that it is bound to; answered once for each. */
export const isForOtherBeneficiary = (context: OrderContext, fact: OrderEvent): boolean =>
  fact.type === 'redemption.requested' &&
  maySay(context, fact) &&
  fact.order === context.order &&
  !isForRightBeneficiary(context, fact) &&
  context.declined.every((known) => !sameParty(known, fact.beneficiary));

/** The same request anew: of a principal by its operator, of a fiduciary in another envelope. */
export const isRequestAgain = (context: OrderContext, fact: OrderEvent): boolean =>
  fact.type === 'redemption.requested' &&
  context.redemption !== null &&
  isForRightBeneficiary(context, fact) &&
  (context.role === 'principal'
    ? isOwn(context, fact)
    : maySay(context, fact) && fact.via !== context.redemption.via);

/** A deadline that was set, at its time or later: a clock that was put back brings nothing forward. */
export const isPassed = (context: OrderContext, fact: OrderEvent, name: DeadlineName): boolean =>
  fact.type === 'deadline.passed' &&
  fact.deadline === name &&
  isOwn(context, fact) &&
  context.deadlines.some((known) => known.name === name && known.at <= fact.at);
