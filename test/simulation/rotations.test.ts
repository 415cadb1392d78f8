import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyRuns, type Job } from './many-runs.ts';
import { CALM, castFor, type Plan } from './plan.ts';
import { scenarioOf } from './scenarios.ts';
import { simulate } from './simulate.ts';

/**
 * Identities that rotate in the middle of an order (guarantee G13): right after each fact that becomes durable anywhere,
 * each node in turn. The order goes on with the keys that it pinned, the beneficiary exports the right key, every envelope
 * is acknowledged, and afterwards no node holds former keys: all of it judged in each run.
 */
const HEAL_AT = 5_000;
const SEED = 1;

const calm = (scenario: string): Plan => ({
  ...CALM,
  ...scenarioOf(scenario),
  healAt: HEAL_AT,
});

const everyRotation = async (scenario: string): Promise<Job[]> => {
  const plan = calm(scenario);
  const cast = await castFor(plan);
  const { facts } = await simulate({ seed: SEED, plan, cast });
  return cast.members.flatMap(({ name: node }) =>
    Array.from({ length: facts }, (_, index) => ({
      seed: SEED,
      plan: { ...plan, rotations: [{ node, fact: index + 1 }] },
    })),
  );
};

const rotationInEachState = async (scenario: string): Promise<Job[]> => {
  const plan = calm(scenario);
  const { turns } = await simulate({ seed: SEED, plan, cast: await castFor(plan) });
  return turns.map((turn) => ({ seed: SEED, plan: { ...plan, rotations: [turn] } }));
};

const allRedeemed = async (jobs: readonly Job[], least: number): Promise<void> => {
  assert.ok(jobs.length >= least, `only ${jobs.length} rotations`);
  const { failed, orders, redeemed, rotated } = await manyRuns(jobs);
  assert.deepEqual(
    failed.map(({ violation, job }) => ({ violation, rotations: job.plan.rotations })),
    [],
  );
  assert.equal(redeemed, orders);
  assert.equal(
    rotated,
    jobs.reduce((sum, { plan }) => sum + plan.rotations.length, 0),
  );
};

for (const scenario of ['named', 'named late', 'solo late'])
  test(`each node rotates after each fact of an order: ${scenario}`, async () => {
    await allRedeemed(await everyRotation(scenario), 20);
  });

test('each role rotates in each of its states: 2 of 3', async () => {
  await allRedeemed(await rotationInEachState('2 of 3'), 40);
});

test('everybody rotates at once, and once more while the key is handed over', async () => {
  const jobs = ['named', 'named late', '2 of 3'].map((scenario): Job => {
    const plan = calm(scenario);
    const nodes = ['paula', 'beth', 'fred1'];
    const rotations = [2, 14].flatMap((fact) => nodes.map((node) => ({ node, fact })));
    return { seed: SEED, plan: { ...plan, rotations } };
  });
  await allRedeemed(jobs, 3);
});

test('rotations meet loss, crashes and cuts', async () => {
  const plan: Plan = {
    ...CALM,
    ...scenarioOf('named'),
    healAt: 20_000,
    network: { loss: 0.4, duplicate: 0.6, reorder: 4, delay: { kind: 'exponential', mean: 300 } },
  };
  const jobs = Array.from({ length: 12 }, (_, seed): Job => {
    const node = ['paula', 'beth', 'fred1'][seed % 3] ?? '';
    const other = ['beth', 'fred1', 'paula'][seed % 3] ?? '';
    return {
      seed,
      plan: {
        ...plan,
        rotations: [
          { node, at: 500 * seed },
          { node: other, at: 900 * seed },
        ],
        crashes: [{ node, write: 1 + (seed % 8), how: 'applied', down: 2_000 }],
        cuts: [{ from: node, to: other, at: 300 * seed, down: 5_000 }],
      },
    };
  });
  await allRedeemed(jobs, 12);
});
