import { LogError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import { corrupt, recordName } from './corruption.ts';
import type { Head, Verified } from './event-log.ts';
import { examineLog } from './examine-log.ts';
import { META, SALT_BYTES } from './keys.ts';
import type { LogState } from './log-state.ts';
import { putMeta, readMeta, readWitness, writeWitness } from './meta.ts';
import { createRows, type Rows } from './rows.ts';
import type { RowCipher } from './sealed-row.ts';
import type { Store } from './store.ts';
import type { Upcasts } from './upcast.ts';

/** One opening of the store: it ends with the first failed write, and the next starts from what is on disk. */
export interface Session {
  store: Store;
  rows: Rows;
  /** Includes turns that are staged and not written yet. */
  state: LogState;
  /** Head of the last record known to be on disk. */
  durable: Head | null;
  starts: number;
}

export interface SessionDeps {
  store: Store;
  cipher: RowCipher;
  random: Random;
  upcasts: Upcasts;
}

/**
 * Checks the whole log, or makes one where there is none. The first session of a process counts a start; a later one
 * must find everything that the one `before` it had acknowledged.
 * @throws LogError log/corrupt, log/version, log/write-failed, log/sealed
 */
export const openSession = async (
  { store, cipher, random, upcasts }: SessionDeps,
  before?: Session,
): Promise<Session> => {
  const found = await readMeta(store, cipher);
  const witness = await readWitness(store, cipher);
  if (!found && witness)
    throw corrupt(META, `is missing: the log had come to record ${witness.head?.seq ?? 0}`);
  const meta = found ?? { salt: random.bytes(SALT_BYTES), starts: 0 };
  const rows = createRows(cipher, meta.salt);

  const reached = [witness?.head ?? [], before?.durable ?? []].flat();
  const { state } = await examineLog({ store, rows, upcasts, reached });
  if (state.head && !witness) throw corrupt('witness', 'is missing');
  if (witness && witness.starts > meta.starts)
    throw corrupt(META, `counts ${meta.starts} starts where there were ${witness.starts}`);

  const starts = before ? before.starts : meta.starts + 1;
  if (!before) await store.batch([putMeta(cipher, { ...meta, starts })]);
  await writeWitness(store, cipher, { starts, head: state.head });
  return { store, rows, state, durable: state.head, starts };
};

/**
 * Checks the whole log again. Nothing may be written meanwhile.
 * @throws LogError log/corrupt, log/version
 */
export const examineSession = async (
  { store, rows, durable }: Session,
  cipher: RowCipher,
  upcasts: Upcasts,
): Promise<Verified> => {
  if (!(await readMeta(store, cipher))) throw corrupt(META, 'is missing');
  const reached = durable ? [durable] : [];
  const { verified } = await examineLog({ store, rows, upcasts, reached });
  if ((verified.head?.seq ?? 0) !== (durable?.seq ?? 0))
    throw corrupt(recordName((durable?.seq ?? 0) + 1), 'was not written by this process');
  return verified;
};

/** Closes a store of which nothing more is expected. */
export const abandon = async (store: Store): Promise<void> => {
  try {
    await store.close();
  } catch (thrown) {
    if (!(thrown instanceof LogError)) throw thrown;
  }
};
