import { certified, contributed, learn, learnBlame, note } from './transitions.ts';
import { newContext } from './order-context.ts';
import { order } from './order-setup.ts';

/**
 * The principal orders a wallet address, and later has it redeemed. It alone decides that an order is ready.
 *
 *    proposing ──order.proposed──► contributing ──all contributed──► certifying ──all certified──► concluding
 *                                                                     │      ▲                       │
 *                                                           mismatch  ▼      │ one more    order.ready
 *                                                                  accusing ► disputing              ▼
 *    forming, all of the above but proposing                                                       ready
 *      ├─ order.cancelled (own) ──────────────────► cancelled                                        │
 *      ├─ order.refused by a seat ────────────────► refused                     redemption.requested │
 *      ├─ deadline expiry ────────────────────────► expired                                          ▼
 *      └─ a verdict, or deadline dispute ─────────► failed         redeemed ◄──receipt── redeeming
 *
 * 1. Ready only when every seat has certified the wallet that this principal certified itself.
 * 2. Ready and ended exclude each other: all ends are final, and nothing ends what is ready.
 * 3. Whoever was asked to take part is told of the end, by `order.cancelled` or `order.accused`.
 * 4. One redemption, for the beneficiary of the terms, or else for the first one that was named.
 * 5. The addend leaves once, to the beneficiary of the redemption, and only when the terms name none.
 *
 * `accusing` and `concluding` last no longer than the turn in which their effect is answered.
 */
export const principalMachine = order.createMachine({
  id: 'principal',
  context: ({ input }) => newContext('principal', input.self),
  initial: 'proposing',
  on: {
    'order.contributed': learn,
    'order.certified': learn,
    'order.accused': learnBlame,
    'redemption.refused': note,
  },
  states: {
    proposing: {
      on: {
        'order.proposed': {
          guard: 'isOwn',
          target: 'forming',
          actions: ['remember', 'sendProposal'],
        },
      },
    },
    forming: {
      initial: 'contributing',
      on: {
        'order.accused': [
          {
            guard: 'isOwnVerdict',
            target: 'failed',
            actions: ['remember', 'end', 'sendAccusation'],
          },
          {
            guard: 'isOwn',
            target: '.disputing',
            actions: ['remember', 'dispute', 'sendAccusation'],
          },
          {
            guard: 'isVerdict',
            target: 'failed',
            actions: ['remember', 'end', 'sendCancellation'],
          },
        ],
        'order.refused': {
          guard: 'isNews',
          target: 'refused',
          actions: ['remember', 'end', 'sendCancellation'],
        },
        'order.cancelled': {
          guard: 'isOwn',
          target: 'cancelled',
          actions: ['end', 'sendCancellation'],
        },
        'deadline.passed': [
          {
            guard: { type: 'isPassed', params: { name: 'expiry' } },
            target: 'expired',
            actions: ['end', 'sendCancellation'],
          },
          {
            guard: { type: 'isPassed', params: { name: 'dispute' } },
            target: 'failed',
            actions: ['end', 'sendCancellation'],
          },
        ],
      },
      states: {
        contributing: {
          entry: ['enter', 'contributeAsHolder'],
          on: {
            'order.contributed': contributed,
          },
          always: { guard: 'hasAllContributions', target: 'certifying' },
        },
        certifying: {
          entry: ['enter', 'certify'],
          on: {
            'order.certified': certified,
          },
          always: [
            { guard: 'isDisputed', target: 'accusing' },
            { guard: 'isAgreed', target: 'concluding' },
          ],
        },
        accusing: { entry: ['enter', 'accuseCertifier'] },
        disputing: {
          entry: 'enter',
          always: { guard: 'isDisputed', target: 'accusing' },
        },
        concluding: {
          entry: ['enter', 'conclude'],
          on: {
            'order.ready': {
              guard: 'isOwn',
              target: '#principal.ready',
              actions: ['remember', 'settle', 'sendCertificate'],
            },
          },
        },
      },
    },
    ready: {
      entry: 'enter',
      on: {
        'redemption.requested': {
          guard: 'isOwn',
          target: 'redeeming',
          actions: ['remember', 'sendRequest'],
        },
      },
    },
    redeeming: {
      entry: 'enter',
      on: {
        'redemption.requested': { guard: 'isRequestAgain', actions: 'resendRequest' },
        'redemption.receipted': { guard: 'isNews', target: 'redeemed', actions: 'remember' },
      },
    },
    redeemed: { entry: 'enter', type: 'final' },
    refused: { entry: 'enter', type: 'final' },
    cancelled: { entry: 'enter', type: 'final' },
    expired: { entry: 'enter', type: 'final' },
    failed: { entry: 'enter', type: 'final' },
  },
});
