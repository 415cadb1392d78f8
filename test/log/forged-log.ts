import type { KeyObject } from 'node:crypto';
import type { NodeId } from '../../src/domain/ids.ts';
import { memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { readMeta } from '../../src/log/meta.ts';
import { createRows, type Rows, type RowValue } from '../../src/log/rows.ts';
import { createRowCipher, type RowCipher } from '../../src/log/sealed-row.ts';
import type { Operation } from '../../src/log/store.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { DATA_KEY, ME } from './log-world.ts';

/** Changes a log behind its back, with its data key: what no outsider can do, and a bug could. */
export interface Forger {
  cipher: RowCipher;
  rows: Rows;
  read<Value extends RowValue>(key: string): Value;
  write(...operations: Operation[]): Promise<void>;
}

export const forge = async (
  disk: MemoryDisk,
  { node = ME, dataKey = DATA_KEY }: { node?: NodeId; dataKey?: KeyObject } = {},
): Promise<Forger> => {
  const cipher = createRowCipher({ node, dataKey, random: systemRandom });
  const open = memoryStore({ disk });
  const store = await open();
  const meta = await readMeta(store, cipher);
  await store.close();
  if (!meta) throw new Error('the disk is empty');
  const rows = createRows(cipher, meta.salt);
  return {
    cipher,
    rows,
    read: (key) => rows.open(key, disk.rows.get(key) ?? new Uint8Array(), key),
    async write(...operations) {
      const writable = await open();
      await writable.batch(operations);
      await writable.close();
    },
  };
};

/** A disk of its own with the same rows. */
export const copyDisk = (disk: MemoryDisk): MemoryDisk => ({
  ...disk,
  rows: new Map(disk.rows),
  keys: [...disk.keys],
  holder: undefined,
});

/** The key is gone from the disk. */
export const without = (disk: MemoryDisk, ...keys: string[]): MemoryDisk => {
  const changed = copyDisk(disk);
  for (const key of keys) changed.rows.delete(key);
  changed.keys = changed.keys.filter((key) => !keys.includes(key));
  return changed;
};

/** The keys have other values; new ones are added. */
export const withRows = (disk: MemoryDisk, rows: Iterable<[string, Uint8Array]>): MemoryDisk => {
  const changed = copyDisk(disk);
  for (const [key, value] of rows) changed.rows.set(key, value);
  changed.keys = [...changed.rows.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  return changed;
};
