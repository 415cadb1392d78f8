import { parentPort, workerData } from 'node:worker_threads';
import { reason } from '../../src/errors.ts';
import { castFor, planOf, type Wanted } from './plan.ts';
import { describe, simulate } from './simulate.ts';

/** Program of one thread of many-seeds.ts: a seed in, what came of it out. */

export interface SeedResult {
  seed: number;
  /** A line for people; null when every guarantee held. */
  violation: string | null;
  orders: number;
  redeemed: number;
  crashes: number;
  steps: number;
}

const runSeed = async (seed: number): Promise<SeedResult> => {
  const plan = planOf(seed, workerData as Wanted);
  try {
    const outcome = await simulate({ seed, plan, cast: await castFor(plan) });
    return {
      seed,
      violation: outcome.violation && describe(seed, plan, outcome),
      orders: outcome.orders.length,
      redeemed: outcome.orders.filter(({ redeemed }) => redeemed).length,
      crashes: outcome.crashes,
      steps: outcome.steps,
    };
  } catch (thrown) {
    const violation = `seed ${seed} (${plan.name}): ${reason(thrown)}`;
    return { seed, violation, orders: 0, redeemed: 0, crashes: 0, steps: 0 };
  }
};

parentPort?.on('message', (seed: number | null) => {
  if (seed === null) parentPort?.close();
  else void runSeed(seed).then((result) => parentPort?.postMessage(result));
});
