import { decodeOwn, encode } from '../domain/canonical.ts';
import type { EnvelopeId, NodeId, OrderId, Role, StreamId } from '../domain/ids.ts';
import type { Answer, Head, LogRecord } from './event-log.ts';
import { rowKeys, type RowKeys } from './keys.ts';
import type { RowCipher } from './sealed-row.ts';
import type { Operation, Store } from './store.ts';

/**
 * Rows with their values sealed and opened. A value is trusted once it opens: only this program under this node's
 * key can have sealed it for that place, and `v` of the meta row fixes the shapes.
 */
export interface Rows {
  keys: RowKeys;
  /** Seals the canonical bytes of `value` for its key. */
  readonly put: (key: string, value: RowValue) => Operation;
  /** @throws LogError log/corrupt naming `what` */
  open<Value extends RowValue>(key: string, row: Uint8Array, what: string): Value;
  /** Reads and opens; undefined where there is no such row. @throws LogError log/corrupt naming `what` */
  get<Value extends RowValue>(store: Store, key: string, what: string): Promise<Value | undefined>;
  /** A record is sealed for its place in the stream, not for its key (docs/protocol.md, section 6). */
  putRecord(record: LogRecord, encoded: Uint8Array): Operation;
  /** The record's canonical bytes. @throws LogError log/corrupt naming `what` */
  openRecord(place: RecordPlace, row: Uint8Array, what: string): Uint8Array;
}

export type RecordPlace = Pick<LogRecord, 'stream' | 'seq' | 'prev'>;

/** By kind of row; see keys.ts. */
export type RowValue =
  Head | IndexRow | EnvelopeId | Uint8Array | SentRow | PendingRow | AcknowledgedRow | AnswerRow;

export interface IndexRow {
  stream: StreamId;
  seq: number;
  /** Hash of the record, and chained over all up to it. */
  hash: Uint8Array;
  chained: Uint8Array;
}

export interface SentRow {
  order: OrderId;
  role: Role;
  seq: number;
  type: string;
  envelope: EnvelopeId;
  to: NodeId[];
  until: number;
  bytes: Uint8Array;
}

export interface PendingRow {
  order: OrderId;
  seq: number;
  /** Recipients that have not acknowledged; at least one. */
  waiting: NodeId[];
}

/** All recipients have acknowledged. */
export type AcknowledgedRow = true;

export type AnswerRow = Omit<Answer, 'key'>;

/** @param salt see rowKeys */
export const createRows = (cipher: RowCipher, salt: Uint8Array): Rows => {
  const keys = rowKeys(salt);
  const open = <Value extends RowValue>(key: string, row: Uint8Array, what: string): Value =>
    decodeOwn(cipher.open({ key }, row, what)) as Value;
  return {
    keys,
    put: (key, value) => ({ type: 'put', key, value: cipher.seal({ key }, encode(value)) }),
    open,
    get: async <Value extends RowValue>(store: Store, key: string, what: string) => {
      const row = await store.get(key);
      return row && open<Value>(key, row, what);
    },
    putRecord: (record, encoded) => ({
      type: 'put',
      key: keys.record(record.stream, record.seq),
      value: cipher.seal(placeOf(record), encoded),
    }),
    openRecord: (place, row, what) => cipher.open(placeOf(place), row, what),
  };
};

const placeOf = ({ stream, seq, prev }: RecordPlace): RecordPlace => ({ stream, seq, prev });
