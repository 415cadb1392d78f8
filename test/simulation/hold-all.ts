import assert from 'node:assert/strict';
import { manyRuns, seeds } from './many-runs.ts';
import { SINGLE_FIDUCIARY } from './scenarios.ts';

/**
 * Seeds of orders with a single fiduciary on the worst network. About 0.12 s of processor time each, all of it real
 * cryptography and real logs: two thousand take two minutes on two idle processors. They stand in two files because
 * a time limit holds for a file. `npm run simulate -- --from 2001 --seeds 50000 --single --worst` goes on.
 */
export const holdAll = async (from: number, count: number): Promise<void> => {
  const wanted = { scenarios: SINGLE_FIDUCIARY, worst: true };
  const { failed, orders, redeemed, crashes } = await manyRuns(seeds(from, count, wanted));
  assert.deepEqual(
    failed.map(({ violation }) => violation),
    [],
  );
  // Weights that end most runs early would test nothing.
  assert.ok(redeemed > orders * 0.6, `only ${redeemed} of ${orders} orders came to their end`);
  assert.ok(crashes > count, `only ${crashes} crashes`);
};
