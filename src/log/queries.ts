import type { EnvelopeId, NodeId, OrderId, SecretId, StreamId } from '../domain/ids.ts';
import { LogError } from '../errors.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { corrupt, recordName } from './corruption.ts';
import type { Answer, Head, LogRecord, Sent } from './event-log.ts';
import { below, PENDING } from './keys.ts';
import { DESTROYED } from './log-state.ts';
import { decodeRecord, NOTHING_BEFORE } from './record.ts';
import type { AnswerRow, IndexRow, PendingRow, RowValue, SentRow } from './rows.ts';
import type { Session } from './session.ts';
import type { Upcasts } from './upcast.ts';

/** Reading the log. Every answer is opened and checked; staged turns do not show. */

/** @throws LogError log/corrupt */
export const readStream = async (
  { store, rows, state }: Session,
  upcasts: Upcasts,
  stream: StreamId,
): Promise<LogRecord[]> => {
  const records: LogRecord[] = [];
  const last = state.streams.get(stream)?.durable ?? 0;
  if (last === 0) return records;
  const bounds = [rows.keys.record(stream, 1), rows.keys.record(stream, last + 1)] as const;
  let prev = NOTHING_BEFORE;
  for await (const [key, row] of store.range(...bounds)) {
    const seq = records.length + 1;
    const what = `record of ${stream} #${seq}`;
    if (key !== rows.keys.record(stream, seq)) throw corrupt(what, 'is missing');
    const record = decodeRecord(rows.openRecord({ stream, seq, prev }, row, what), what, upcasts);
    records.push(record);
    prev = record.hash;
  }
  if (records.length < last) throw corrupt(`record of ${stream} #${last}`, 'is missing');
  return records;
};

/** The head that the log had at a position; undefined beyond its end. @throws LogError log/corrupt */
export const headAt = async (
  { store, rows, durable }: Session,
  position: number,
): Promise<Head | undefined> => {
  if (position < 1 || position > (durable?.seq ?? 0)) return undefined;
  const what = recordName(position);
  const row = await rows.get<IndexRow>(store, rows.keys.index(position), what);
  if (!row) throw corrupt(what, 'is missing');
  return { seq: position, hash: row.chained };
};

export const receivedUnder = (
  session: Session,
  stream: StreamId,
  sender: NodeId,
  seq: number,
): Promise<EnvelopeId | undefined> =>
  earliest<EnvelopeId>(session, session.rows.keys.mark(stream, sender, seq), 'a mark');

/** @throws LogError log/not-found, log/corrupt */
export const evidenceOf = async (session: Session, id: EnvelopeId): Promise<Uint8Array> => {
  const what = `evidence ${id}`;
  const bytes = await earliest<Uint8Array>(session, session.rows.keys.evidence(id), what);
  if (!bytes) throw new LogError('log/not-found', `${what} is not kept here`);
  return bytes;
};

/** @throws LogError log/not-found, log/corrupt */
export const secretOf = async (session: Session, id: SecretId): Promise<Uint8Array> => {
  const position = session.state.secrets.get(id) ?? DESTROYED;
  if (position === DESTROYED || position > (session.durable?.seq ?? 0))
    throw new LogError('log/not-found', `secret ${id} is not here`);
  const { store, rows } = session;
  const what = `${recordName(position)}: secret ${id}`;
  const blob = await rows.get<Uint8Array>(store, rows.keys.secret(id), what);
  if (!blob) throw corrupt(what, 'is missing');
  return blob;
};

export const answerTo = async (session: Session, key: string): Promise<Answer | undefined> => {
  const row = await earliest<AnswerRow>(session, session.rows.keys.answer(key), 'an answer');
  return row && { key, ...row };
};

/** @throws LogError log/not-found, log/corrupt */
export const sentEnvelope = async (
  session: Session,
  acknowledgements: Acknowledgements,
  order: OrderId,
  seq: number,
): Promise<Sent> => {
  const { store, rows } = session;
  const what = `envelope ${order} #${seq}`;
  const sent = await rows.get<SentRow>(store, rows.keys.sent(order, seq), what);
  if (!sent) throw new LogError('log/not-found', `${what} was never sent`);
  const pending = await rows.get<PendingRow>(store, rows.keys.pending(order, seq), what);
  return { ...sent, waiting: acknowledgements.remaining(order, seq, pending?.waiting ?? []) };
};

/** @throws LogError log/corrupt */
export const pendingEnvelopes = async function* (
  { store, rows }: Session,
  acknowledgements: Acknowledgements,
): AsyncIterable<Sent> {
  for await (const [key, row] of store.range(...below(PENDING))) {
    const { order, seq, waiting } = rows.open<PendingRow>(key, row, `pending ${key}`);
    const remaining = acknowledgements.remaining(order, seq, waiting);
    if (remaining.length === 0) continue;
    const what = `envelope ${order} #${seq}`;
    const sent = await rows.get<SentRow>(store, rows.keys.sent(order, seq), what);
    if (!sent) throw corrupt(what, 'is missing');
    yield { ...sent, waiting: remaining };
  }
};

const earliest = async <Value extends RowValue>(
  { store, rows }: Session,
  base: string,
  what: string,
): Promise<Value | undefined> => {
  for await (const [key, row] of store.range(...below(base), { limit: 1 }))
    return rows.open<Value>(key, row, what);
  return undefined;
};
