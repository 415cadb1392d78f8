import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OrderEvent } from '../../src/domain/events.ts';
import { begin, outcomeOf, run, type Play } from './play.ts';
import { factsOf, own, seats, termsOf } from './world.ts';

/**
 * Gossip loses, repeats and reorders: whatever order the facts of an order come in, and however often, a role ends in
 * the same state and has sent the same envelopes (guarantee G3).
 */

const { P, B, F1, F2, F3 } = seats;

interface Course {
  name: string;
  play: Play;
  /** Comes first: an envelope of an unknown order waits in the inbox. */
  first: OrderEvent;
  /** In any order, each of them any number of times. */
  rest: OrderEvent[];
  /** Ends here. */
  state: string;
  /** An order that fails may have sent more or less before it learned why. */
  sends?: 'differ';
}

const three = termsOf();
const t = factsOf(three);
const single = termsOf({ fiduciaries: ['F1'] });
const s = factsOf(single);
const unnamed = termsOf({ beneficiary: null });
const u = factsOf(unnamed);

const fiduciary = (terms = three): Play => ({ role: 'fiduciary', self: 'F1', terms });
const beneficiary = (terms = three): Play => ({ role: 'beneficiary', self: 'B', terms });
const principal = (terms = three): Play => ({ role: 'principal', self: 'P', terms });
const others = [B, F2, F3];
const fiduciaryForming = [
  ...others.map((one) => t.contributed(one)),
  t.dealt('F2'),
  t.dealt('F3'),
  ...[P, ...others].map((one) => t.certified(one)),
];
const beneficiaryForming = [
  ...[F1, F2, F3].map((one) => t.contributed(one)),
  ...[P, F1, F2, F3].map((one) => t.certified(one)),
];

const COURSES: Course[] = [
  {
    name: 'fiduciary, two of three',
    play: fiduciary(),
    first: t.proposed(),
    rest: [...fiduciaryForming, t.ready(), t.requested(), t.receipted()],
    state: 'closed',
  },
  {
    name: 'fiduciary alone',
    play: fiduciary(single),
    first: s.proposed(),
    rest: [
      s.contributed(B),
      s.certified(P),
      s.certified(B),
      s.ready(),
      s.requested(),
      s.receipted(),
    ],
    state: 'closed',
  },
  {
    name: 'fiduciary of an order that names its beneficiary late, amid false receipts',
    play: fiduciary(unnamed),
    first: u.proposed(),
    rest: [
      ...[P, F2, F3].map((one) => u.contributed(one)),
      u.dealt('F2'),
      u.dealt('F3'),
      ...[P, F2, F3].map((one) => u.certified(one)),
      u.ready(),
      u.requested(),
      u.receipted(),
      u.receipted({ node: 'X', via: 'v-x' }),
      u.receipted({ node: 'F2', via: 'v-f2' }),
    ],
    state: 'closed',
  },
  {
    name: 'beneficiary, two of three',
    play: beneficiary(),
    first: t.proposed(),
    rest: [...beneficiaryForming, t.ready(), t.requested(), t.released('F1'), t.released('F2')],
    state: 'redeemed',
  },
  {
    name: 'beneficiary named late',
    play: beneficiary(unnamed),
    first: u.requested(u.handover()),
    rest: [u.released('F1'), u.released('F3')],
    state: 'redeemed',
  },
  {
    name: 'principal until it is ready',
    play: principal(),
    first: own(t.proposed()),
    rest: [B, F1, F2, F3].flatMap((one) => [t.contributed(one), t.certified(one)]),
    state: 'ready',
  },
  {
    name: 'principal of an order that names its beneficiary late',
    play: principal(unnamed),
    first: own(u.proposed()),
    rest: [F1, F2, F3].flatMap((one) => [u.contributed(one), u.certified(one)]),
    state: 'ready',
  },
  {
    name: 'principal shown two contributions of one fiduciary',
    play: principal(),
    first: own(t.proposed()),
    rest: [
      ...[B, F1, F2, F3].flatMap((one) => [
        t.contributed(one),
        ...(one === F1 ? [] : [t.certified(one)]),
      ]),
      t.contributedAgain(F2),
    ],
    state: 'failed',
    sends: 'differ',
  },
  {
    name: 'fiduciary shown two contributions, of an order that cannot be ready',
    play: fiduciary(),
    first: t.proposed(),
    rest: [...fiduciaryForming, t.contributedAgain(F3)],
    state: 'failed',
    sends: 'differ',
  },
];

const inAnyOrder = (facts: readonly OrderEvent[]): fc.Arbitrary<OrderEvent[]> =>
  fc.array(fc.constantFrom(...facts), { maxLength: facts.length }).chain((repeats) => {
    const all = [...facts, ...repeats];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

describe('any order of arrival, any number of times', () => {
  for (const { name, play, first, rest, state, sends } of COURSES) {
    test(name, () => {
      const expected = outcomeOf(run(play, [first, ...rest], begin(play)));
      assert.equal(expected.state, state);
      fc.assert(
        fc.property(inAnyOrder(rest), (facts) => {
          const found = outcomeOf(run(play, [first, ...facts], begin(play)));
          if (sends === 'differ') assert.equal(found.state, expected.state);
          else assert.deepEqual(found, expected);
        }),
        { numRuns: 200 },
      );
    });
  }

  const certified = [
    {
      play: fiduciary(),
      forming: fiduciaryForming,
      state: 'released',
      once: 'send share.released to B with share',
    },
    {
      play: beneficiary(),
      forming: beneficiaryForming,
      state: 'collecting',
      once: 'send order.certified to P,F1,F2,F3',
    },
  ];
  for (const { play, forming, state, once } of certified) {
    test(`whatever ends the order of a ${play.role} that certified, the certificate goes on`, () => {
      const ends = [
        t.cancelled(),
        t.accused('P', 'F2'),
        t.contributedAgain(F3),
        t.ready(),
        t.requested(),
      ];
      fc.assert(
        fc.property(inAnyOrder(ends), (facts) => {
          const found = outcomeOf(run(play, [t.proposed(), ...forming, ...facts], begin(play)));
          assert.equal(found.state, state);
          assert.equal(found.sends.filter((line) => line === once).length, 1);
        }),
        { numRuns: 200 },
      );
    });
  }
});
