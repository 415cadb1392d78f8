import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../machines/order-context.ts';
import * as progress from '../../machines/progress.ts';
import { contextOf } from '../../machines/registry.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { run, type Play } from './play.ts';
import { certificationOf, factsOf, own, seats, termsOf } from './world.ts';

const { B, F1, F2, F3 } = seats;
const terms = termsOf();
const f = factsOf(terms);
const play: Play = { role: 'principal', self: 'P', terms };
const contributed = [own(f.proposed()), ...[B, F1, F2, F3].map((one) => f.contributed(one))];
const ready = [...contributed, ...[B, F1, F2, F3].map((one) => f.certified(one))];
const contextAfter = (facts: readonly OrderEvent[]) => contextOf(run(play, facts).snapshot);

test('nothing is complete while the terms are unknown', () => {
  const unknown = newContext('fiduciary', 'F1');
  for (const isComplete of [
    progress.hasAllContributions,
    progress.hasAllDealt,
    progress.isAgreed,
    progress.isReady,
    progress.hasEnoughShares,
    progress.isHolder,
    progress.isSingle,
  ])
    assert.equal(isComplete(unknown), false);
  assert.equal(progress.isDue(unknown, 1), false);
});

test('agreed is only what every seat certified alike', () => {
  const agreed = contextAfter(ready);
  assert.equal(progress.isAgreed(agreed), true);
  assert.equal(
    progress.isAgreed({ ...agreed, certifications: agreed.certifications.slice(1) }),
    false,
  );
  for (const but of [
    { transcript: new Uint8Array(32) },
    { walletKey: new Uint8Array(33) },
    { address: 'other' },
  ]) {
    const certifications = agreed.certifications.map((known) =>
      known.node === 'F2' ? { ...known, certification: certificationOf(terms, F2, but) } : known,
    );
    assert.equal(progress.isAgreed({ ...agreed, certifications }), false);
  }
});

test('a suspicion that is proven is a verdict, and stays one', () => {
  const suspected = f.accused('F1', 'F2', false);
  const proven = f.accused('F3', 'F2', true);
  const upheld = (facts: readonly OrderEvent[]) =>
    contextAfter([...ready, ...facts]).blames.map((blame) => blame.upheld);
  assert.deepEqual(upheld([suspected]), [false]);
  assert.deepEqual(upheld([suspected, proven]), [true]);
  assert.deepEqual(upheld([proven, suspected]), [true]);
});

test('secrets that are spent are forgotten', () => {
  const fiduciary: Play = { role: 'fiduciary', self: 'F1', terms };
  const facts = [f.proposed(), ...contributed.slice(1), f.dealt('F2')];
  const before = contextOf(run(fiduciary, facts).snapshot);
  assert.deepEqual(before.secrets, { round: 'round-two' });
  const guarding = [...facts, f.dealt('F3'), f.ready()];
  assert.deepEqual(contextOf(run(fiduciary, guarding).snapshot).secrets, { share: 'share' });
  const closed = [...guarding, f.requested(), f.receipted()];
  assert.deepEqual(contextOf(run(fiduciary, closed).snapshot).secrets, {});
});
