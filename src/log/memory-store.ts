import { LogError } from '../errors.ts';
import type { Operation, OpenStore, Store } from './store.ts';

/**
 * A store in memory, for tests and for the simulator: deterministic, without timers. The disk outlives the stores
 * opened on it, remembers every write, and can be told to fail.
 */
export interface MemoryDisk {
  rows: Map<string, Uint8Array>;
  /** The keys of `rows`, ascending. */
  keys: string[];
  witness: Uint8Array | undefined;
  /** Every write that was applied, oldest first; undefined when none are recorded. */
  history: Write[] | undefined;
  /** Number of batches ever asked for. */
  batches: number;
  /** The one store that has it open. */
  holder: symbol | undefined;
}

export type Write =
  { type: 'batch'; operations: readonly Operation[] } | { type: 'witness'; note: Uint8Array };

/** What becomes of a batch. `hangs`: neither applied nor ever answered. */
export type Outcome = 'done' | 'failed' | 'failed but applied' | 'hangs';

export interface MemoryStoreDeps {
  disk: MemoryDisk;
  /** Decides on each batch, counted from 1 over the life of the disk. A promise delays it. */
  onBatch?: (batch: number) => Outcome | Promise<Outcome>;
  /** Decides whether the disk can be opened. */
  onOpen?: () => 'done' | 'failed';
}

export const createMemoryDisk = (options: { record?: boolean } = {}): MemoryDisk => ({
  rows: new Map(),
  keys: [],
  witness: undefined,
  history: options.record ? [] : undefined,
  batches: 0,
  holder: undefined,
});

/** The process is gone: whatever it still asks of its store is rejected, and the disk can be opened again. */
export const crashDisk = (disk: MemoryDisk): void => {
  disk.holder = undefined;
};

/** The disk as it was after `writes`, a prefix of the history of another. */
export const diskAfter = (writes: readonly Write[]): MemoryDisk => {
  const disk = createMemoryDisk();
  for (const write of writes) apply(disk, write);
  return disk;
};

export const memoryStore =
  ({ disk, onBatch, onOpen }: MemoryStoreDeps): OpenStore =>
  async () => {
    if (onOpen?.() === 'failed') throw new LogError('log/sealed', 'the disk cannot be opened');
    if (disk.holder) throw new LogError('log/in-use', 'another log uses this disk');
    const me = Symbol('store');
    disk.holder = me;
    return openStore(disk, me, onBatch);
  };

const openStore = (disk: MemoryDisk, me: symbol, onBatch: MemoryStoreDeps['onBatch']): Store => {
  const checkHeld = (): void => {
    if (disk.holder !== me) throw new LogError('log/sealed', 'the store is closed');
  };
  return {
    async get(key) {
      checkHeld();
      return valueOf(disk, key);
    },

    async getMany(keys) {
      checkHeld();
      return keys.map((key) => valueOf(disk, key));
    },

    async *range(from, to, { limit = Infinity } = {}) {
      checkHeld();
      const last = Math.min(firstAtLeast(disk.keys, to), firstAtLeast(disk.keys, from) + limit);
      const snapshot = disk.keys
        .slice(firstAtLeast(disk.keys, from), last)
        .map((key) => [key, disk.rows.get(key)] as const);
      for (const [key, value] of snapshot) {
        checkHeld();
        if (value) yield [key, new Uint8Array(value)];
      }
    },

    async batch(operations) {
      checkHeld();
      disk.batches += 1;
      const outcome = (await onBatch?.(disk.batches)) ?? 'done';
      checkHeld();
      if (outcome === 'hangs') await new Promise<never>(() => undefined);
      if (outcome !== 'failed') apply(disk, { type: 'batch', operations: operations.map(copied) });
      if (outcome !== 'done') throw new LogError('log/write-failed', 'the disk failed');
    },

    async readWitness() {
      checkHeld();
      return disk.witness && new Uint8Array(disk.witness);
    },

    async writeWitness(note) {
      checkHeld();
      apply(disk, { type: 'witness', note: new Uint8Array(note) });
    },

    async close() {
      if (disk.holder === me) disk.holder = undefined;
    },
  };
};

const valueOf = (disk: MemoryDisk, key: string): Uint8Array | undefined => {
  const value = disk.rows.get(key);
  return value && new Uint8Array(value);
};

const copied = (operation: Operation): Operation =>
  operation.type === 'put' ? { ...operation, value: new Uint8Array(operation.value) } : operation;

const apply = (disk: MemoryDisk, write: Write): void => {
  disk.history?.push(write);
  if (write.type === 'witness') {
    disk.witness = write.note;
    return;
  }
  for (const operation of write.operations) {
    const { key } = operation;
    const known = disk.rows.has(key);
    if (operation.type === 'put') {
      if (!known) disk.keys.splice(firstAtLeast(disk.keys, key), 0, key);
      disk.rows.set(key, operation.value);
    } else if (known) {
      disk.keys.splice(firstAtLeast(disk.keys, key), 1);
      disk.rows.delete(key);
    }
  }
};

/** Index of the first key that is not less than `bound`. */
const firstAtLeast = (keys: readonly string[], bound: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < bound) low = middle + 1;
    else high = middle;
  }
  return low;
};
