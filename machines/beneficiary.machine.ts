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

const resume = { guard: 'isReady', target: '#entitled', actions: 'settle' } as const;

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
