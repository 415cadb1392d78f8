import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyRuns, seeds } from './many-runs.ts';
import { castFor, planOf } from './plan.ts';
import { SINGLE_FIDUCIARY } from './scenarios.ts';
import { simulate } from './simulate.ts';

const SEEDS = 100;
/** Key generation among several costs half a second of processor time each. */
const SEEDS_AMONG_SEVERAL = 40;

test('fault/F1 the same seed gives the same trace, byte for byte', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const plan = planOf(seed, { scenarios: SINGLE_FIDUCIARY });
    const run = { seed, plan, cast: await castFor(plan), keepTrace: true };
    const first = await simulate(run);
    const second = await simulate(run);
    assert.deepEqual(second.trace, first.trace);
    assert.equal(second.digest, first.digest);
    const other = await simulate({ ...run, seed: seed + 1_000 });
    assert.notEqual(other.digest, first.digest);
  }
});

test('fault/F1 every guarantee holds, whatever happens', async () => {
  const { failed } = await manyRuns(seeds(10_000, SEEDS, { scenarios: SINGLE_FIDUCIARY }));
  assert.deepEqual(
    failed.map(({ violation }) => violation),
    [],
  );
});

test('fault/F1 every guarantee holds among several fiduciaries', async () => {
  const { failed } = await manyRuns(
    seeds(1, SEEDS_AMONG_SEVERAL, { scenarios: ['2 of 3', '2 of 3 late', 'one dead'] }),
  );
  assert.deepEqual(
    failed.map(({ violation }) => violation),
    [],
  );
});
