import { scenariosOf } from './scenario.ts';
import { bytes, deceived, EXPIRY, factsOf, own, passed, seats, termsOf } from './world.ts';

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
const cancelled = own(f.cancelled());
const all4 = 'B,F1,F2,F3';

const disputed = f.certified(F1, deceived(terms, F2));
const disputing = [...certifying, disputed];
add('disputes a certification of other contributions', certifying, disputed, {
  state: 'disputing',
  effects: [
    'accuse F1 of fault/certification-unjustified by v-certified-fiduciary-F1,v-contributed-fiduciary-F2, suspected',
    `send order.accused to ${all4} showing v-certified-fiduciary-F1,v-contributed-fiduciary-F2`,
  ],
});
add(
  'disputes also after others suspected it',
  [...certifying, f.accused('F3', 'F1', false, 'fault/certification-unjustified')],
  disputed,
  {
    state: 'disputing',
    effects: [
      'accuse F1 of fault/certification-unjustified by v-certified-fiduciary-F1,v-contributed-fiduciary-F2, suspected',
      `send order.accused to ${all4} showing v-certified-fiduciary-F1,v-contributed-fiduciary-F2`,
    ],
  },
);
add('disputes a second one as well', disputing, f.certified(F3, deceived(terms, F2)), {
  state: 'disputing',
  effects: [
    'accuse F3 of fault/certification-unjustified by v-certified-fiduciary-F3,v-contributed-fiduciary-F2, suspected',
    `send order.accused to ${all4} showing v-certified-fiduciary-F3,v-contributed-fiduciary-F2`,
  ],
});
add(
  'disputes two at once',
  [proposed, disputed, f.certified(F3, deceived(terms, F2)), ...contributions.slice(1)],
  f.contributed(B),
  {
    state: 'disputing',
    effects: [
      'certify',
      `send order.certified to ${all4}`,
      'accuse F1 of fault/certification-unjustified by v-certified-fiduciary-F1,v-contributed-fiduciary-F2, suspected',
      `send order.accused to ${all4} showing v-certified-fiduciary-F1,v-contributed-fiduciary-F2`,
      'accuse F3 of fault/certification-unjustified by v-certified-fiduciary-F3,v-contributed-fiduciary-F2, suspected',
      `send order.accused to ${all4} showing v-certified-fiduciary-F3,v-contributed-fiduciary-F2`,
    ],
  },
);
add(
  'disputes with the certification alone when no contribution differs',
  certifying,
  f.certified(F1, { transcript: bytes(32, 99) }),
  {
    state: 'disputing',
    effects: [
      'accuse F1 of fault/certification-unjustified by v-certified-fiduciary-F1, suspected',
      `send order.accused to ${all4} showing v-certified-fiduciary-F1`,
    ],
  },
);
add(
  'is not ready while it disputes',
  [...disputing, f.certified(B), f.certified(F2)],
  f.certified(F3),
  {
    state: 'disputing',
  },
);
add('fails when the dispute is decided', disputing, f.accused('F1', 'F2'), {
  state: 'failed',
  effects: [`send order.cancelled to ${all4}`],
});
add('fails when the dispute is not decided in time', disputing, passed('P', 'dispute', 60_004), {
  state: 'failed',
  effects: [`send order.cancelled to ${all4}`],
});
add('gives the dispute its time', disputing, passed('P', 'dispute', 60_003), {
  state: 'disputing',
  refused: true,
});
add('may cancel a disputed order', disputing, cancelled, {
  state: 'cancelled',
  effects: [`send order.cancelled to ${all4}`],
});

add('ends when a seat refuses', [proposed], f.refused(F2), {
  state: 'refused',
  effects: [`send order.cancelled to ${all4}`],
});
add('lets no stranger refuse', [proposed], f.refused({ role: 'fiduciary', node: 'X' }), {
  state: 'contributing',
  refused: true,
});
add('cancels', certifying, cancelled, {
  state: 'cancelled',
  effects: [`send order.cancelled to ${all4}`],
});
add('is cancelled by nobody else', certifying, f.cancelled({ node: 'F1' }), {
  state: 'certifying',
  refused: true,
});
add('does not cancel what is ready', ready, cancelled, { state: 'ready', refused: true });
add('does not end what is ready when a seat refuses', ready, f.refused(F2), {
  state: 'ready',
  refused: true,
});
add('expires', [proposed], passed('P', 'expiry', EXPIRY), {
  state: 'expired',
  effects: [`send order.cancelled to ${all4}`],
});
add('does not expire early', [proposed], passed('P', 'expiry', EXPIRY - 1), {
  state: 'contributing',
  refused: true,
});
add('does not expire once it is ready', ready, passed('P', 'expiry', EXPIRY), {
  state: 'ready',
  refused: true,
});
for (const [name, end] of [
  ['cancelled', cancelled],
  ['expired', passed('P', 'expiry', EXPIRY)],
  ['refused', f.refused(F1)],
  ['failed', f.accused('F1', 'F2')],
] as const) {
  add(`never becomes ready after it ${name}`, [...ready.slice(0, -1), end], f.certified(F3), {
    state: name,
    refused: true,
  });
}

add('remembers blame once it is ready, and stays', ready, f.accused('F1', 'F2'), {
  state: 'ready',
});
add('blames once it is ready, and stays', ready, f.contributedAgain(F1), {
  state: 'ready',
  effects: [
    'accuse F1 of fault/equivocation by v-contributed-again-F1,v-contributed-fiduciary-F1',
    `send order.accused to ${all4} showing v-contributed-again-F1,v-contributed-fiduciary-F1`,
  ],
});
add('blames for one thing once', [...ready, f.contributedAgain(F1)], f.contributedAgain(F1), {
  state: 'ready',
  refused: true,
});
