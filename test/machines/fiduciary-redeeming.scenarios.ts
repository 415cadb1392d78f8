import type { Play } from './play.ts';
import { scenariosOf } from './scenario.ts';
import { factsOf, own, party, passed, seats, termsOf } from './world.ts';

const { P, B, F2, F3 } = seats;
const terms = termsOf();
const f = factsOf(terms);
const play = { role: 'fiduciary', self: 'F1', terms } as const;
const { all, add } = scenariosOf(play);
export const scenarios = all;

const proposed = f.proposed();
const dealing = [proposed, f.contributed(B), f.contributed(F2), f.contributed(F3)];
const certifying = [...dealing, f.dealt('F2'), f.dealt('F3')];
const guarding = [...certifying, f.certified(P), f.certified(B), f.ready()];
const released = [...guarding, f.requested()];

add('releases its share to the beneficiary', guarding, f.requested(), {
  state: 'released',
  effects: ['release to B', 'send share.released to B with share'],
});
add('remembers a request that came early', certifying, f.requested(), { state: 'certifying' });
add(
  'releases when the certificate comes after the request',
  [...certifying, f.requested()],
  f.ready(),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
);
add('takes no request of another than the principal', guarding, f.requested({ node: 'B' }), {
  state: 'guarding',
  refused: true,
});
add('takes no request of its own', guarding, own(f.requested({ node: 'F1' })), {
  state: 'guarding',
  refused: true,
});
add('takes no request for another order', guarding, f.requested({ order: 'other' }), {
  state: 'guarding',
  refused: true,
});
const other = f.requested({ beneficiary: party('X'), via: 'v-other' });
for (const [state, given] of [
  ['contributing', [proposed]],
  ['certifying', certifying],
  ['guarding', guarding],
  ['released', released],
  ['cancelled', [...certifying, f.cancelled()]],
] as const) {
  add(`refuses another beneficiary, ${state}`, given, other, {
    state,
    effects: ['send redemption.refused to P'],
  });
  add(
    `refuses it once, ${state}`,
    [...given, other],
    { ...other, via: 'v-other-again' },
    {
      state,
      refused: true,
    },
  );
}
add(
  'refuses other keys of the beneficiary',
  guarding,
  f.requested({ beneficiary: party('B', 'new') }),
  {
    state: 'guarding',
    effects: ['send redemption.refused to P'],
  },
);
add(
  'releases to later keys of the beneficiary',
  guarding,
  f.requested({ beneficiary: party('B', 'new'), later: true }),
  { state: 'released', effects: ['release to B', 'send share.released to B with share'] },
);
add(
  'refuses later keys of another',
  guarding,
  f.requested({ beneficiary: party('X', 'new'), later: true }),
  { state: 'guarding', effects: ['send redemption.refused to P'] },
);
for (const [what, asked, again] of [
  ['later keys', f.requested(), party('B', 'new')],
  [
    'the keys of the terms',
    f.requested({ beneficiary: party('B', 'new'), later: true }),
    party('B'),
  ],
] as const)
  add(
    `refuses ${what} when others were asked for first`,
    [...guarding, asked],
    f.requested({ beneficiary: again, later: true, via: 'v-again' }),
    { state: 'released', effects: ['send redemption.refused to P'] },
  );

const withholding = {
  play: {
    ...play,
    answers: {
      release: (_context, at) => ({
        type: 'share.withheld',
        at,
        node: 'F1',
        to: 'B',
        revoked: 'B',
      }),
    },
  },
} as const satisfies { play: Play };
add(
  'keeps its share from a revoked identity, and tells the principal',
  guarding,
  f.requested(),
  { state: 'withheld', effects: ['release to B', 'send redemption.refused to P'] },
  withholding,
);
add(
  'keeps it when asked again',
  [...guarding, f.requested()],
  f.requested({ via: 'v-again' }),
  { state: 'withheld', refused: true },
  withholding,
);
add(
  'says itself what it keeps, nobody else does',
  guarding,
  { type: 'share.withheld', at: 7, node: 'P', via: 'v-withheld', to: 'B', revoked: 'B' },
  { state: 'guarding', refused: true },
);
add(
  'ends when the beneficiary had the key of others before',
  [...guarding, f.requested()],
  f.receipted(),
  { state: 'closed', effects: ['destroy share'] },
  withholding,
);
add(
  'releases to the right beneficiary after it refused another',
  [...guarding, other],
  f.requested(),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
);
add(
  'attack/K13: sends the same share again when asked again',
  released,
  f.requested({ via: 'v-again' }),
  {
    state: 'released',
    effects: ['resend share.released to B'],
  },
);
add('is asked again by a new envelope only', released, f.requested(), {
  state: 'released',
  refused: true,
});
add('is not asked again by others', released, f.requested({ via: 'v-again', node: 'F2' }), {
  state: 'released',
  refused: true,
});

add('does not ask itself again', released, own(f.requested({ node: 'F1' })), {
  state: 'released',
  refused: true,
});

add('destroys its share after the receipt', released, f.receipted(), {
  state: 'closed',
  effects: ['destroy share'],
});
for (const [who, receipt] of [
  ['the principal', f.receipted({ node: 'P' })],
  ['a fiduciary', f.receipted({ node: 'F2' })],
  ['a stranger', f.receipted({ node: 'X' })],
  ['itself', own(f.receipted({ node: 'F1' }))],
] as const) {
  add(`destroys nothing on the word of ${who}`, released, receipt, {
    state: 'released',
    refused: true,
  });
}
add('remembers a receipt that came before the request', guarding, f.receipted(), {
  state: 'guarding',
});
add('destroys nothing before it released', [...guarding, f.receipted()], f.requested(), {
  state: 'closed',
  effects: ['release to B', 'send share.released to B with share', 'destroy share'],
});
add(
  'is finished when it is closed',
  [...released, f.receipted()],
  f.requested({ via: 'v-again' }),
  {
    state: 'closed',
    refused: true,
  },
);
add(
  'remembers blame after it released',
  released,
  f.accused('B', 'F2', true, 'fault/share-released-wrong'),
  {
    state: 'released',
  },
);

const timedTerms = termsOf({ notBefore: 500 });
const timed = factsOf(timedTerms);
const timedPlay = { play: { role: 'fiduciary', self: 'F1', terms: timedTerms } } as const;
const timedGuarding = [timed.proposed(), ...certifying.slice(1), timed.ready()];
add(
  'waits for the condition of the terms',
  timedGuarding,
  timed.requested(),
  { state: 'releasing' },
  timedPlay,
);
add(
  'releases then',
  [...timedGuarding, timed.requested()],
  passed('F1', 'not-before', 500),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
  timedPlay,
);
add(
  'does not release a moment earlier',
  [...timedGuarding, timed.requested()],
  passed('F1', 'not-before', 499),
  {
    state: 'releasing',
    refused: true,
  },
  timedPlay,
);
add(
  'lets nobody else tell the time of release',
  [...timedGuarding, timed.requested()],
  passed('P', 'not-before', 500),
  {
    state: 'releasing',
    refused: true,
  },
  timedPlay,
);
add(
  'commits to no other recipient',
  [...timedGuarding, timed.requested()],
  own(timed.released('F1', { to: 'X' })),
  { state: 'releasing', refused: true },
  timedPlay,
);
add(
  'releases at once when asked after that time',
  timedGuarding,
  timed.requested({ at: 500 }),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
  timedPlay,
);
add(
  'refuses another beneficiary while it waits',
  [...timedGuarding, timed.requested()],
  other,
  {
    state: 'releasing',
    effects: ['send redemption.refused to P'],
  },
  timedPlay,
);

const lateTerms = termsOf({ beneficiary: null });
const late = factsOf(lateTerms);
const latePlay = { play: { role: 'fiduciary', self: 'F1', terms: lateTerms } } as const;
const lateGuarding = [
  late.proposed(),
  late.contributed(P),
  late.contributed(F2),
  late.contributed(F3),
  late.dealt('F2'),
  late.dealt('F3'),
  late.ready(),
];
add(
  'releases to the first beneficiary ever requested',
  lateGuarding,
  late.requested(),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
  latePlay,
);
add(
  'is bound to it before the order is ready',
  [...lateGuarding.slice(0, -1), late.requested()],
  other,
  {
    state: 'certifying',
    effects: ['send redemption.refused to P'],
  },
  latePlay,
);
add(
  'attack/K13: refuses a second one for ever',
  [...lateGuarding, late.requested()],
  other,
  {
    state: 'released',
    effects: ['send redemption.refused to P'],
  },
  latePlay,
);
add(
  'refuses other keys of the first',
  [...lateGuarding, late.requested()],
  late.requested({ beneficiary: party('B', 'new'), via: 'v-new' }),
  {
    state: 'released',
    effects: ['send redemption.refused to P'],
  },
  latePlay,
);
add(
  'believes no receipt until it knows whose it must be',
  [...lateGuarding, late.receipted({ node: 'X', via: 'v-x' })],
  late.requested(),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with share'],
  },
  latePlay,
);
add(
  'believes the early receipt of the beneficiary',
  [...lateGuarding, late.receipted({ node: 'X', via: 'v-x' }), late.receipted()],
  late.requested(),
  {
    state: 'closed',
    effects: ['release to B', 'send share.released to B with share', 'destroy share'],
  },
  latePlay,
);
add(
  'takes one early receipt of each',
  [...lateGuarding, late.receipted()],
  late.receipted({ via: 'v-again' }),
  {
    state: 'guarding',
    refused: true,
  },
  latePlay,
);
add(
  'heeds the accusation of a beneficiary named late',
  [...lateGuarding, late.requested()],
  late.accused('B', 'F2', true, 'fault/share-released-wrong'),
  {
    state: 'released',
  },
  latePlay,
);

const singleTerms = termsOf({ fiduciaries: ['F1'] });
const single = factsOf(singleTerms);
const singlePlay = { play: { role: 'fiduciary', self: 'F1', terms: singleTerms } } as const;
const singleGuarding = [single.proposed(), single.contributed(B), single.ready()];
add(
  'alone, certifies without dealing',
  [single.proposed()],
  single.contributed(B),
  {
    state: 'certifying',
    effects: ['certify', 'send order.certified to P,B'],
  },
  singlePlay,
);
add(
  'alone, takes no dealt share',
  [single.proposed()],
  single.dealt('F2'),
  {
    state: 'contributing',
    refused: true,
  },
  singlePlay,
);
add(
  'alone, releases its addend',
  singleGuarding,
  single.requested(),
  {
    state: 'released',
    effects: ['release to B', 'send share.released to B with drawn'],
  },
  singlePlay,
);
add(
  'alone, destroys its addend',
  [...singleGuarding, single.requested()],
  single.receipted(),
  {
    state: 'closed',
    effects: ['destroy drawn'],
  },
  singlePlay,
);
