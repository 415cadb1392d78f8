import { LogError } from '../../src/errors.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import type { MemoryDisk } from '../../src/log/memory-store.ts';
import type { Compute, JobInput, JobName, JobOutput } from '../../src/ports/compute.ts';

/** A mistake that somebody could make, put between a node and its log, its disk or its computations, to prove that the simulator bites. */
export interface PlantedBug {
  beforeBatch?(disk: MemoryDisk): void;
  afterCrash?(disk: MemoryDisk): void;
  wrapLog?(log: EventLog): EventLog;
  wrapCompute?(compute: Compute): Compute;
}

export type BugName =
  | 'send before persist'
  | 'forget marks'
  | 'forget the outbox'
  | 'guess the outcome'
  | 'believe every share';

/** Makes one for each station. */
export const plantedBug = (name: BugName): (() => PlantedBug) => {
  switch (name) {
    case 'send before persist':
      return sendBeforePersist;
    case 'forget marks':
      return forgetMarks;
    case 'forget the outbox':
      return forgetOutbox;
    case 'guess the outcome':
      return guessOutcome;
    case 'believe every share':
      return believeShares;
  }
};

type Platter = Pick<MemoryDisk, 'rows' | 'keys' | 'witness'>;

/** The disk answers when it has only heard of a batch, and a crash takes it back to before the last that it answered. */
const sendBeforePersist = (): PlantedBug => {
  let last: Platter | undefined;
  let lastButOne: Platter | undefined;
  return {
    beforeBatch: ({ rows, keys, witness }) => {
      lastButOne = last;
      last = { rows: new Map(rows), keys: [...keys], witness };
    },
    afterCrash: (disk) => {
      if (lastButOne) Object.assign(disk, lastButOne);
      last = undefined;
      lastButOne = undefined;
    },
  };
};

/** The mark of an envelope is never written, so a repetition after a restart is taken for a new one. */
const forgetMarks = (): PlantedBug => ({
  wrapLog: (log) => ({
    ...log,
    append: ({ received: _forgotten, ...turn }) => log.append(turn),
    received: async () => undefined,
  }),
});

/** A restarted node does not take up what nobody has acknowledged. */
const forgetOutbox = (): PlantedBug => ({
  wrapLog: (log) => ({ ...log, pending: async function* () {} }),
});

/** After a failed write its outcome is guessed to be `it has not happened`, and the turn is written again. */
const guessOutcome = (): PlantedBug => ({
  wrapLog: (log) => ({
    ...log,
    append: async (turn) => {
      try {
        return await log.append(turn);
      } catch (thrown) {
        if (!(thrown instanceof LogError) || thrown.code !== 'log/write-failed') throw thrown;
        await log.whenOpen();
        return log.append({ ...turn, secrets: [] });
      }
    },
  }),
});

/** A released share is taken for right without a look at what its fiduciary committed to. */
const believeShares = (): PlantedBug => ({
  wrapCompute: (compute) => ({
    ...compute,
    run: async <J extends JobName>(job: J, input: JobInput<J>) =>
      job === 'verifyShare' ? (true as JobOutput<J>) : compute.run(job, input),
  }),
});
