import {
  certified,
  contributed,
  failByVerdict,
  forming,
  learn,
  learnBlame,
  note,
} from './transitions.ts';
import { newContext } from './order-context.ts';
import { order } from './order-setup.ts';

/** A certificate of what it certified: the wallet exists, and nothing said before can end it. */
const resume = { guard: 'isReady', target: '#guarding', actions: 'settle' } as const;

/**
 * A fiduciary guards a share of the wallet key, and releases it to one beneficiary.
 *
 *    considering ──order.proposed──► contributing ──all contributed──► dealing ──all dealt──► certifying
 *      │                                   └─────── alone: does not deal ───────────────────►  │    ▲
 *      └─ declined ─► refused                                                        mismatch  ▼    │ one more
 *                                                                                         accusing ► disputing
 *    forming, from contributing on
 *      ├─ certificate, once it has certified ─────► guarding ◄── certificate ──┐
 *      ├─ order.cancelled by the principal ───────► cancelled ─────────────────┤  only
 *      ├─ a verdict, or deadline dispute ─────────► failed ────────────────────┘  once it has certified
 *      └─ deadline expiry, until it has certified ► expired
 *
 *    guarding ──requested──► releasing ──share.released──► released ──receipt──► closing ──► closed
 *                                └───────share.withheld──► withheld ──receipt────┘
 *
 *  1. It certifies once, and only with all contributions and, of several, all shares dealt to it.
 *  2. Until it has certified there is no certificate: whatever ends the order then is final.
 *  3. Once it has certified, a certificate leads to `guarding`, whatever came before: a ready wallet can always be
 *     redeemed. Time does not end such an order; it waits for the principal.
 *  4. It releases only what is ready, requested by the principal, not before the condition of the terms.
 *  5. It releases to one recipient: the beneficiary of the terms, or else the first one that the principal ever
 *     named, before ready or after. Every other one is refused for ever.
 *  6. It releases nothing to an identity that is revoked, and tells the principal why.
 *  7. It destroys its share only after the request and the receipt of the beneficiary.
 *
 * `accusing`, `closing`, and `releasing` when the time has come, last no longer than a turn.
 */
export const fiduciaryMachine = order.createMachine({
  id: 'fiduciary',
  context: ({ input }) => newContext('fiduciary', input.self),
  initial: 'considering',
  on: {
    'order.contributed': learn,
    'order.dealt': note,
    'order.certified': learn,
    'order.ready': learn,
    'order.accused': learnBlame,
    'redemption.requested': [
      { guard: 'isForOtherBeneficiary', actions: ['noteDeclined', 'sendDecline'] },
      note,
    ],
    'redemption.receipted': note,
  },
  states: {
    considering: {
      on: {
        'order.proposed': [
          {
            guard: 'isDeclined',
            target: 'refused',
            actions: ['remember', 'end', 'sendRefusal'],
          },
          { guard: 'isInvitation', target: 'forming', actions: 'remember' },
        ],
      },
    },
    forming: {
      initial: 'contributing',
      on: forming,
      always: resume,
      states: {
        contributing: {
          entry: ['enter', 'contribute'],
          on: { 'order.contributed': contributed },
          always: [
            { guard: 'isSingle', target: 'certifying' },
            { guard: 'hasAllContributions', target: 'dealing' },
          ],
        },
        dealing: {
          entry: ['enter', 'deal'],
          on: {
            'order.dealt': { guard: 'isOwn', actions: ['remember', 'sendDealtShares'] },
          },
          always: { guard: 'hasAllDealt', target: 'certifying' },
        },
        certifying: {
          entry: ['enter', 'certify'],
          on: { 'order.certified': certified },
          always: { guard: 'isDisputed', target: 'accusing' },
        },
        accusing: { entry: ['enter', 'accuseCertifier'] },
        disputing: { entry: 'enter', always: { guard: 'isDisputed', target: 'accusing' } },
      },
    },
    guarding: {
      id: 'guarding',
      entry: 'enter',
      always: [
        { guard: 'isDue', target: 'releasing', actions: 'releaseShare' },
        { guard: 'isRequested', target: 'releasing', actions: 'postpone' },
      ],
    },
    releasing: {
      entry: 'enter',
      on: {
        'deadline.passed': {
          guard: { type: 'isPassed', params: { name: 'not-before' } },
          actions: ['remember', 'releaseShare'],
        },
        'share.released': {
          guard: 'isOwn',
          target: 'released',
          actions: ['remember', 'sendShare'],
        },
        'share.withheld': {
          guard: 'isOwn',
          target: 'withheld',
          actions: ['remember', 'sendWithholding'],
        },
      },
    },
    withheld: {
      entry: 'enter',
      always: { guard: 'hasReceipt', target: 'closing' },
    },
    released: {
      entry: 'enter',
      on: {
        'redemption.requested': { guard: 'isRequestAgain', actions: 'resendShare' },
      },
      always: { guard: 'hasReceipt', target: 'closing' },
    },
    closing: {
      entry: ['enter', 'destroyShare'],
      on: { 'share.destroyed': { guard: 'isOwn', target: 'closed', actions: 'remember' } },
    },
    closed: { entry: 'enter', type: 'final' },
    refused: { entry: 'enter', type: 'final' },
    expired: { id: 'expired', entry: 'enter', type: 'final' },
    cancelled: {
      id: 'cancelled',
      tags: 'ended',
      entry: 'enter',
      on: { 'order.accused': failByVerdict },
      always: resume,
    },
    failed: { id: 'failed', tags: 'ended', entry: 'enter', always: resume },
  },
});
