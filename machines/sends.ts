import type { OrderEvent } from '../src/domain/events.ts';
import type { NodeId } from '../src/domain/ids.ts';
import type { Send } from './effect.ts';
import type { OrderContext } from './order-context.ts';
import { fiduciaryNodes, others, principalNode, redeemer } from './recipients.ts';
import { guardedSecret } from './remember.ts';
import { ownCertification } from './seats.ts';

/** The envelopes that a role asks for, from what it remembers and the fact that causes them. Total: nothing to say is no envelope. */
export type Sending = (context: OrderContext, fact: OrderEvent) => Params[];
type Distributed<T> = T extends unknown ? Omit<T, 'type'> : never;
export type Params = Distributed<Send>;

export const proposal: Sending = (context) =>
  context.terms === null
    ? []
    : [{ message: 'order.proposed', to: others(context), body: { terms: context.terms } }];

export const refusal: Sending = (context) =>
  context.ended === null
    ? []
    : [
        {
          message: 'order.refused',
          to: principalNode(context),
          body: { role: context.role, code: context.ended.code, text: context.ended.text },
        },
      ];

export const contribution: Sending = (context, fact) =>
  fact.type === 'order.contributed'
    ? [
        {
          message: 'order.contributed',
          to: others(context),
          body: { role: context.role, contribution: fact.contribution },
        },
      ]
    : [];

/** One envelope for each other fiduciary, with the share that only this one may read. */
export const dealtShares: Sending = (_context, fact) =>
  fact.type === 'order.dealt'
    ? (fact.dealt ?? []).map(({ to, share }) => ({
        message: 'order.dealt',
        to: [to],
        body: {},
        secret: share,
      }))
    : [];

export const certification: Sending = (context) => {
  const own = ownCertification(context);
  return own ? [{ message: 'order.certified', to: others(context), body: own }] : [];
};

export const certificate: Sending = (context) =>
  context.certificate === null
    ? []
    : [
        {
          message: 'order.ready',
          to: others(context),
          body: { certificate: context.certificate },
        },
      ];

export const cancellation: Sending = (context) =>
  context.ended === null
    ? []
    : [
        {
          message: 'order.cancelled',
          to: others(context),
          body: { code: context.ended.code, text: context.ended.text },
        },
      ];

/** An envelope for more than these has no room for its largest messages (docs/protocol.md, section 2). */
const MOST_TOGETHER = 5;

/**
 * Evidence is large, as each piece names every party and may itself be an accusation: where the parties are many, each is
 * told in an envelope of its own. Evidence that only its recipient could read goes with what opens it.
 */
export const accusation: Sending = (context, fact) => {
  if (fact.type !== 'order.accused') return [];
  const evidence = fact.evidence.map((envelope) => {
    const opening = context.dealt.find(({ via }) => via === envelope)?.opening;
    return { envelope, ...(opening !== undefined && { opening }) };
  });
  const body = { accused: fact.blamed, code: fact.code };
  const all = others(context);
  const groups = all.length > MOST_TOGETHER ? all.map((node) => [node]) : [all];
  return groups.map((to) => ({ message: 'order.accused', to, body, evidence }));
};

/**
 * The request for redemption. A principal has an addend only when the terms name no beneficiary: the one named now gets
 * it, with everything else that it needs, in an envelope of its own.
 */
export const request: Sending = (context) => {
  const { terms, redemption, certificate: ready, contributions, secrets } = context;
  if (terms === null || redemption === null || ready === null) return [];
  const { beneficiary, nonce } = redemption;
  const body = { beneficiary, nonce };
  const all = [...new Set([...fiduciaryNodes(context), beneficiary.id])];
  if (secrets.addend === undefined) return [{ message: 'redemption.requested', to: all, body }];
  const handover = {
    terms,
    certificate: ready,
    contributions: contributions.map(({ role, node, contribution: made }) => ({
      role,
      node,
      contribution: made,
    })),
  };
  const rest: NodeId[] = all.filter((node) => node !== beneficiary.id);
  return [
    { message: 'redemption.requested', to: rest, body },
    {
      message: 'redemption.requested',
      to: [beneficiary.id],
      body: { ...body, handover },
      secret: secrets.addend,
    },
  ];
};

export const decline: Sending = (context) => [
  {
    message: 'redemption.refused',
    to: principalNode(context),
    body: {
      role: context.role,
      code: 'refusal/other-beneficiary',
      text: 'the order has another beneficiary, for good',
    },
  },
];

/** Why the share does not come: the principal shows it to its operator. */
export const withholding: Sending = (context) => [
  {
    message: 'redemption.refused',
    to: principalNode(context),
    body: {
      role: context.role,
      code: 'refusal/party-revoked',
      text: 'no share is released: an identity that it takes is revoked',
    },
  },
];

export const share: Sending = (context, fact) => {
  const secret = guardedSecret(context);
  return fact.type === 'share.released' && fact.to !== undefined && secret !== undefined
    ? [{ message: 'share.released', to: [fact.to], body: {}, secret }]
    : [];
};

export const receipt: Sending = (context) =>
  context.receipt === null
    ? []
    : [{ message: 'redemption.receipted', to: others(context), body: { at: context.receipt.at } }];

/** Where a request repeated by the operator goes again. */
export const requestedNodes = (context: OrderContext): NodeId[] => [
  ...new Set([...fiduciaryNodes(context), ...redeemer(context)]),
];
