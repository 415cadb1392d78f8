import { isDeepStrictEqual } from 'node:util';
import { cidOf } from '../crypto/hash.ts';
import { recordName } from './corruption.ts';
import type { Entry, LogRecord } from './event-log.ts';
import { orderOf } from './log-state.ts';
import type { Rows, RowValue } from './rows.ts';

type EventEntry = Extract<Entry, { kind: 'event' }>;
type SealedEntry = Extract<Entry, { kind: 'sealed' }>;

/** A row that must be there because a record says so. */
export interface VouchedRow {
  /** The record and the row, for an error. */
  what: string;
  /** Exactly one of these keys exists. */
  keys: readonly string[];
  /** Checks what is kept under the first of them. */
  right?: (value: RowValue) => boolean;
}

/**
 * The rows that one record vouches for: each must be there, unchanged, and what the record says it is. Secrets are
 * not among them, because a later record may destroy them.
 */
export const vouchedBy = (rows: Rows, record: LogRecord): VouchedRow[] =>
  record.entry.kind === 'event'
    ? besideEvent(rows, record, record.entry)
    : besideSealed(rows, record, record.entry);

const besideEvent = ({ keys }: Rows, record: LogRecord, entry: EventEntry): VouchedRow[] => {
  const { position, stream } = record;
  const found: VouchedRow[] = [];
  for (const { sender, seq, envelope, kept } of entry.received ?? []) {
    found.push({
      what: nameOf(record, 'mark of a received envelope'),
      keys: [keys.mark(stream, sender, seq, position)],
      right: (value) => value === envelope,
    });
    if (!kept) continue;
    found.push({
      what: nameOf(record, 'evidence'),
      keys: [keys.evidence(envelope, position)],
      right: (value) => value instanceof Uint8Array && cidOf(value) === envelope,
    });
  }
  if (entry.answer !== undefined)
    found.push({ what: nameOf(record, 'answer'), keys: [keys.answer(entry.answer, position)] });
  return found;
};

const besideSealed = ({ keys }: Rows, record: LogRecord, entry: SealedEntry): VouchedRow[] => {
  const order = orderOf(record.stream);
  const { kind: _, ...listed } = entry;
  const expected = { order, role: record.stream.slice(order.length + 1), ...listed };
  const isThatEnvelope = (value: RowValue): boolean => {
    if (typeof value !== 'object' || !('bytes' in value)) return false;
    const { bytes, ...stored } = value;
    return isDeepStrictEqual(stored, expected) && cidOf(bytes) === entry.envelope;
  };
  return [
    {
      what: nameOf(record, 'sent envelope'),
      keys: [keys.sent(order, entry.seq)],
      right: isThatEnvelope,
    },
    {
      what: nameOf(record, 'note of who has acknowledged'),
      keys: [keys.pending(order, entry.seq), keys.acknowledged(order, entry.seq)],
    },
  ];
};

const nameOf = ({ position, stream, seq }: LogRecord, what: string): string =>
  `${recordName(position, stream, seq)}: ${what}`;
