import {
  contributorsOf,
  holderOf,
  isSingleFiduciary,
  seatsOf,
  type Seat,
} from '../src/domain/terms.ts';
import type { OrderContext } from './order-context.ts';
import { fiduciaryNodes } from './recipients.ts';
import { certificationOf, contributionOf, ownCertification, sameWallet } from './seats.ts';

/** What is still missing before a role can go on. Total; while the terms are unknown, everything is. */

export const missingContributors = (context: OrderContext): Seat[] =>
  context.terms === null
    ? []
    : contributorsOf(context.terms).filter(
        ({ role, node }) => contributionOf(context, role, node) === undefined,
      );

export const hasAllContributions = (context: OrderContext): boolean =>
  context.terms !== null && missingContributors(context).length === 0;

export const missingDealers = (context: OrderContext): Seat[] =>
  fiduciarySeats(context).filter(({ node }) =>
    node === context.self ? !context.hasDealt : context.dealt.every((known) => known.node !== node),
  );

export const hasAllDealt = (context: OrderContext): boolean =>
  context.terms !== null && missingDealers(context).length === 0;

export const missingCertifiers = (context: OrderContext): Seat[] =>
  context.terms === null
    ? []
    : seatsOf(context.terms).filter(
        ({ role, node }) => certificationOf(context, role, node) === undefined,
      );

/** Every seat certified the wallet that this one certified. */
export const isAgreed = (context: OrderContext): boolean => {
  const own = ownCertification(context);
  return (
    own !== undefined &&
    missingCertifiers(context).length === 0 &&
    context.certifications.every(({ certification }) => sameWallet(own, certification))
  );
};

/** The order is ready, as far as this party can tell: it holds a certificate of the wallet that it certified itself. */
export const isReady = (context: OrderContext): boolean => {
  const own = ownCertification(context);
  return own !== undefined && context.certificate !== null && sameWallet(own, context.certificate);
};

export const missingReleasers = (context: OrderContext): Seat[] =>
  fiduciarySeats(context).filter(({ node }) =>
    context.shares.every((known) => known.node !== node),
  );

export const hasEnoughShares = ({ terms, shares }: OrderContext): boolean =>
  terms !== null && shares.length >= terms.threshold;

/** This role holds the addend of the wallet key. */
export const isHolder = ({ terms, role, self }: OrderContext): boolean => {
  const holder = terms && holderOf(terms);
  return holder?.role === role && holder.node === self;
};

export const isSingle = ({ terms }: OrderContext): boolean =>
  terms !== null && isSingleFiduciary(terms);

/** A requested share may be released at this time. */
export const isDue = ({ terms, redemption }: OrderContext, at: number): boolean =>
  redemption !== null && terms !== null && at >= (terms.conditions.notBefore ?? 0);

const fiduciarySeats = (context: OrderContext): Seat[] =>
  fiduciaryNodes(context).map((node) => ({ role: 'fiduciary', node }));
