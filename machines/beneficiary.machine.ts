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
const resume = { guard: 'isReady', target: '#entitled', actions: 'settle' } as const;

/**
 * The beneficiary receives what makes the wallet key, and nobody else does. Named in the terms it holds the addend and
 * takes part from the beginning; named late it gets everything with the request for redemption.
 *
 *    considering ──order.proposed──► contributing ──all contributed──► certifying ──mismatch──► accusing ► disputing
 *      │     └─ declined ─► refused                                                                ▲         │
 *      │                                                                                           └ one more┘
 *      │ redemption.requested    forming, from contributing on
 *      │ with a handover           ├─ certificate, once it has certified ─────► entitled ◄── certificate ──┐
 *      │                           ├─ order.cancelled by the principal ───────► cancelled ─────────────────┤ only once
 *      │                           ├─ a verdict, or deadline dispute ─────────► failed ────────────────────┘ certified
 *      │                           └─ deadline expiry, until it has certified ► expired
 *      ▼
 *    collecting ◄── requested, or a share ── entitled
 *      └─ enough shares ──► combining ──key.combined──► redeemed
 *
 * 1. It combines once, only what is ready, and only right shares of as many different fiduciaries as the threshold.
 * 2. A wrong share is told to everybody, and does not stop it from collecting the others.
 * 3. Until it has certified there is no certificate: whatever ends the order then is final. Once it has certified, a
 *    certificate leads to `entitled`, whatever came before.
 * 4. Shares that come before the certificate or the request are remembered.
 *
 * `accusing` and `combining` last no longer than the turn in which their effect is answered.
 */
export const beneficiaryMachine = order.createMachine({
  id: 'beneficiary',
  context: ({ input }) => newContext('beneficiary', input.self),
  initial: 'considering',
  on: {
    'order.contributed': learn,
    'order.certified': learn,
    'order.ready': learn,
    'order.accused': learnBlame,
    'redemption.requested': note,
    'share.released': learn,
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
        'redemption.requested': {
          guard: 'isHandover',
          target: 'collecting',
          actions: 'remember',
        },
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
          always: { guard: 'hasAllContributions', target: 'certifying' },
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
    entitled: {
      id: 'entitled',
      entry: 'enter',
      always: { guard: 'isRedeeming', target: 'collecting' },
    },
    collecting: {
      entry: 'enter',
      always: { guard: 'hasEnoughShares', target: 'combining' },
    },
    combining: {
      entry: ['enter', 'combine'],
      on: {
        'key.combined': {
          guard: 'isOwn',
          target: 'redeemed',
          actions: ['remember', 'sendReceipt'],
        },
      },
    },
    redeemed: { entry: 'enter', type: 'final' },
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
