import type { Job } from './many-runs.ts';
import { CALM, castFor, type Plan } from './plan.ts';
import { scenarioOf } from './scenarios.ts';
import { simulate } from './simulate.ts';

/** Long enough for an order whose nodes go down once, and for whoever lost something to ask again. */
const HEAL_AT = 10_000;
const DOWN = 700;
const SEED = 1;

/**
 * One run for each write that each node makes to its log in a run without faults, and each way of going down there:
 * the batch is lost, or it is on the disk and nobody was told.
 * @param every only each so many-th write
 */
export const everyCrash = async (scenario: string, every = 1): Promise<Job[]> =>
  perWrite(scenario, every, (node, write) =>
    (['lost', 'applied'] as const).map((how) => ({
      crashes: [{ node, write, how, down: DOWN }],
    })),
  );

/** The same for writes that fail while the node lives on (fault F8). */
export const everyFailure = async (scenario: string, every = 1): Promise<Job[]> =>
  perWrite(scenario, every, (node, write) =>
    (['failed', 'failed but applied'] as const).map((outcome) => ({
      failures: [{ node, write, outcome, closed: 1 }],
    })),
  );

const perWrite = async (
  name: string,
  every: number,
  faults: (node: string, write: number) => Partial<Plan>[],
): Promise<Job[]> => {
  const plan: Plan = { ...CALM, ...scenarioOf(name), healAt: HEAL_AT };
  const calm = await simulate({ seed: SEED, plan, cast: await castFor(plan) });
  const jobs: Job[] = [];
  for (const [node, writes] of calm.batches)
    for (let write = 1; write <= writes; write += every)
      for (const fault of faults(node, write))
        jobs.push({ seed: SEED, plan: { ...plan, ...fault } });
  return jobs;
};
