import { parentPort } from 'node:worker_threads';
import { reason } from '../../src/errors.ts';
import type { Job } from './many-runs.ts';
import { castFor } from './plan.ts';
import { plantedBug } from './planted-bugs.ts';
import { describe, simulate } from './simulate.ts';

/** Program of one thread of many-runs.ts: a run in, what came of it out. */

export interface RunResult {
  /** A line for people; null when every guarantee held. */
  violation: string | null;
  orders: number;
  redeemed: number;
  crashes: number;
  rotated: number;
  steps: number;
}

const runJob = async ({ seed, plan, bug }: Job): Promise<RunResult> => {
  try {
    const outcome = await simulate({
      seed,
      plan,
      cast: await castFor(plan),
      ...(bug && { bug: plantedBug(bug) }),
    });
    return {
      violation: outcome.violation && describe(seed, plan, outcome),
      orders: outcome.orders.length,
      redeemed: outcome.orders.filter(({ redeemed }) => redeemed).length,
      crashes: outcome.crashes,
      rotated: outcome.rotated,
      steps: outcome.steps,
    };
  } catch (thrown) {
    const violation = `seed ${seed} (${plan.name}): ${reason(thrown)}`;
    return { violation, orders: 0, redeemed: 0, crashes: 0, rotated: 0, steps: 0 };
  }
};

parentPort?.on('message', (job: Job | null) => {
  if (job === null) parentPort?.close();
  else void runJob(job).then((result) => parentPort?.postMessage(result));
});
