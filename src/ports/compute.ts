import { verifyShare } from '../crypto/dkg-shares.ts';
import { dkgFinish, dkgRound2 } from '../crypto/dkg.ts';

/**
 * Where the key generation of many fiduciaries is computed. It takes tens to hundreds of milliseconds, in which a node
 * shall still answer its operator and its peers; an order with a single fiduciary has no work for it.
 */
export interface Compute {
  /**
   * Runs one job. Secrets in `input` stay the caller's, those in the output become the caller's, who wipes both.
   * @throws what the job throws; NodeError node/internal when closed
   */
  run<J extends JobName>(job: J, input: JobInput<J>): Promise<JobOutput<J>>;
  /** Ends it for good; what is still waiting is refused. */
  close(): Promise<void>;
}

/** Pure functions of plain data. */
export const JOBS = { dkgRound2, dkgFinish, verifyShare } as const;

export type JobName = keyof typeof JOBS;
export type JobInput<J extends JobName> = Parameters<(typeof JOBS)[J]>[0];
export type JobOutput<J extends JobName> = ReturnType<(typeof JOBS)[J]>;

/** In the caller's own thread: for the simulator, where time stands still meanwhile, and for tests. */
export const inlineCompute = (): Compute => ({
  run: async (job, input) => runJob(job, input),
  close: async () => {},
});

export const runJob = <J extends JobName>(job: J, input: JobInput<J>): JobOutput<J> => {
  const work = JOBS[job] as (input: JobInput<J>) => JobOutput<J>;
  return work(input);
};
