import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Wanted } from './plan.ts';
import type { SeedResult } from './seed-worker.ts';

export interface Summary {
  /** Seeds in which a guarantee did not hold. */
  failed: number[];
  seeds: number;
  orders: number;
  redeemed: number;
  crashes: number;
  steps: number;
}

/** Runs seeds `from`, `from + 1`, … on all processors, a thread each; a seed goes to the next thread that is free. */
export const manySeeds = async (deps: {
  from: number;
  count: number;
  wanted: Wanted;
  /** Called now and then with how far it is. */
  report?(line: string): void;
}): Promise<Summary> => {
  const { from, count, wanted, report } = deps;
  const summary: Summary = { failed: [], seeds: 0, orders: 0, redeemed: 0, crashes: 0, steps: 0 };
  let next = from;

  const take = (result: SeedResult): void => {
    summary.seeds += 1;
    summary.orders += result.orders;
    summary.redeemed += result.redeemed;
    summary.crashes += result.crashes;
    summary.steps += result.steps;
    if (result.violation !== null) {
      summary.failed.push(result.seed);
      report?.(result.violation);
    }
    if (summary.seeds % 1_000 === 0) report?.(`${summary.seeds} of ${count} seeds`);
  };

  const work = (): Promise<void> =>
    new Promise((done, fail) => {
      const worker = new Worker(PROGRAM, { workerData: wanted });
      const feed = (): void => {
        if (next < from + count) worker.postMessage(next++);
        else worker.postMessage(null);
      };
      worker.on('message', (result: SeedResult) => {
        take(result);
        feed();
      });
      worker.on('error', fail);
      worker.on('exit', () => done());
      feed();
    });

  await Promise.all(Array.from({ length: Math.min(count, availableParallelism()) }, work));
  summary.failed.sort((a, b) => a - b);
  return summary;
};

const PROGRAM = new URL('./seed-worker.ts', import.meta.url);
