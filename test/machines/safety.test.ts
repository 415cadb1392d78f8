import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  contextOf,
  isFinished,
  machineOf,
  start,
  stateOf,
  step,
  type OrderSnapshot,
} from '../../machines/registry.ts';
import type { Effect, Send } from '../../machines/effect.ts';
import { waitingFor } from '../../machines/waiting.ts';
import { decodeOwn, encode } from '../../src/domain/canonical.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { begin, turn, type Play } from './play.ts';
import { deceived, EXPIRY, factsOf, own, party, passed, seats, termsOf } from './world.ts';

/**
 * Histories in which an honest course is mixed with whatever others may send and the clock may tell: what must hold
 * after every turn, however the order goes. Honest courses lead deep into the machine, where pure chance never comes.
 */

const { B, F1, F2, F3 } = seats;
const NOT_BEFORE = 300;
/** Histories for each role and each kind of terms. */
const RUNS = 150;

const TERMS: Terms[] = [
  termsOf(),
  termsOf({ notBefore: NOT_BEFORE }),
  termsOf({ fiduciaries: ['F1'] }),
  termsOf({ beneficiary: null }),
  termsOf({ principal: 'F1' }),
];

const honest = ({ role, terms }: Play): OrderEvent[] => {
  const f = factsOf(terms);
  const principal = { role: 'principal', node: terms.principal.id } as const;
  const fiduciaries = [F1, F2, F3].slice(0, terms.fiduciaries.length);
  const contributed = [...(terms.beneficiary ? [B] : [principal]), ...fiduciaries].map((one) =>
    f.contributed(one),
  );
  const certified = [principal, ...(terms.beneficiary ? [B] : []), ...fiduciaries].map((one) =>
    f.certified(one),
  );
  switch (role) {
    case 'principal':
      return [own(f.proposed()), ...contributed, ...certified, own(f.requested()), f.receipted()];
    case 'fiduciary':
      return [
        f.proposed(),
        ...contributed,
        ...(fiduciaries.length > 1 ? [f.dealt('F2'), f.dealt('F3')] : []),
        ...certified,
        f.ready(),
        f.requested(),
        passed('F1', 'not-before', NOT_BEFORE),
        f.receipted(),
      ];
    case 'beneficiary':
      return terms.beneficiary
        ? [
            f.proposed(),
            ...contributed,
            ...certified,
            f.ready(),
            f.requested(),
            f.released('F1'),
            f.released('F3'),
          ]
        : [f.requested(f.handover()), f.released('F1'), f.released('F3')];
  }
};

/** Anything that a peer, an operator or the clock may say at any time, true or not. */
const hostile = ({ self, terms }: Play): OrderEvent[] => {
  const f = factsOf(terms);
  const principal = { role: 'principal', node: terms.principal.id } as const;
  return [
    f.contributedAgain(F2),
    f.contributed(F3, { fault: 'fault/proof-invalid' }),
    f.contributed({ role: 'fiduciary', node: 'X' }),
    f.certified(F2, deceived(terms, F3), { via: 'v-deceived' }),
    f.certified(principal, deceived(terms, F3), { via: 'v-deceived-P' }),
    f.certified(F3, { address: 'other' }, { via: 'v-elsewhere' }),
    f.certified(F2, {}, { fault: 'fault/certification-wrong' }),
    f.dealt('X'),
    f.dealt('F2', { via: 'v-dealt-again', share: 'other' }),
    f.ready(),
    f.ready({ fault: 'fault/certificate-invalid', via: 'v-bad' }),
    f.ready({
      certificate: { ...certificateIn(f.ready()), address: 'other' },
      via: 'v-other-wallet',
    }),
    f.refused(F2),
    f.cancelled(),
    own(f.cancelled()),
    f.cancelled({ node: 'X' }),
    f.accused('F2', 'F3'),
    f.accused('F2', 'F3', false, 'fault/certification-unjustified'),
    f.accused('X', 'F3'),
    f.accused('F2', 'F2', true, 'fault/accusation-false'),
    own(f.accused(self, 'F3')),
    f.requested({ beneficiary: party('X'), via: 'v-for-X' }),
    f.requested({ beneficiary: party('B', 'new'), via: 'v-new-keys' }),
    f.requested({ via: 'v-again' }),
    f.requested({ node: 'X' }),
    own(f.requested()),
    f.released('F2', { fault: 'fault/share-released-wrong', via: 'v-wrong' }),
    f.released('X'),
    f.released('F2'),
    f.receipted({ node: 'X', via: 'v-receipt-X' }),
    f.receipted(),
    f.declined('F2'),
    passed(self, 'expiry', EXPIRY),
    passed(self, 'expiry', 5),
    passed(self, 'dispute', 1_000_000),
    passed(self, 'not-before', NOT_BEFORE - 1),
  ];
};

const certificateIn = (fact: OrderEvent) => {
  if (fact.type !== 'order.ready') throw new TypeError('not a certificate');
  return fact.certificate;
};

/** The honest course, mostly in order and complete, with hostile facts between. */
const history = (play: Play): fc.Arbitrary<OrderEvent[]> => {
  const course = honest(play);
  const noise = fc.array(fc.constantFrom(...hostile(play), ...course), { maxLength: 2 });
  return fc
    .tuple(
      ...course.map((fact) =>
        fc.tuple(
          fc.oneof(
            { weight: 4, arbitrary: fc.constant<OrderEvent[]>([]) },
            { weight: 1, arbitrary: noise },
          ),
          fc.oneof(
            { weight: 19, arbitrary: fc.constant([fact]) },
            { weight: 1, arbitrary: fc.constant([]) },
          ),
        ),
      ),
      noise,
    )
    .map((parts) => parts.flat(2) as OrderEvent[]);
};

const sendsOf = (effects: readonly Effect[], message: Send['message']): Send[] =>
  effects.filter((effect) => effect.type === 'send').filter((send) => send.message === message);

const countOf = (effects: readonly Effect[], type: Effect['type']): number =>
  effects.filter((effect) => effect.type === type).length;

/** What must hold after every turn of every role. */
const checkAlways = (play: Play, snapshot: OrderSnapshot, effects: readonly Effect[]): void => {
  const context = contextOf(snapshot);
  for (const once of ['contribute', 'deal', 'certify', 'conclude', 'combine'] as const) {
    assert.ok(countOf(effects, once) <= 1, `${once} once`);
  }
  for (const effect of effects) {
    if (effect.type !== 'send' && effect.type !== 'resend') continue;
    assert.ok(effect.to.length > 0);
    assert.equal(new Set(effect.to).size, effect.to.length);
    const toStranger = effect.to.includes('X') && context.redemption?.beneficiary.id !== 'X';
    assert.ok(!toStranger, 'nothing goes to a stranger');
  }
  const over = isFinished(snapshot) || context.ended !== null;
  assert.equal(
    waitingFor(snapshot).length === 0,
    over,
    `${play.role} waits in ${stateOf(snapshot)}`,
  );
  for (const { since, until } of waitingFor(snapshot)) assert.ok(until === null || until >= since);
};

const CHECKS: Record<
  Play['role'],
  (play: Play, snapshot: OrderSnapshot, effects: readonly Effect[], at: number) => void
> = {
  principal: (_play, snapshot, effects) => {
    const said = effects.filter((effect) => effect.type === 'send').map(({ message }) => message);
    const ready = said.indexOf('order.ready');
    const cancelled = said.indexOf('order.cancelled');
    assert.ok(ready === -1 || cancelled === -1, 'either ready or cancelled, never both');
    assert.equal(said.filter((message) => message === 'order.ready').length <= 1, true);
    if (ready === -1) assert.deepEqual(sendsOf(effects, 'redemption.requested'), []);
    if (contextOf(snapshot).ended !== null) assert.ok(isFinished(snapshot));
    if (contextOf(snapshot).ended !== null) assert.equal(ready, -1);
  },
  fiduciary: (play, snapshot, effects, at) => {
    const context = contextOf(snapshot);
    const releases = sendsOf(effects, 'share.released');
    const state = stateOf(snapshot);
    assert.ok(releases.length <= 1, 'one release');
    if (releases.length > 0) {
      assert.notEqual(context.certificate, null, 'released only what is ready');
      assert.deepEqual(releases[0]?.to, [context.redemption?.beneficiary.id], 'one recipient');
      assert.ok(at >= (play.terms.conditions.notBefore ?? 0), 'not before the condition');
    }
    if (countOf(effects, 'destroy') > 0) {
      assert.notEqual(context.receipt, null, 'destroyed only after the receipt');
      assert.equal(releases.length, 1);
    }
    if (context.certificate !== null && countOf(effects, 'certify') === 1) {
      const isAgreed = context.certificate.address === 'address';
      if (isAgreed)
        assert.ok(
          ['guarding', 'releasing', 'released', 'closed'].includes(state),
          `${state} although ready`,
        );
    }
  },
  beneficiary: (play, snapshot, effects) => {
    const context = contextOf(snapshot);
    if (countOf(effects, 'combine') === 0) return;
    assert.notEqual(context.certificate, null);
    const givers = new Set(context.shares.map(({ node }) => node));
    assert.ok(givers.size >= play.terms.threshold, 'enough shares of different fiduciaries');
  },
};

const PLAYS: Play[] = TERMS.flatMap((terms): Play[] => [
  { role: 'principal', self: terms.principal.id, terms },
  { role: 'fiduciary', self: 'F1', terms },
  { role: 'beneficiary', self: 'B', terms },
]);

describe('whatever happens', () => {
  PLAYS.forEach((play, i) => {
    const { terms } = play;
    const kind = `${terms.fiduciaries.length} fiduciaries${terms.beneficiary ? '' : ', named late'}`;
    test(`${i} ${play.role}, ${kind}`, () => {
      const reached = new Set<string>();
      fc.assert(
        fc.property(history(play), (facts) => {
          const effects: Effect[] = [];
          const events: OrderEvent[] = [];
          let snapshot = begin(play);
          for (const fact of facts) {
            const next = turn(play, snapshot, fact);
            if (!next.accepted) assert.equal(next.snapshot, snapshot);
            if (isFinished(snapshot)) assert.equal(next.accepted, false);
            snapshot = next.snapshot;
            effects.push(...next.effects);
            events.push(...next.events);
            const sharesOut = sendsOf(next.effects, 'share.released').length > 0;
            if (events.length > 0) checkAlways(play, snapshot, effects);
            CHECKS[play.role](
              play,
              snapshot,
              effects,
              sharesOut ? fact.at : Number.MAX_SAFE_INTEGER,
            );
            reached.add(stateOf(snapshot));
          }
          assertReplay(play, events, snapshot, effects);
        }),
        { numRuns: RUNS },
      );
      const goal = { principal: 'redeemed', fiduciary: 'closed', beneficiary: 'redeemed' }[
        play.role
      ];
      assert.ok(reached.has(goal), `some history reaches ${goal}, not only ${[...reached].join()}`);
    });
  });
});

/** The fold of the recorded facts alone finds the same state and the same effects, as often as it is done. */
const assertReplay = (
  play: Play,
  events: readonly OrderEvent[],
  snapshot: OrderSnapshot,
  effects: readonly Effect[],
): void => {
  for (const copy of [events, decodeOwn(encode(events)) as OrderEvent[]]) {
    let again = start(machineOf(play.role), { self: play.self });
    const found: Effect[] = [];
    for (const event of copy) {
      const next = step(machineOf(play.role), again, event);
      assert.ok(next.accepted);
      again = next.snapshot;
      found.push(...next.effects);
    }
    assert.deepEqual(again.value, snapshot.value);
    assert.deepEqual(again.context, snapshot.context);
    assert.deepEqual(found, effects);
  }
  assert.deepEqual(decodeOwn(encode(snapshot.context)), snapshot.context);
};
