import type { DeadlineName, EventOf, OrderEvent } from '../src/domain/events.ts';
import { hasSeat, isSingleFiduciary } from '../src/domain/terms.ts';
import type { OrderContext } from './order-context.ts';
import {
  beneficiaryOf,
  certificationOf,
  contributionOf,
  isContributor,
  isOtherSeat,
  isOwn,
  isParty,
  isPrincipal,
  ownCertification,
  sameParty,
  sameWallet,
} from './seats.ts';

/**
 * Whether a received fact is one to remember: made by the party whose seat allows it, of no fault, of use to this
 * role, and not known yet. Total: whatever is not expected is no news.
 */
export const isNews = (context: OrderContext, fact: OrderEvent): boolean => {
  if (fact.via === undefined || context.terms === null) return false;
  switch (fact.type) {
    case 'order.contributed':
      return (
        isFromContributor(context, fact) &&
        fact.fault === undefined &&
        contributionOf(context, fact.role, fact.node) === undefined
      );
    case 'order.certified':
      return (
        isFromCertifier(context, fact) &&
        fact.fault === undefined &&
        certificationOf(context, fact.certification.role, fact.node) === undefined
      );
    case 'order.dealt':
      return (
        isFromDealer(context, fact) &&
        fact.share !== undefined &&
        context.dealt.every(({ node }) => node !== fact.node)
      );
    case 'order.ready':
      return (
        isFromPrincipal(context, fact) && fact.fault === undefined && isNewReady(context, fact)
      );
    case 'order.refused':
      return isOtherSeat(context, fact.role, fact.node) && !hasRefused(context, fact);
    case 'order.cancelled':
      return isFromPrincipal(context, fact);
    case 'order.accused':
      return isNewBlame(context, fact);
    case 'redemption.requested':
      return (
        isFromPrincipal(context, fact) &&
        fact.order === context.order &&
        context.redemption === null &&
        isRightBeneficiary(context, fact)
      );
    case 'share.released':
      return (
        isFromReleaser(context, fact) &&
        fact.fault === undefined &&
        fact.share !== undefined &&
        context.shares.every(({ node }) => node !== fact.node)
      );
    case 'redemption.receipted':
      return isNewReceipt(context, fact);
    case 'redemption.refused':
      return isOtherSeat(context, fact.role, fact.node) && !hasRefused(context, fact);
    case 'key.combined':
    case 'share.destroyed':
    case 'deadline.passed':
    case 'order.proposed':
      return false;
  }
};

export const isFromContributor = (
  context: OrderContext,
  { role, node }: EventOf<'order.contributed'>,
): boolean => isOtherSeat(context, role, node) && isContributor(context, role, node);

export const isFromCertifier = (
  context: OrderContext,
  { certification, node }: EventOf<'order.certified'>,
): boolean => isOtherSeat(context, certification.role, node);

export const isFromDealer = (context: OrderContext, { node }: OrderEvent): boolean =>
  context.role === 'fiduciary' &&
  context.terms !== null &&
  !isSingleFiduciary(context.terms) &&
  isOtherSeat(context, 'fiduciary', node);

/** Only a principal that is not this very role tells what a principal decides. */
export const isFromPrincipal = (context: OrderContext, { node }: OrderEvent): boolean =>
  context.role !== 'principal' && isPrincipal(context, node);

export const isFromReleaser = (context: OrderContext, { node }: OrderEvent): boolean =>
  context.role === 'beneficiary' && isOtherSeat(context, 'fiduciary', node);

/** A certificate of another wallet than the one certified here gives way to the right one, and never comes after it. */
const isNewReady = (context: OrderContext, { certificate }: EventOf<'order.ready'>): boolean => {
  if (certificate.order !== context.order) return false;
  const own = ownCertification(context);
  if (own === undefined) return context.certificate === null;
  return (
    sameWallet(own, certificate) &&
    (context.certificate === null || !sameWallet(own, context.certificate))
  );
};

const hasRefused = (
  { refusals }: OrderContext,
  { role, node }: EventOf<'order.refused' | 'redemption.refused'>,
): boolean => refusals.some((known) => known.role === role && known.node === node);

/** Nobody but a party accuses, and nobody else is to blame. */
export const isNewBlame = (context: OrderContext, fact: EventOf<'order.accused'>): boolean =>
  isParty(context, fact.node) && isParty(context, fact.blamed) && !isBlamed(context, fact);

export const isBlamed = (
  { blames }: OrderContext,
  { blamed, code, upheld }: Pick<EventOf<'order.accused'>, 'blamed' | 'code' | 'upheld'>,
): boolean =>
  blames.some((known) => known.node === blamed && known.code === code && (known.upheld || !upheld));

/** The beneficiary of the terms, or the first ever requested; for a beneficiary: itself. */
export const isRightBeneficiary = (
  context: OrderContext,
  { beneficiary }: EventOf<'redemption.requested'>,
): boolean => {
  if (context.role === 'beneficiary' && beneficiary.id !== context.self) return false;
  const known = beneficiaryOf(context);
  return known === null || sameParty(known, beneficiary);
};

/** A fiduciary may hear of the receipt before the request: then anybody may say so, once, and it counts later or never. */
const isNewReceipt = (context: OrderContext, fact: OrderEvent): boolean => {
  if (context.role === 'beneficiary' || context.receipt !== null) return false;
  if (context.receipts.some(({ node }) => node === fact.node)) return false;
  const known = beneficiaryOf(context);
  if (context.role === 'principal' && context.redemption === null) return false;
  return known === null || known.id === fact.node;
};

/** An own fact answers what this role asked for, so all that remains to check is that it is not there yet. */
export const isOwnNews = (context: OrderContext, fact: OrderEvent): boolean => {
  if (!isOwn(context, fact)) return false;
  switch (fact.type) {
    case 'order.contributed':
      return contributionOf(context, context.role, context.self) === undefined;
    case 'order.dealt':
      return !context.hasDealt;
    case 'order.certified':
      return ownCertification(context) === undefined;
    case 'order.accused':
      return !(fact.upheld && isBlamed(context, fact));
    case 'order.ready':
      return context.certificate === null;
    case 'redemption.requested':
      return (
        fact.order === context.order &&
        context.redemption === null &&
        isRightBeneficiary(context, fact)
      );
    case 'order.proposed':
      return context.terms === null && fact.terms.principal.id === context.self;
    case 'order.refused':
    case 'order.cancelled':
    case 'share.released':
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
  context.role === 'beneficiary' &&
  fact.beneficiary.id === context.self &&
  fact.handover !== undefined &&
  fact.handover.terms.beneficiary === null &&
  fact.handover.terms.principal.id === fact.node &&
  fact.handover.certificate.order === fact.order;

export const isVerdict = (fact: OrderEvent): boolean =>
  fact.type === 'order.accused' && fact.upheld;

/** Asked for another beneficiary than the one that it is bound to; answered once for each. */
export const isOtherBeneficiary = (context: OrderContext, fact: OrderEvent): boolean =>
  fact.type === 'redemption.requested' &&
  fact.via !== undefined &&
  isFromPrincipal(context, fact) &&
  fact.order === context.order &&
  !isRightBeneficiary(context, fact) &&
  context.declined.every((known) => !sameParty(known, fact.beneficiary));

/** The same request anew: for a principal by its operator, for a fiduciary in another envelope. */
export const isRequestAgain = (context: OrderContext, fact: OrderEvent): boolean =>
  fact.type === 'redemption.requested' &&
  context.redemption !== null &&
  fact.order === context.order &&
  sameParty(context.redemption.beneficiary, fact.beneficiary) &&
  (context.role === 'principal'
    ? isOwn(context, fact)
    : fact.via !== undefined &&
      fact.via !== context.redemption.via &&
      isFromPrincipal(context, fact));

/** A deadline that was set, at its time or later: a clock that was put back brings nothing forward. */
export const isPassed = (context: OrderContext, fact: OrderEvent, name: DeadlineName): boolean =>
  fact.type === 'deadline.passed' &&
  fact.deadline === name &&
  isOwn(context, fact) &&
  context.deadlines.some((known) => known.name === name && known.at <= fact.at);
