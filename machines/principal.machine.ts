import { certified, contributed, learn, learnBlame, note } from './transitions.ts';
import { newContext } from './order-context.ts';
import { order } from './order-setup.ts';

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
