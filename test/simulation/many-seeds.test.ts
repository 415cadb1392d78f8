import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyRuns, seeds } from './many-runs.ts';
import { SINGLE_FIDUCIARY } from './scenarios.ts';

/**
 * About 0.12 s of processor time a seed, all of it real cryptography and real logs: two minutes on two idle processors.
 * `npm run simulate -- --from 2001 --seeds 50000 --single --worst` goes on where this ends.
 */
const SEEDS = 2_000;

test('fault/F1 fault/F2 every guarantee holds, whatever happens, at 40 % loss and 60 % duplicates', async () => {
  const { failed, orders, redeemed, crashes } = await manyRuns(
    seeds(1, SEEDS, { scenarios: SINGLE_FIDUCIARY, worst: true }),
  );
  assert.deepEqual(
    failed.map(({ violation }) => violation),
    [],
  );
  // Weights that end most runs early would test nothing.
  assert.ok(redeemed > orders * 0.6, `only ${redeemed} of ${orders} orders came to their end`);
  assert.ok(crashes > SEEDS, `only ${crashes} crashes`);
});
