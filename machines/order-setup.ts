import { setup } from 'xstate';
import type { DeadlineName, OrderEvent } from '../src/domain/events.ts';
import type { NodeId, SecretId } from '../src/domain/ids.ts';
import type { MessageType } from '../src/domain/messages.ts';
import { chargeOf, mismatchOf, type Charge } from './charges.ts';
import { endingOf } from './endings.ts';
import * as facts from './news.ts';
import { DISPUTE_MS, type OrderContext } from './order-context.ts';
import * as progress from './progress.ts';
import { redeemer } from './recipients.ts';
import { guardedSecret, remember, setDeadline } from './remember.ts';
import * as sends from './sends.ts';

/**
 * The words that the three machines are written in: one context, one union of facts, named guards and actions.
 *
 * An action that has the name of an effect (effect.ts) does nothing here: XState's pure `transition` hands it out with
 * its params, and the node performs it. Everything else assigns the context or decides which effects to ask for.
 * Guards and actions are total: one that threw would escape `transition`, and the fact that woke it would be lost.
 */
const base = setup({
  types: {
    context: {} as OrderContext,
    events: {} as OrderEvent,
    input: {} as { self: NodeId },
    tags: {} as 'ended',
  },
  actions: {
    contribute: () => {},
    deal: () => {},
    certify: () => {},
    conclude: () => {},
    release: (_args, _params: { to: NodeId }) => {},
    combine: () => {},
    destroy: (_args, _params: { secrets: SecretId[] }) => {},
    accuse: (_args, _params: Charge) => {},
    send: (_args, _params: sends.Params) => {},
    resend: (_args, _params: { message: MessageType; to: NodeId[] }) => {},
  },
  guards: {
    /** A received fact that its maker may state, that this role can use, and that it does not know yet. */
    isNews: ({ context, event }) => facts.isNews(context, event),
    /** A received fact that proves its maker's fault. */
    isFault: ({ context, event }) => chargeOf(context, event) !== null,
    /** A fact that this role made itself and does not know yet. */
    isOwn: ({ context, event }) => facts.isOwnNews(context, event),
    /** A proposal of terms in which this role has its seat. */
    isInvitation: ({ context, event }) => facts.isInvitation(context, event),
    isDeclined: ({ context, event }) =>
      facts.isInvitation(context, event) && event.refusal !== undefined,
    /** All that a beneficiary needs whom the terms do not name. */
    isHandover: ({ context, event }) => facts.isHandover(context, event),
    isOwnVerdict: ({ context, event }) => facts.isVerdict(event) && facts.isOwnNews(context, event),
    isVerdict: ({ context, event }) => facts.isVerdict(event) && facts.isNews(context, event),
    isForOtherBeneficiary: ({ context, event }) => facts.isForOtherBeneficiary(context, event),
    isRequestAgain: ({ context, event }) => facts.isRequestAgain(context, event),
    isPassed: ({ context, event }, { name }: { name: DeadlineName }) =>
      facts.isPassed(context, event, name),
    hasAllContributions: ({ context }) => progress.hasAllContributions(context),
    isSingle: ({ context }) => progress.isSingle(context) && progress.hasAllContributions(context),
    hasAllDealt: ({ context }) => progress.hasAllDealt(context),
    isDisputed: ({ context }) => mismatchOf(context) !== null,
    isAgreed: ({ context }) => progress.isAgreed(context),
    isReady: ({ context }) => progress.isReady(context),
    isRequested: ({ context }) => context.redemption !== null,
    isDue: ({ context, event }) => progress.isDue(context, event.at),
    isRedeeming: ({ context }) => context.redemption !== null || context.shares.length > 0,
    hasEnoughShares: ({ context }) => progress.hasEnoughShares(context),
    hasReceipt: ({ context }) => context.receipt !== null,
  },
});

/** Asks for the envelopes that `build` makes; those for nobody are left out. */
const sending = (build: sends.Sending) =>
  base.enqueueActions(({ context, event, enqueue }) => {
    for (const params of build(context, event)) {
      if (params.to.length > 0) enqueue({ type: 'send', params });
    }
  });

export const order = base.extend({
  actions: {
    remember: base.assign(({ context, event }) => remember(context, event)),
    /** Every state notes when it began. */
    enter: base.assign({ since: ({ event }) => event.at }),
    end: base.assign(({ context, event }) => ({
      ended: endingOf(context, event),
      deadlines: [],
    })),
    /** The wallet exists: nothing that was said before it did can end it. */
    settle: base.assign({ ended: null, deadlines: [] }),
    dispute: base.assign(({ context, event }) =>
      setDeadline(context, 'dispute', event.at + DISPUTE_MS),
    ),
    postpone: base.assign(({ context, event }) =>
      setDeadline(context, 'not-before', context.terms?.conditions.notBefore ?? event.at),
    ),
    contributeAsHolder: base.enqueueActions(({ context, enqueue }) => {
      if (progress.isHolder(context)) enqueue({ type: 'contribute' });
    }),
    accuseMaker: base.enqueueActions(({ context, event, enqueue }) => {
      const charge = chargeOf(context, event);
      if (charge !== null) enqueue({ type: 'accuse', params: charge });
    }),
    accuseCertifier: base.enqueueActions(({ context, enqueue }) => {
      const charge = mismatchOf(context);
      if (charge !== null) enqueue({ type: 'accuse', params: charge });
    }),
    releaseShare: base.enqueueActions(({ context, enqueue }) => {
      for (const to of redeemer(context)) enqueue({ type: 'release', params: { to } });
    }),
    destroyShare: base.enqueueActions(({ context, enqueue }) => {
      const secret = guardedSecret(context);
      enqueue({ type: 'destroy', params: { secrets: secret === undefined ? [] : [secret] } });
    }),
    resendRequest: base.enqueueActions(({ context, enqueue }) => {
      enqueue({
        type: 'resend',
        params: { message: 'redemption.requested', to: sends.requestedNodes(context) },
      });
    }),
    resendShare: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'resend', params: { message: 'share.released', to: redeemer(context) } });
    }),
    noteDeclined: base.assign({
      declined: ({ context, event }) =>
        event.type === 'redemption.requested'
          ? [...context.declined, event.beneficiary]
          : context.declined,
    }),
    sendProposal: sending(sends.proposal),
    sendRefusal: sending(sends.refusal),
    sendContribution: sending(sends.contribution),
    sendDealtShares: sending(sends.dealtShares),
    sendCertification: sending(sends.certification),
    sendCertificate: sending(sends.certificate),
    sendCancellation: sending(sends.cancellation),
    sendAccusation: sending(sends.accusation),
    sendRequest: sending(sends.request),
    sendDecline: sending(sends.decline),
    sendShare: sending(sends.share),
    sendWithholding: sending(sends.withholding),
    sendReceipt: sending(sends.receipt),
  },
});
