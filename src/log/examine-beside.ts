import { cidOf } from '../crypto/hash.ts';
import { isDeepStrictEqual } from 'node:util';
import { corrupt, recordName } from './corruption.ts';
import type { Entry, LogRecord } from './event-log.ts';
import { orderOf } from './log-state.ts';
import type { AcknowledgedRow, AnswerRow, PendingRow, Rows, RowValue, SentRow } from './rows.ts';
import type { Store } from './store.ts';

type EventEntry = Extract<Entry, { kind: 'event' }>;
type SealedEntry = Extract<Entry, { kind: 'sealed' }>;

/**
 * Checks the rows that one record vouches for, and returns the keys of those that must exist: what is listed is
 * there and unchanged; whether there is more than is listed shows when all rows are counted.
 * Secrets come later, because a later record may destroy them.
 * @throws LogError log/corrupt
 */
export const examineBeside = async (
  store: Store,
  rows: Rows,
  record: LogRecord,
): Promise<string[]> =>
  record.entry.kind === 'event'
    ? examineEvent(store, rows, record, record.entry)
    : examineSealed(store, rows, record, record.entry);

const examineEvent = async (
  store: Store,
  rows: Rows,
  record: LogRecord,
  entry: EventEntry,
): Promise<string[]> => {
  const { position, stream } = record;
  const expected: string[] = [];
  for (const { sender, seq, envelope, kept } of entry.received ?? []) {
    const mark = rows.keys.mark(stream, sender, seq, position);
    expected.push(mark);
    if ((await required<string>(store, rows, record, mark, 'a mark')) !== envelope)
      throw corrupt(nameOf(record), 'a mark names another envelope');
    if (!kept) continue;
    const evidence = rows.keys.evidence(envelope, position);
    expected.push(evidence);
    if (cidOf(await required<Uint8Array>(store, rows, record, evidence, 'evidence')) !== envelope)
      throw corrupt(nameOf(record), 'evidence is not the envelope that it should be');
  }
  if (entry.answer !== undefined) {
    const answer = rows.keys.answer(entry.answer, position);
    expected.push(answer);
    await required<AnswerRow>(store, rows, record, answer, 'an answer');
  }
  return expected;
};

const examineSealed = async (
  store: Store,
  rows: Rows,
  record: LogRecord,
  entry: SealedEntry,
): Promise<string[]> => {
  const order = orderOf(record.stream);
  const { kind: _, ...listed } = entry;
  const key = rows.keys.sent(order, entry.seq);
  const { bytes, ...stored } = await required<SentRow>(store, rows, record, key, 'the envelope');
  const role = record.stream.slice(order.length + 1);
  if (!isDeepStrictEqual(stored, { order, role, ...listed }))
    throw corrupt(nameOf(record), 'the envelope kept is another');
  if (cidOf(bytes) !== entry.envelope)
    throw corrupt(nameOf(record), 'the bytes kept are not those of the envelope');

  const pendingKey = rows.keys.pending(order, entry.seq);
  const acknowledgedKey = rows.keys.acknowledged(order, entry.seq);
  const pending = await rows.get<PendingRow>(store, pendingKey, beside(record, 'pending'));
  if (pending) return [key, pendingKey];
  const what = 'the note that the envelope is pending or acknowledged';
  await required<AcknowledgedRow>(store, rows, record, acknowledgedKey, what);
  return [key, acknowledgedKey];
};

const required = async <Value extends RowValue>(
  store: Store,
  rows: Rows,
  record: LogRecord,
  key: string,
  what: string,
): Promise<Value> => {
  const value = await rows.get<Value>(store, key, beside(record, what));
  if (value === undefined) throw corrupt(nameOf(record), `${what} is missing`);
  return value;
};

const nameOf = ({ position, stream, seq }: LogRecord): string => recordName(position, stream, seq);
const beside = (record: LogRecord, what: string): string => `${nameOf(record)}: ${what}`;
