import type { SecretId } from '../domain/ids.ts';
import { corrupt, recordName } from './corruption.ts';
import type { Head, LogRecord, Verified } from './event-log.ts';
import { below, EVERYTHING, HEAD, INDEX, META } from './keys.ts';
import { DESTROYED, emptyState, fold, orderOf, type LogState } from './log-state.ts';
import { chain, decodeRecord, NOTHING_BEFORE } from './record.ts';
import type { IndexRow, Rows } from './rows.ts';
import type { Entry as Row, Store } from './store.ts';
import type { Upcasts } from './upcast.ts';
import { vouchedBy, type VouchedRow } from './vouched-rows.ts';

/** Records read at once: many, for each trip to the store costs; few, for each may have large envelopes beside it. */
const CHUNK = 64;

export interface Examination {
  state: LogState;
  verified: Verified;
}

export interface ExaminationDeps {
  store: Store;
  rows: Rows;
  upcasts: Upcasts;
  /** Heads that the log is known to have had; it must still contain them. */
  reached: readonly Head[];
}

/**
 * Reads every row, in the order in which the records were written, and rebuilds the state from them. Checked are both
 * chains, every number, every row that a record vouches for, and that there is no other row.
 * @throws LogError log/corrupt, log/version
 */
export const examineLog = async (deps: ExaminationDeps): Promise<Examination> => {
  const { store, rows } = deps;
  const state = emptyState();
  const expected = new Map<string, number>();
  const count = (key: string) => tally(expected, key);
  let envelopes = 0;

  for await (const chunk of inChunks(store.range(...below(INDEX)))) {
    const first = (state.head?.seq ?? 0) + 1;
    const indexed = chunk.map((row, offset) => openIndex(rows, row, first + offset));
    const keys = indexed.map(({ stream, seq }) => rows.keys.record(stream, seq));
    const sealed = await store.getMany(keys);
    const records = indexed.map((index, offset) => takeRecord(deps, state, index, sealed[offset]));
    const vouched = records.flatMap((record) => vouchedBy(rows, record));
    const beside = await checkVouched(store, rows, vouched);
    for (const [key] of chunk) count(key);
    for (const key of [...keys, ...beside]) count(key);
    envelopes += records.filter(({ entry }) => entry.kind === 'sealed').length;
  }

  checkReached(state, deps.reached);
  await checkHead(store, rows, state);
  if (state.head) count(HEAD);
  count(META);
  let secrets = 0;
  for await (const chunk of inChunks(livingSecrets(state))) {
    secrets += chunk.length;
    const vouched = chunk.map(([id, position]) => vouchedSecret(rows, id, position));
    for (const key of await checkVouched(store, rows, vouched)) count(key);
  }
  await checkNothingElse(store, expected);

  const { head } = state;
  return {
    state,
    verified: { records: head?.seq ?? 0, streams: state.streams.size, envelopes, secrets, head },
  };
};

const openIndex = (rows: Rows, [key, row]: Row, position: number): IndexRow => {
  if (key !== rows.keys.index(position))
    throw corrupt(recordName(position), `is missing from the index, where ${key} follows`);
  return rows.open<IndexRow>(key, row, `${recordName(position)}: index`);
};

const takeRecord = (
  { rows, upcasts, reached }: ExaminationDeps,
  state: LogState,
  index: IndexRow,
  row: Uint8Array | undefined,
): LogRecord => {
  const position = (state.head?.seq ?? 0) + 1;
  const what = recordName(position, index.stream, index.seq);
  const before = state.streams.get(index.stream) ?? { seq: 0, hash: NOTHING_BEFORE };
  if (index.seq !== before.seq + 1)
    throw corrupt(what, `follows number ${before.seq} of its stream`);
  if (!row) throw corrupt(what, 'is missing');
  const place = { stream: index.stream, seq: index.seq, prev: before.hash };
  const record = decodeRecord(rows.openRecord(place, row, what), what, upcasts);
  const head = chain(state.head, record.hash);
  if (record.position !== position || !same(record.hash, index.hash))
    throw corrupt(what, 'is not the record that the index lists');
  if (!same(head.hash, index.chained)) throw corrupt(what, 'does not continue the chain');
  if (reached.some(({ seq, hash }) => seq === head.seq && !same(hash, head.hash)))
    throw corrupt(what, 'is another than this log once had here');
  checkNumbers(state, record, what);

  fold(state, record, head);
  const stream = state.streams.get(record.stream);
  if (stream) stream.durable = record.seq;
  return record;
};

/** What the records say must be possible one after the other: the rules under which turns are staged. */
const checkNumbers = (state: LogState, { stream, entry }: LogRecord, what: string): void => {
  if (entry.kind === 'sealed') {
    const last = state.numbers.get(orderOf(stream)) ?? 0;
    if (entry.seq !== last + 1) throw corrupt(what, `envelope ${entry.seq} follows ${last}`);
    return;
  }
  for (const id of entry.secrets ?? [])
    if (state.secrets.has(id)) throw corrupt(what, `draws secret ${id} once more`);
};

const checkReached = (state: LogState, reached: readonly Head[]): void => {
  const end = state.head?.seq ?? 0;
  for (const { seq } of reached)
    if (seq > end) throw corrupt(recordName(end + 1), `is missing: the log had come to ${seq}`);
};

const checkHead = async (store: Store, rows: Rows, { head }: LogState): Promise<void> => {
  const stored = await rows.get<Head>(store, HEAD, HEAD);
  if (!stored && !head) return;
  if (!stored) throw corrupt(HEAD, 'is missing');
  if (!head || stored.seq > head.seq)
    throw corrupt(recordName((head?.seq ?? 0) + 1), `is missing: the head is ${stored.seq}`);
  if (stored.seq < head.seq || !same(stored.hash, head.hash))
    throw corrupt(HEAD, `is not that of record ${head.seq}`);
};

const livingSecrets = function* (state: LogState): Iterable<[SecretId, number]> {
  for (const entry of state.secrets) if (entry[1] !== DESTROYED) yield entry;
};

const vouchedSecret = (rows: Rows, id: SecretId, position: number): VouchedRow => ({
  what: `${recordName(position)}: secret ${id}`,
  keys: [rows.keys.secret(id)],
});

/** Returns the keys that are there. */
const checkVouched = async (
  store: Store,
  rows: Rows,
  vouched: readonly VouchedRow[],
): Promise<string[]> => {
  const values = await store.getMany(vouched.flatMap(({ keys }) => keys));
  let next = 0;
  return vouched.map(({ what, keys, right }) => {
    const found = keys.map((key) => ({ key, row: values[next++] }));
    const [one, other] = found.filter(({ row }) => row !== undefined);
    if (!one?.row) throw corrupt(what, 'is missing');
    if (other) throw corrupt(what, `is there twice, ${one.key} and ${other.key}`);
    const value = rows.open(one.key, one.row, what);
    if (right && !right(value)) throw corrupt(what, 'is not what the record lists');
    return one.key;
  });
};

/** All listed rows were found by name, so equal counts mean that there is none besides. */
const checkNothingElse = async (store: Store, expected: Map<string, number>): Promise<void> => {
  const found = new Map<string, number>();
  for await (const [key] of store.range(...EVERYTHING)) tally(found, key);
  for (const [kind, count] of found) {
    const listed = expected.get(kind) ?? 0;
    if (count !== listed)
      throw corrupt(`rows ${kind}`, `there are ${count}, but the records list ${listed}`);
  }
};

const tally = (counts: Map<string, number>, key: string): void => {
  const slash = key.indexOf('/');
  const kind = slash < 0 ? key : key.slice(0, slash);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
};

const inChunks = async function* <Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncIterable<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    if (chunk.push(item) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
};

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
