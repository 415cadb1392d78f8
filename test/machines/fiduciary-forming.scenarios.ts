import type { OrderEvent } from '../../src/domain/events.ts';
import { addForming } from './forming.scenarios.ts';
import { scenariosOf } from './scenario.ts';
import { factsOf, own, seats, termsOf } from './world.ts';

const { B, F2, F3 } = seats;
const terms = termsOf();
const f = factsOf(terms);
const play = { role: 'fiduciary', self: 'F1', terms } as const;
const collected = scenariosOf(play);
const { all, add } = collected;
export const scenarios = all;

const proposed = f.proposed();
const to = 'P,B,F2,F3';
const dealing = [proposed, f.contributed(B), f.contributed(F2), f.contributed(F3)];
const certifying = [...dealing, f.dealt('F2'), f.dealt('F3')];

addForming(collected, { play, certifying, resumed: 'guarding', to });

add('deals when all have contributed', dealing.slice(0, -1), f.contributed(F3), {
  state: 'dealing',
  effects: ['deal', 'send order.dealt to F2 with for-F2', 'send order.dealt to F3 with for-F3'],
});
add('deals once', dealing, own(f.dealt('F1')), { state: 'dealing', refused: true });
add('certifies when all have dealt', certifying.slice(0, -1), f.dealt('F3'), {
  state: 'certifying',
  effects: ['certify', `send order.certified to ${to}`],
});
add(
  'deals and certifies at once when all else was early',
  [proposed, f.dealt('F2'), f.dealt('F3'), f.contributed(B), f.contributed(F2)],
  f.contributed(F3),
  {
    state: 'certifying',
    effects: [
      'deal',
      'send order.dealt to F2 with for-F2',
      'send order.dealt to F3 with for-F3',
      'certify',
      `send order.certified to ${to}`,
    ],
  },
);
add(
  'takes one share of each',
  [...dealing, f.dealt('F2')],
  f.dealt('F2', { via: 'v-again', share: 'other' }),
  {
    state: 'dealing',
    refused: true,
  },
);
add('takes no share of who is no fiduciary', dealing, f.dealt('B'), {
  state: 'dealing',
  refused: true,
});
add('takes no share in its own name', dealing, f.dealt('F1'), { state: 'dealing', refused: true });
add(
  'takes no empty share',
  [proposed, ...dealing.slice(1)],
  { type: 'order.dealt', at: 3, node: 'F2', via: 'v' },
  {
    state: 'dealing',
    refused: true,
  },
);
const blameF2 = (_: unknown, at: number): OrderEvent => ({
  type: 'order.accused',
  at,
  node: 'F1',
  blamed: 'F2',
  code: 'fault/share-dealt-wrong',
  evidence: ['v-dealt-F2'],
  upheld: true,
});
add(
  'opens a wrong share for everybody',
  certifying.slice(0, -1),
  f.dealt('F3'),
  {
    state: 'failed',
    effects: ['certify', `send order.accused to ${to} showing v-dealt-F2+opening-of-F2`],
  },
  { answers: { certify: blameF2 } },
);
add(
  'fails when it cannot deal',
  dealing.slice(0, -1),
  f.contributed(F3),
  { state: 'failed', effects: ['deal', `send order.accused to ${to} showing v-dealt-F2`] },
  { answers: { deal: blameF2 } },
);
add(
  'waits for a decision when it can only suspect',
  certifying.slice(0, -1),
  f.dealt('F3'),
  {
    state: 'disputing',
    effects: ['certify', `send order.accused to ${to} showing v-dealt-F2+opening-of-F2`],
  },
  {
    answers: {
      certify: (context, at) => ({ ...blameF2(context, at), upheld: false }) as OrderEvent,
    },
  },
);
