import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyCrash, everyFailure } from './every-crash.ts';
import { manyRuns, type Job } from './many-runs.ts';

/** Every order must be redeemed all the same, whatever write of whatever node it happens at. */
const allRedeemed = async (jobs: readonly Job[], least: number): Promise<void> => {
  assert.ok(jobs.length >= least, `only ${jobs.length} writes`);
  const { failed, runs, orders, redeemed } = await manyRuns(jobs);
  assert.deepEqual(
    failed.map(({ violation, job }) => ({
      violation,
      crashes: job.plan.crashes,
      failures: job.plan.failures,
    })),
    [],
  );
  assert.equal(runs, jobs.length);
  assert.equal(redeemed, orders);
};

for (const scenario of ['named', 'named late', 'solo', 'solo late'])
  test(`fault/F5 a node goes down at each of its writes: ${scenario}`, async () => {
    await allRedeemed(await everyCrash(scenario), 20);
  });

test('fault/F5 a node goes down at each of its writes: 2 of 3', async () => {
  await allRedeemed(await everyCrash('2 of 3'), 100);
});

for (const scenario of ['named', 'named late'])
  test(`fault/F8 a write fails, with and without effect, and the node lives on: ${scenario}`, async () => {
    await allRedeemed(await everyFailure(scenario), 20);
  });
