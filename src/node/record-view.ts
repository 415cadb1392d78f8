import type { RecordView } from '../domain/views.ts';
import type { LogRecord } from '../log/event-log.ts';

/** A record for people. Secrets are not in it: the log holds them apart, and events name them by id only. */
export const recordView = (record: LogRecord, state: string): RecordView => {
  const { entry } = record;
  return {
    position: record.position,
    stream: record.stream,
    seq: record.seq,
    at: record.at,
    machine: record.machine,
    hash: Buffer.from(record.hash).toString('hex'),
    prev: Buffer.from(record.prev).toString('hex'),
    kind: entry.kind,
    type: entry.kind === 'event' ? entry.event.type : entry.type,
    state,
    detail: readable(
      entry.kind === 'event'
        ? entry.event
        : { envelope: entry.envelope, seq: entry.seq, to: entry.to },
    ),
  };
};

/** Bytes as hex, all else as it is. */
const readable = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
};
