import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyRuns, type Job } from './many-runs.ts';
import { CALM, type Plan } from './plan.ts';
import { scenarioOf } from './scenarios.ts';

/**
 * One fault at a time, begun at every moment at which something happens in an order without faults, ms: messages take
 * 5 ms, so it is formed from 110 to 130 and redeemed from 1,500 to 1,515.
 */
const MOMENTS = [
  0, 100, 110, 112, 115, 117, 120, 122, 125, 127, 130, 1_500, 1_502, 1_505, 1_507, 1_510,
];

const NODES = ['paula', 'beth', 'fred1'];
const DOWN = 3_000;
const HEAL_AT = 20_000;
const DAY = 86_400_000;

const jobs = (scenario: string, faults: readonly Partial<Plan>[]): Job[] =>
  faults.map((fault) => ({
    seed: 1,
    plan: { ...CALM, ...scenarioOf(scenario), healAt: HEAL_AT, ...fault },
  }));

const allRedeemed = async (wanted: readonly Job[]): Promise<void> => {
  const { failed, orders, redeemed } = await manyRuns(wanted);
  assert.deepEqual(
    failed.map(({ violation }) => violation),
    [],
  );
  assert.equal(redeemed, orders);
};

const pairs = NODES.flatMap((from) =>
  NODES.filter((to) => to !== from).map((to) => ({ from, to })),
);

test('fault/F3 one way of one link is cut at every moment', async () => {
  const faults = MOMENTS.flatMap((at) =>
    pairs.map((pair) => ({ cuts: [{ ...pair, at, down: DOWN }] })),
  );
  await allRedeemed(jobs('named', faults));
});

test('fault/F3 each node is cut off from all others at every moment', async () => {
  const faults = MOMENTS.flatMap((at) =>
    NODES.map((node) => ({
      cuts: pairs
        .filter(({ from, to }) => from === node || to === node)
        .map((pair) => ({ ...pair, at, down: DOWN })),
    })),
  );
  await allRedeemed(jobs('named late', faults));
});

test('fault/F11 a clock jumps a day ahead or back at every moment, and back again', async () => {
  const faults = MOMENTS.flatMap((at) =>
    NODES.flatMap((node) =>
      [DAY, -DAY].map((error) => ({
        jumps: [
          { node, at, error },
          { node, at: at + 1_000, error: 0 },
        ],
      })),
    ),
  );
  await allRedeemed(jobs('named', faults));
});

test('fault/F12 each node is killed at every moment, and starts again', async () => {
  const faults = MOMENTS.flatMap((at) =>
    NODES.map((node) => ({ kills: [{ node, at, down: DOWN }] })),
  );
  await allRedeemed(jobs('named late', faults));
});

test('attack/H2 a keystore goes away at every moment, and comes back', async () => {
  const faults = MOMENTS.flatMap((at) =>
    NODES.map((node) => ({ absences: [{ node, at, down: DOWN }] })),
  );
  await allRedeemed(jobs('named', faults));
});
