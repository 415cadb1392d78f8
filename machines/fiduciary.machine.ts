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

const resume = { guard: 'isReady', target: '#guarding', actions: 'settle' } as const;

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
      },
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
