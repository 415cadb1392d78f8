import { scenariosOf } from './scenario.ts';
import { bytes, factsOf, own, party, seats, termsOf } from './world.ts';

const terms = termsOf();
const f = factsOf(terms);
const { all, add } = scenariosOf({ role: 'principal', self: 'P', terms });
export const scenarios = all;

const { B, F1, F2, F3 } = seats;
const proposed = own(f.proposed());
const contributions = [B, F1, F2, F3].map((one) => f.contributed(one));
const certifications = [B, F1, F2, F3].map((one) => f.certified(one));
const certifying = [proposed, ...contributions];
const ready = [...certifying, ...certifications];
const requested = own(f.requested());

add('requests redemption', ready, requested, {
  state: 'redeeming',
  effects: ['send redemption.requested to F1,F2,F3,B'],
});
add('does not request before it is ready', certifying, requested, {
  state: 'certifying',
  refused: true,
});
add(
  'does not request for another beneficiary',
  ready,
  own(f.requested({ beneficiary: party('X') })),
  {
    state: 'ready',
    refused: true,
  },
);
add(
  'does not request for other keys of the beneficiary',
  ready,
  own(f.requested({ beneficiary: party('B', 'new') })),
  {
    state: 'ready',
    refused: true,
  },
);
add('does not request for another order', ready, own(f.requested({ order: 'other' })), {
  state: 'ready',
  refused: true,
});
add('is not told by others to redeem', ready, f.requested(), { state: 'ready', refused: true });
add(
  'sends the same request again',
  [...ready, requested],
  own(f.requested({ nonce: bytes(32, 11) })),
  {
    state: 'redeeming',
    effects: ['resend redemption.requested to F1,F2,F3,B'],
  },
);
add('remembers that a fiduciary refused to release', [...ready, requested], f.declined('F1'), {
  state: 'redeeming',
});
add('remembers it once', [...ready, requested, f.declined('F1')], f.declined('F1'), {
  state: 'redeeming',
  refused: true,
});
add('is done with the receipt', [...ready, requested], f.receipted(), { state: 'redeemed' });
add('takes no receipt of another', [...ready, requested], f.receipted({ node: 'F1' }), {
  state: 'redeeming',
  refused: true,
});
add('takes no receipt before it requested', ready, f.receipted(), {
  state: 'ready',
  refused: true,
});
add('is finished then', [...ready, requested, f.receipted()], requested, {
  state: 'redeemed',
  refused: true,
});

/** The principal holds the addend while no beneficiary is named. */
const lateTerms = termsOf({ beneficiary: null, fiduciaries: ['F1'] });
const late = factsOf(lateTerms);
const latePlay = { play: { role: 'principal', self: 'P', terms: lateTerms } } as const;
const lateReady = [own(late.proposed()), late.contributed(F1), late.certified(F1)];
add(
  'contributes as the holder',
  [],
  own(late.proposed()),
  {
    state: 'contributing',
    effects: ['send order.proposed to F1', 'contribute', 'send order.contributed to F1'],
  },
  latePlay,
);
add(
  'hands its addend over',
  lateReady,
  own(late.requested()),
  {
    state: 'redeeming',
    effects: ['send redemption.requested to F1', 'send redemption.requested to B with drawn'],
  },
  latePlay,
);
add(
  'hands it over in one envelope to a fiduciary that is the beneficiary',
  lateReady,
  own(late.requested({ beneficiary: party('F1') })),
  {
    state: 'redeeming',
    effects: ['send redemption.requested to F1 with drawn'],
  },
  latePlay,
);
add(
  'redeems for one beneficiary only',
  [...lateReady, own(late.requested())],
  own(late.requested({ beneficiary: party('X') })),
  {
    state: 'redeeming',
    refused: true,
  },
  latePlay,
);
add(
  'takes the receipt of the one it named',
  [...lateReady, own(late.requested())],
  late.receipted(),
  {
    state: 'redeemed',
  },
  latePlay,
);
add(
  'is told by nobody to contribute',
  [own(late.proposed())],
  late.contributed({ role: 'principal', node: 'P' }),
  {
    state: 'contributing',
    refused: true,
  },
  latePlay,
);

/** A node in several roles: its other role hears of everything by envelope. */
const multiTerms = termsOf({ principal: 'F1' });
const multi = factsOf(multiTerms);
const multiPlay = { play: { role: 'principal', self: 'F1', terms: multiTerms } } as const;
add(
  'sends to its own node when that is a fiduciary too',
  [],
  own(multi.proposed()),
  {
    state: 'contributing',
    effects: ['send order.proposed to B,F1,F2,F3'],
  },
  multiPlay,
);
add(
  'takes the contribution of its own fiduciary from an envelope',
  [own(multi.proposed())],
  multi.contributed(F1),
  {
    state: 'contributing',
  },
  multiPlay,
);

const bothTerms = termsOf({ principal: 'B' });
const both = factsOf(bothTerms);
const bothPlay = { play: { role: 'principal', self: 'B', terms: bothTerms } } as const;
add(
  'does not contribute in place of its own beneficiary',
  [],
  own(both.proposed()),
  { state: 'contributing', effects: ['send order.proposed to B,F1,F2,F3'] },
  bothPlay,
);
add(
  'takes the contribution of its own beneficiary from an envelope',
  [own(both.proposed())],
  both.contributed(B),
  { state: 'contributing' },
  bothPlay,
);
