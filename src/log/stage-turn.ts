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
  if (turn.events.length === 0) throw new TypeError('a turn has at least one event');
  checkSecrets(state, turn);
  checkReceived(turn);

  const staged: { record: LogRecord; head: Head; operations: Operation[] }[] = [];
  let last = state.streams.get(turn.stream) ?? { seq: 0, hash: NOTHING_BEFORE };
  let head = state.head;
  const add = (entry: Entry): LogRecord => {
    const body = {
      stream: turn.stream,
      seq: last.seq + 1,
      position: (head?.seq ?? 0) + 1,
      at: turn.at,
      prev: last.hash,
      machine: turn.machine,
      entry,
    };
    const encoded = encodeRecord(body);
    const record = { ...body, hash: recordHash(encoded) };
    const next = chain(head, record.hash);
    staged.push({ record, head: next, operations: recordRows(rows, record, encoded, next) });
    last = record;
    head = next;
    return record;
  };

  const operations: Operation[] = [];
  for (const [index, event] of turn.events.entries()) {
    const record = add(index === 0 ? firstEntry(state, turn, event) : { kind: 'event', event });
    if (index === 0) operations.push(...rowsBeside(rows, turn, record.position));
  }
  const sent = sealAll(state, turn, head).map((envelope): Sent => {
    add(sealedEntry(envelope));
    return { ...envelope, ...placeOf(turn), waiting: envelope.to };
  });
  operations.push(...sent.flatMap((one) => sentRows(rows, one)));

  for (const one of staged) {
    fold(state, one.record, one.head);
    operations.push(...one.operations);
  }
  if (!head) throw new TypeError('unreachable: a turn has at least one event');
  return { stream: turn.stream, operations, appended: { head, seq: last.seq, sent } };
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
    if ((state.secrets.get(id) ?? DESTROYED) === DESTROYED)
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
const sealAll = (state: LogState, turn: Turn, head: Head | null): readonly SealedEnvelope[] => {
  if (!turn.seal || !head) return [];
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
