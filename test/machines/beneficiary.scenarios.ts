import { addForming } from './forming.scenarios.ts';
import { scenariosOf } from './scenario.ts';
import { factsOf, own, party, seats, termsOf } from './world.ts';

const { F1, F2, F3 } = seats;
const terms = termsOf();
const f = factsOf(terms);
const play = { role: 'beneficiary', self: 'B', terms } as const;
const collected = scenariosOf(play);
const { all, add } = collected;
export const scenarios = all;

const to = 'P,F1,F2,F3';
const certifying = [f.proposed(), f.contributed(F1), f.contributed(F2), f.contributed(F3)];
const entitled = [...certifying, f.ready()];
const collecting = [...entitled, f.requested()];
const redeemed = ['combine', `send redemption.receipted to ${to}`];

addForming(collected, { play, certifying, resumed: 'entitled', to });

add('certifies when all have contributed', certifying.slice(0, -1), f.contributed(F3), {
  state: 'certifying',
  effects: ['certify', `send order.certified to ${to}`],
});
add('takes no dealt share', certifying, f.dealt('F1'), { state: 'certifying', refused: true });

add('collects when redemption is requested', entitled, f.requested(), { state: 'collecting' });
add('collects when a share comes', entitled, f.released('F1'), { state: 'collecting' });
add(
  'combines as many shares as the threshold',
  [...collecting, f.released('F2')],
  f.released('F3'),
  {
    state: 'redeemed',
    effects: redeemed,
  },
);
add(
  'combines shares that came before the certificate',
  [...certifying, f.released('F1'), f.released('F2')],
  f.ready(),
  {
    state: 'redeemed',
    effects: redeemed,
  },
);
add(
  'does not combine before the certificate',
  [...certifying, f.released('F1')],
  f.released('F2'),
  {
    state: 'certifying',
  },
);
add(
  'takes one share of each fiduciary',
  [...collecting, f.released('F1')],
  f.released('F1', { via: 'v-again', share: 'x' }),
  {
    state: 'collecting',
    refused: true,
  },
);
for (const [who, fact] of [
  ['who is no fiduciary', f.released('P')],
  ['a stranger', f.released('X')],
  ['itself', own(f.released('B', { to: 'B' }))],
] as const) {
  add(`takes no share of ${who}`, [...collecting, f.released('F1')], fact, {
    state: 'collecting',
    refused: true,
  });
}
add(
  'takes no share that is not there',
  collecting,
  { type: 'share.released', at: 7, node: 'F1', via: 'v' },
  {
    state: 'collecting',
    refused: true,
  },
);
const wrong = f.released('F1', { fault: 'fault/share-released-wrong', via: 'v-wrong' });
add('tells everybody of a wrong share, and collects on', [...collecting, f.released('F2')], wrong, {
  state: 'collecting',
  effects: [
    'accuse F1 of fault/share-released-wrong by v-wrong',
    `send order.accused to ${to} showing v-wrong`,
  ],
});
add('does not count a wrong share', [...collecting, wrong, f.released('F2')], f.released('F3'), {
  state: 'redeemed',
  effects: redeemed,
});
add(
  'takes a right share after a wrong one',
  [...collecting, f.released('F2'), wrong],
  f.released('F1'),
  {
    state: 'redeemed',
    effects: redeemed,
  },
);
add(
  'tells of it once',
  [...collecting, wrong],
  { ...wrong, via: 'v-wrong-again' },
  {
    state: 'collecting',
    refused: true,
  },
);
add('takes a request once', collecting, f.requested({ via: 'v-again' }), {
  state: 'collecting',
  refused: true,
});
add(
  'takes no request for another beneficiary',
  entitled,
  f.requested({ beneficiary: party('X') }),
  {
    state: 'entitled',
    refused: true,
  },
);
add('takes no request for other keys', entitled, f.requested({ beneficiary: party('B', 'new') }), {
  state: 'entitled',
  refused: true,
});
add('takes no request of another than the principal', entitled, f.requested({ node: 'F1' }), {
  state: 'entitled',
  refused: true,
});
add('takes no receipt', collecting, f.receipted({ node: 'P' }), {
  state: 'collecting',
  refused: true,
});
add(
  'is finished when it has the key',
  [...collecting, f.released('F1'), f.released('F2')],
  f.released('F3'),
  {
    state: 'redeemed',
    refused: true,
  },
);
add('remembers blame while it collects', collecting, f.accused('P', 'F1'), { state: 'collecting' });

/** Named at redemption: everything comes in one envelope. */
const lateTerms = termsOf({ beneficiary: null });
const late = factsOf(lateTerms);
const latePlay = { play: { role: 'beneficiary', self: 'B', terms: lateTerms } } as const;
const handed = late.requested(late.handover());
add('named late, collects with what it was handed', [], handed, { state: 'collecting' }, latePlay);
add(
  'named late, combines',
  [handed, late.released('F1')],
  late.released('F3'),
  {
    state: 'redeemed',
    effects: redeemed,
  },
  latePlay,
);
add(
  'named late, needs what is handed over',
  [],
  late.requested(),
  { state: 'considering', refused: true },
  latePlay,
);
add(
  'named late, takes nothing meant for another',
  [],
  late.requested({ ...late.handover(), beneficiary: party('X') }),
  {
    state: 'considering',
    refused: true,
  },
  latePlay,
);
add(
  'named late, takes nothing from another than the principal',
  [],
  late.requested({ ...late.handover(), node: 'F1' }),
  {
    state: 'considering',
    refused: true,
  },
  latePlay,
);
add(
  'named late, takes no handover of an order that named somebody',
  [],
  late.requested({ ...f.handover() }),
  {
    state: 'considering',
    refused: true,
  },
  latePlay,
);
add(
  'named late, takes no certificate of another order',
  [],
  late.requested({ ...late.handover(), order: 'other' }),
  {
    state: 'considering',
    refused: true,
  },
  latePlay,
);
add(
  'named late, takes no handover of its own',
  [],
  own(handed),
  { state: 'considering', refused: true },
  latePlay,
);
add(
  'named late, has no seat in the proposal',
  [],
  late.proposed(),
  { state: 'considering', refused: true },
  latePlay,
);
add(
  'named late, takes a handover once',
  [handed],
  { ...handed, via: 'v-again' },
  {
    state: 'collecting',
    refused: true,
  },
  latePlay,
);
