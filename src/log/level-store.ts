import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { LogError, reason, type LogCode } from '../errors.ts';
import type { Entry, OpenStore, Store } from './store.ts';
import { openWitnessFile, type WitnessFile } from './witness-file.ts';

type Database = Level<string, Uint8Array>;

/**
 * The store of a running node: LevelDB in `<directory>/level`, its witness in the file `<directory>/witness`.
 * LevelDB holds a lock while it is open, so a second daemon on the same directory is refused.
 */
export const levelStore =
  ({ directory }: { directory: string }): OpenStore =>
  async () => {
    const database = await openDatabase(directory);
    try {
      return storeOn(database, await openWitnessFile(join(directory, 'witness')));
    } catch (thrown) {
      await database.close();
      throw failure('log/sealed', `cannot open the witness in ${directory}`, thrown);
    }
  };

/** Rows that a range fetches in one go. */
const AT_ONCE = 64;

const openDatabase = async (directory: string): Promise<Database> => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const database: Database = new Level(join(directory, 'level'), {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      // Values are ciphertext, which does not shrink.
      compression: false,
    });
    await database.open();
    return database;
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    if (codeOf(cause) === 'LEVEL_LOCKED')
      throw new LogError('log/in-use', `another daemon uses ${directory}`, { cause: thrown });
    throw failure('log/sealed', `cannot open ${directory}`, cause);
  }
};

const storeOn = (database: Database, witness: WitnessFile): Store => ({
  get: (key) => tried('log/sealed', 'cannot read', () => database.get(key)),

  getMany: (keys) => tried('log/sealed', 'cannot read', () => database.getMany([...keys])),

  async *range(from, to, { limit = -1 } = {}): AsyncIterable<Entry> {
    const iterator = await tried('log/sealed', 'cannot read', async () =>
      database.iterator({ gte: from, lt: to, limit }),
    );
    try {
      for (;;) {
        const entries = await tried('log/sealed', 'cannot read', () => iterator.nextv(AT_ONCE));
        if (entries.length === 0) return;
        yield* entries;
      }
    } finally {
      await iterator.close();
    }
  },

  batch: (operations) =>
    tried('log/write-failed', 'cannot write', () =>
      database.batch([...operations], { sync: true }),
    ),

  readWitness: () => tried('log/sealed', 'cannot read the witness', () => witness.read()),
  writeWitness: (note) =>
    tried('log/write-failed', 'cannot write the witness', () => witness.write(note)),

  async close() {
    await tried('log/sealed', 'cannot close', async () => {
      await database.close();
      await witness.close();
    });
  },
});

const tried = async <T>(code: LogCode, what: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (thrown) {
    throw failure(code, what, thrown);
  }
};

/** Damage that LevelDB itself notices stays damage, whatever was being done. */
const failure = (code: LogCode, what: string, thrown: unknown): LogError =>
  new LogError(
    codeOf(thrown) === 'LEVEL_CORRUPTION' ? 'log/corrupt' : code,
    `${what}: ${reason(thrown)}`,
    { cause: thrown },
  );

const codeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
