import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { planOf, type Plan, type Wanted } from './plan.ts';
import type { BugName } from './planted-bugs.ts';
import type { RunResult } from './run-worker.ts';

/** One run, as data that can be handed to a thread. */
export interface Job {
  seed: number;
  plan: Plan;
  bug?: BugName;
}

export interface Summary {
  /** Jobs in which a guarantee did not hold, with a line for people, by seed. */
  failed: { job: Job; violation: string }[];
  runs: number;
  orders: number;
  redeemed: number;
  crashes: number;
  rotated: number;
  steps: number;
}

/** Runs jobs on all processors, a thread each; a job goes to the next thread that is free. */
export const manyRuns = async (
  jobs: Iterable<Job>,
  options: {
    /** Called now and then with how far it is. */
    report?(line: string): void;
    /** Ends at the first violation. */
    untilFailed?: boolean;
  } = {},
): Promise<Summary> => {
  const { report, untilFailed = false } = options;
  const summary: Summary = {
    failed: [],
    runs: 0,
    orders: 0,
    redeemed: 0,
    crashes: 0,
    rotated: 0,
    steps: 0,
  };
  const queue = jobs[Symbol.iterator]();

  const take = (job: Job, result: RunResult): void => {
    summary.runs += 1;
    summary.orders += result.orders;
    summary.redeemed += result.redeemed;
    summary.crashes += result.crashes;
    summary.rotated += result.rotated;
    summary.steps += result.steps;
    if (result.violation !== null) {
      summary.failed.push({ job, violation: result.violation });
      report?.(result.violation);
    }
    if (summary.runs % 1_000 === 0) report?.(`${summary.runs} runs`);
  };

  const work = (): Promise<void> =>
    new Promise((done, fail) => {
      const worker = new Worker(PROGRAM);
      let job: Job | undefined;
      const feed = (): void => {
        const isOver = untilFailed && summary.failed.length > 0;
        const next = isOver ? undefined : queue.next();
        job = next && !next.done ? next.value : undefined;
        worker.postMessage(job ?? null);
      };
      worker.on('message', (result: RunResult) => {
        if (job) take(job, result);
        feed();
      });
      worker.on('error', fail);
      worker.on('exit', () => done());
      feed();
    });

  await Promise.all(Array.from({ length: availableParallelism() }, work));
  summary.failed.sort((a, b) => a.job.seed - b.job.seed);
  return summary;
};

/** Plans of the seeds `from`, `from + 1`, … */
export const seeds = function* (
  from: number,
  count: number,
  wanted: Wanted = {},
  bug?: BugName,
): Generator<Job> {
  for (let seed = from; seed < from + count; seed++)
    yield { seed, plan: planOf(seed, wanted), ...(bug && { bug }) };
};

const PROGRAM = new URL('./run-worker.ts', import.meta.url);
