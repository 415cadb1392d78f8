import { LogError } from '../../src/errors.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import type { MemoryDisk } from '../../src/log/memory-store.ts';

/** A mistake that somebody could make, put between a node and its log or its disk, to prove that the simulator bites. */
export interface PlantedBug {
  name: string;
  beforeBatch?(disk: MemoryDisk): void;
  afterCrash?(disk: MemoryDisk): void;
  wrapLog?(log: EventLog): EventLog;
}

/**
 * Sent before persisted: the disk answers `done` when it has only heard of a batch, and a crash loses the last one.
 * Made for each run, because it remembers a disk.
 */
export const sendBeforePersist = (): PlantedBug => {
  let platter: Pick<MemoryDisk, 'rows' | 'keys' | 'witness'> | undefined;
  return {
    name: 'send before persist',
    beforeBatch: ({ rows, keys, witness }) => {
      platter = { rows: new Map(rows), keys: [...keys], witness };
    },
    afterCrash: (disk) => {
      if (platter) Object.assign(disk, platter);
    },
  };
};

/** An envelope's mark is never written, so a repeat after a restart is taken for a new one. */
export const forgetMarks = (): PlantedBug => ({
  name: 'forget marks',
  wrapLog: (log) => ({
    ...log,
    append: ({ received: _forgotten, ...turn }) => log.append(turn),
    received: async () => undefined,
  }),
});

/** After a failed write the outcome is guessed, `it has not happened`, and the turn is written again. */
export const guessOutcome = (): PlantedBug => ({
  name: 'guess the outcome',
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
