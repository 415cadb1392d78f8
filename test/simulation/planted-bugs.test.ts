import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byzantineSeeds } from './byzantine-plan.ts';
import { manyRuns, seeds } from './many-runs.ts';
import type { BugName } from './planted-bugs.ts';

/** A simulator that finds nothing proves nothing: each of these mistakes must be found within so many seeds. */
const MOST_SEEDS = 200;

const MISTAKES: readonly { bug: BugName; found: RegExp }[] = [
  { bug: 'send before persist', found: /violates G[12]:/ },
  { bug: 'forget marks', found: /violates G3: .* without a mark/ },
  { bug: 'forget the outbox', found: /violates G15: an order stays/ },
  { bug: 'guess the outcome', found: /violates (G2|G3|G15|G18):/ },
];

for (const { bug, found } of MISTAKES)
  test(`the simulator finds a planted bug: ${bug}`, async () => {
    const wanted = { scenarios: ['named', 'named late'] };
    const jobs = seeds(1, MOST_SEEDS, wanted, bug);
    const { failed, runs } = await manyRuns(jobs, { untilFailed: true });
    const [first] = failed;
    assert.ok(first, `not found in ${runs} seeds`);
    assert.match(first.violation, found);
  });

test('the simulator finds a planted bug, with liars: believe every share', async () => {
  // In seed 13 somebody releases a wrong share that is among the first.
  const jobs = byzantineSeeds(13, MOST_SEEDS, 'believe every share');
  const { failed, runs } = await manyRuns(jobs, { untilFailed: true });
  const [first] = failed;
  assert.ok(first, `not found in ${runs} seeds`);
  assert.match(first.violation, /violates (-|G15):/);
});
