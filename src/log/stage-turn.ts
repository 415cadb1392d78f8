import { cidOf } from '../crypto/hash.ts';
import type { Role, SecretId, StreamId } from '../domain/ids.ts';
import { LogError } from '../errors.ts';
import type {
  Answer,
  Appended,
  Entry,
  Head,
  LoggedEvent,
  LogRecord,
  SealedEnvelope,
  Sent,
  Turn,
} from './event-log.ts';
import { fold, orderOf, DESTROYED, shows, type LogState } from './log-state.ts';
import { chain, encodeRecord, NOTHING_BEFORE, recordHash } from './record.ts';
import type { Operation } from './store.ts';
import type { Rows } from './rows.ts';

/** A turn with its numbers and hashes, ready to be written. */
export interface StagedTurn {
  stream: StreamId;
  operations: Operation[];
  appended: Appended;
}

/**
 * Gives a turn its place at the end of the log. Synchronous, so turns never interleave; `state` changes only when
 * everything has succeeded.
 * @throws LogError log/key-exists, log/not-found; whatever `turn.seal` throws
 */
export const stageTurn = (state: LogState, rows: Rows, turn: Turn): StagedTurn => {
  const [event, ...others] = turn.events;
  if (!event) throw new TypeError('a turn has at least one event');
  checkSecrets(state, turn);
  checkReceived(turn);

  const add = recordsAfter(state, rows, turn);
  const first = add(firstEntry(state, turn, event));
  const events = [first, ...others.map((other) => add({ kind: 'event', event: other }))];
  const envelopes = sealAll(state, turn, (events.at(-1) ?? first).head);
  const all = [...events, ...envelopes.map((envelope) => add(sealedEntry(envelope)))];
  const end = all.at(-1) ?? first;
  const sent = envelopes.map((one): Sent => ({ ...one, ...placeOf(turn), waiting: one.to }));
  const operations = [
    ...all.flatMap((one) => one.operations),
    ...rowsBeside(rows, turn, first.record.position),
    ...sent.flatMap((one) => sentRows(rows, one)),
  ];

  for (const { record, head } of all) fold(state, record, head);
  const appended = { head: end.head, seq: end.record.seq, sent };
  return { stream: turn.stream, operations, appended };
};

/** Makes one record after the other, each linked to the one before. */
const recordsAfter = (state: LogState, rows: Rows, turn: Turn) => {
  const { stream, machine, at } = turn;
  let last = state.streams.get(stream) ?? { seq: 0, hash: NOTHING_BEFORE };
  let before = state.head;
  return (entry: Entry): { record: LogRecord; head: Head; operations: Operation[] } => {
    const place = { stream, seq: last.seq + 1, position: (before?.seq ?? 0) + 1, prev: last.hash };
    const body = { ...place, at, machine, entry };
    const encoded = encodeRecord(body);
    const record = { ...body, hash: recordHash(encoded) };
    const head = chain(before, record.hash);
    last = record;
    before = head;
    return { record, head, operations: recordRows(rows, record, encoded, head) };
  };
};

const placeOf = ({ stream }: Turn) => ({
  order: orderOf(stream),
  role: stream.slice(stream.indexOf('/') + 1) as Role,
});

const checkSecrets = (state: LogState, turn: Turn): void => {
  const drawn = new Set<SecretId>();
  for (const { id } of turn.secrets ?? []) {
    if (state.secrets.has(id) || drawn.has(id))
      throw new LogError('log/key-exists', `secret ${id} exists already, or did once`);
    drawn.add(id);
  }
  for (const id of turn.destroyed ?? []) {
    if (!drawn.has(id) && (state.secrets.get(id) ?? DESTROYED) === DESTROYED)
      throw new LogError('log/not-found', `secret ${id} is not there to be destroyed`);
  }
};

/** Marks of one turn share its position, so each needs a number of its own. */
const checkReceived = ({ received = [] }: Turn): void => {
  const numbers = new Set(received.map(({ sender, seq }) => `${sender} ${seq}`));
  const envelopes = new Set(received.map(({ envelope }) => envelope));
  if (numbers.size < received.length || envelopes.size < received.length)
    throw new TypeError('a turn takes an envelope in once');
};

/** The first event carries what belongs to the turn as a whole, so that every row has a record that vouches for it. */
const firstEntry = (state: LogState, turn: Turn, event: LoggedEvent): Entry => ({
  kind: 'event',
  event,
  ...(turn.received?.length && {
    received: turn.received.map(({ sender, seq, envelope, bytes }) => ({
      sender,
      seq,
      envelope,
      kept: bytes !== undefined,
    })),
  }),
  ...(turn.secrets?.length && { secrets: turn.secrets.map(({ id }) => id) }),
  ...(turn.destroyed?.length && { destroyed: [...turn.destroyed] }),
  ...(turn.answer && { answer: turn.answer.key }),
  ...(turn.seen && shows(state, turn.seen) && { seen: turn.seen }),
});

const recordRows = (
  rows: Rows,
  record: LogRecord,
  encoded: Uint8Array,
  { seq, hash }: Head,
): Operation[] => [
  rows.putRecord(record, encoded),
  rows.put(rows.keys.index(seq), {
    stream: record.stream,
    seq: record.seq,
    hash: record.hash,
    chained: hash,
  }),
];

const rowsBeside = (rows: Rows, turn: Turn, position: number): Operation[] => {
  const { keys, put } = rows;
  return [
    ...(turn.received ?? []).flatMap(({ sender, seq, envelope, bytes }) => {
      const mark = put(keys.mark(turn.stream, sender, seq, position), envelope);
      if (!bytes) return [mark];
      checkCid(envelope, bytes);
      return [mark, put(keys.evidence(envelope, position), bytes)];
    }),
    ...(turn.secrets ?? []).map(({ id, blob }) => put(keys.secret(id), blob)),
    // After the puts: a secret may be drawn and spent in one turn.
    ...(turn.destroyed ?? []).map((id): Operation => ({ type: 'del', key: keys.secret(id) })),
    ...(turn.answer ? [put(keys.answer(turn.answer.key, position), answerRow(turn.answer))] : []),
  ];
};

const answerRow = ({ request, response }: Answer) => ({ request, response });

const sentRows = ({ keys, put }: Rows, { waiting, ...sent }: Sent): Operation[] => [
  put(keys.sent(sent.order, sent.seq), { ...sent, to: [...sent.to] }),
  put(keys.pending(sent.order, sent.seq), {
    order: sent.order,
    seq: sent.seq,
    waiting: [...waiting],
  }),
];

/** The numbers handed out must be the numbers used: a hole would look to recipients like a message held back. */
const sealAll = (state: LogState, turn: Turn, head: Head): readonly SealedEnvelope[] => {
  if (!turn.seal) return [];
  const before = state.numbers.get(orderOf(turn.stream)) ?? 0;
  let number = before;
  const envelopes = turn.seal(head, () => ++number);
  for (const [index, { seq, envelope, bytes }] of envelopes.entries()) {
    if (seq !== before + 1 + index) throw new TypeError(`envelope numbered ${seq} out of turn`);
    checkCid(envelope, bytes);
  }
  if (number !== before + envelopes.length)
    throw new TypeError('a number was drawn and not used for an envelope');
  return envelopes;
};

const sealedEntry = ({ seq, type, envelope, to, until }: SealedEnvelope): Entry => ({
  kind: 'sealed',
  seq,
  type,
  envelope,
  to: [...to],
  until,
});

const checkCid = (id: string, bytes: Uint8Array): void => {
  if (cidOf(bytes) !== id) throw new TypeError(`${id} is not the CID of the bytes given`);
};
