import type { DeadlineName, EventOf, OrderEvent } from '../src/domain/events.ts';
import type { SecretId } from '../src/domain/ids.ts';
import { isSingleFiduciary } from '../src/domain/terms.ts';
import type { Blame, OrderContext, Secrets } from './order-context.ts';
import { beneficiaryOf, isOwn } from './seats.ts';

/** Folds one accepted fact into the context. Total and pure; whether the fact is accepted is decided before (news.ts). */
export const remember = (context: OrderContext, fact: OrderEvent): OrderContext => {
  switch (fact.type) {
    case 'order.proposed':
      return {
        ...context,
        order: fact.order,
        terms: fact.terms,
        createdAt: fact.at,
        deadlines: [{ name: 'expiry', at: fact.terms.expiresAt }],
      };
    case 'order.contributed':
      return contributed(context, fact);
    case 'order.dealt':
      return dealt(context, fact);
    case 'order.certified':
      return certified(context, fact);
    case 'order.ready':
      return { ...context, certificate: fact.certificate };
    case 'order.refused':
    case 'redemption.refused': {
      const { type: event, role, node, code, text } = fact;
      return { ...context, refusals: [...context.refusals, { event, role, node, code, text }] };
    }
    case 'order.cancelled':
      return context;
    case 'order.accused':
      return accused(context, fact);
    case 'redemption.requested':
      return requested(context, fact);
    case 'share.released':
      return released(context, fact);
    case 'share.withheld':
      return { ...context, withheld: { revoked: fact.revoked, at: fact.at } };
    case 'key.combined':
      return {
        ...context,
        secrets: { ...context.secrets, key: fact.secret },
        receipt: { at: fact.at },
      };
    case 'redemption.receipted': {
      const receipts = [...context.receipts, { node: fact.node, at: fact.receiptedAt }];
      return withReceipt({ ...context, receipts });
    }
    case 'share.destroyed':
      return { ...context, secrets: without(context.secrets, fact.secrets) };
    case 'deadline.passed':
      return dropDeadline(context, fact.deadline);
  }
};

const dropDeadline = (context: OrderContext, dropped: DeadlineName): OrderContext => ({
  ...context,
  deadlines: context.deadlines.filter(({ name }) => name !== dropped),
});

export const setDeadline = (context: OrderContext, name: DeadlineName, at: number): OrderContext =>
  context.deadlines.some((known) => known.name === name)
    ? context
    : { ...context, deadlines: [...context.deadlines, { name, at }] };

const via = ({ via: envelope }: OrderEvent) => (envelope === undefined ? {} : { via: envelope });

const contributed = (context: OrderContext, fact: EventOf<'order.contributed'>): OrderContext => {
  const { role, node, contribution, digest, secret } = fact;
  const contributions = [
    ...context.contributions,
    { role, node, contribution, digest, ...via(fact) },
  ];
  if (secret === undefined) return { ...context, contributions };
  const place = contribution.kind === 'polynomial' ? { round: secret } : { addend: secret };
  return { ...context, contributions, secrets: { ...context.secrets, ...place } };
};

const dealt = (context: OrderContext, fact: EventOf<'order.dealt'>): OrderContext => {
  const { node, share, opening, secret } = fact;
  if (isOwn(context, fact)) {
    const secrets = secret === undefined ? context.secrets : { ...context.secrets, round: secret };
    return { ...context, hasDealt: true, secrets };
  }
  if (share === undefined) return context;
  const known = { node, share, ...(opening !== undefined && { opening }), ...via(fact) };
  return { ...context, dealt: [...context.dealt, known] };
};

/** From its own certification on, a certificate may exist: the deadline of the order binds this party no longer. */
const certified = (context: OrderContext, fact: EventOf<'order.certified'>): OrderContext => {
  const { node, certification, secret, spent } = fact;
  const certifications = [
    ...context.certifications,
    { role: certification.role, node, certification, ...via(fact) },
  ];
  if (!isOwn(context, fact)) return { ...context, certifications };
  const kept = without(context.secrets, spent ?? []);
  const secrets = secret === undefined ? kept : { ...kept, share: secret };
  const next = { ...context, certifications, secrets };
  return context.role === 'principal' ? next : dropDeadline(next, 'expiry');
};

/** One blame for each party and code; a suspicion that is proven later becomes a verdict. */
const accused = (context: OrderContext, fact: EventOf<'order.accused'>): OrderContext => {
  const { blamed: node, code, evidence, at, upheld } = fact;
  const suspects =
    isOwn(context, fact) && !upheld && !context.suspects.includes(node)
      ? [...context.suspects, node]
      : context.suspects;
  const isSame = (known: Blame) => known.node === node && known.code === code;
  if (context.blames.some((known) => isSame(known) && (known.upheld || !upheld))) {
    return { ...context, suspects };
  }
  const rest = context.blames.filter((known) => !isSame(known));
  return { ...context, suspects, blames: [...rest, { node, code, evidence, at, upheld }] };
};

const requested = (context: OrderContext, fact: EventOf<'redemption.requested'>): OrderContext => {
  const { beneficiary, nonce, at, node, handover } = fact;
  const redemption = { beneficiary, nonce, at, node, ...via(fact) };
  if (handover === undefined || context.terms !== null) {
    return withReceipt({ ...context, redemption });
  }
  return {
    ...context,
    order: fact.order,
    terms: handover.terms,
    contributions: handover.contributions.map((known) => ({ ...known, digest: null })),
    certificate: handover.certificate,
    secrets: { addend: handover.addend },
    redemption,
    createdAt: at,
  };
};

const released = (context: OrderContext, fact: EventOf<'share.released'>): OrderContext => {
  const { node, at, to, share } = fact;
  if (isOwn(context, fact)) {
    return to === undefined ? context : { ...context, released: { to, at } };
  }
  return share === undefined
    ? context
    : { ...context, shares: [...context.shares, { node, share }] };
};

/** A receipt counts once it is known whose it must be. */
const withReceipt = (context: OrderContext): OrderContext => {
  const beneficiary = beneficiaryOf(context)?.id;
  const found = context.receipts.find(({ node }) => node === beneficiary);
  return found === undefined ? context : { ...context, receipt: { at: found.at } };
};

const without = (secrets: Secrets, gone: readonly SecretId[]): Secrets => ({
  ...keep('addend', secrets.addend, gone),
  ...keep('round', secrets.round, gone),
  ...keep('share', secrets.share, gone),
  ...keep('key', secrets.key, gone),
});

const keep = (name: keyof Secrets, id: SecretId | undefined, gone: readonly SecretId[]): Secrets =>
  id === undefined || gone.includes(id) ? {} : { [name]: id };

/** The secret that a fiduciary guards: its share, which in a single-fiduciary order is its whole addend. */
export const guardedSecret = ({ secrets, terms }: OrderContext): SecretId | undefined =>
  secrets.share ?? (terms !== null && isSingleFiduciary(terms) ? secrets.addend : undefined);
