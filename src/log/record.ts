import { Type } from 'typebox';
import { taggedHash } from '../crypto/hash.ts';
import { decodeOwn, encode } from '../domain/canonical.ts';
import { bytes, cid, closed, integer, parse, time } from '../domain/schema.ts';
import type { StreamId } from '../domain/ids.ts';
import { LogError, reason } from '../errors.ts';
import { corrupt } from './corruption.ts';
import type { Head, LogRecord } from './event-log.ts';
import { RECORD_VERSION, upcast, type Upcasts } from './upcast.ts';

/**
 * One record of a stream and its two hashes: its own, to which the next record of its stream points, and the chained
 * one over every record of the node up to it, which is what peers are shown.
 *
 *     hash    = H("milagro/record/v1", canonical bytes of the record)
 *     chained = H("milagro/log/v1", chained hash of the record before, hash)
 */

/** Stands where there is no record before: 32 zero bytes. */
export const NOTHING_BEFORE: Uint8Array = new Uint8Array(32);

const secretId = () => Type.String({ pattern: '^[0-9a-f]{32}$' });

const EventEntry = closed({
  kind: Type.Literal('event'),
  /** Checked by the machines that know it; here it only has a name. */
  event: Type.Object({ type: Type.String() }),
  received: Type.Optional(
    Type.Array(closed({ sender: cid(), seq: integer(1), envelope: cid(), kept: Type.Boolean() })),
  ),
  secrets: Type.Optional(Type.Array(secretId())),
  destroyed: Type.Optional(Type.Array(secretId())),
  answer: Type.Optional(Type.String()),
  seen: Type.Optional(closed({ peer: cid(), head: closed({ seq: integer(0), hash: bytes(32) }) })),
});

const SealedEntry = closed({
  kind: Type.Literal('sealed'),
  seq: integer(1),
  type: Type.String(),
  envelope: cid(),
  to: Type.Array(cid()),
  until: time(),
});

const Record = closed({
  v: Type.Literal(RECORD_VERSION),
  stream: Type.Unsafe<StreamId>(Type.String()),
  seq: integer(1),
  position: integer(1),
  at: time(),
  prev: bytes(32),
  machine: Type.String(),
  entry: Type.Union([EventEntry, SealedEntry]),
});

/**
 * Canonical bytes of a record. Checked like what is read, or a record could be written that never opens again.
 * @throws CodecError codec/schema; Error when an event is not plain data
 */
export const encodeRecord = (record: Omit<LogRecord, 'hash'>): Uint8Array =>
  encode(parse(Record, { v: RECORD_VERSION, ...record }, 'record'));

/** 32 bytes. */
export const recordHash = (encoded: Uint8Array): Buffer => taggedHash('milagro/record/v1', encoded);

/** The head after one more record. */
export const chain = (before: Head | null, hash: Uint8Array): Head => ({
  seq: (before?.seq ?? 0) + 1,
  hash: taggedHash('milagro/log/v1', before?.hash ?? NOTHING_BEFORE, hash),
});

/**
 * The record of authenticated bytes, its event brought to the present version.
 * @throws LogError log/version (a later program wrote it), log/corrupt
 */
export const decodeRecord = (encoded: Uint8Array, what: string, upcasts: Upcasts): LogRecord => {
  const { v, ...rest } = parsedRecord(encoded, what);
  const hash = recordHash(encoded);
  if (rest.entry.kind === 'sealed') return { ...rest, hash, entry: rest.entry };
  const event = upcast(rest.entry.event, v, upcasts);
  return { ...rest, hash, entry: { ...rest.entry, event } };
};

const parsedRecord = (encoded: Uint8Array, what: string) => {
  let value: unknown;
  try {
    value = decodeOwn(encoded);
  } catch (thrown) {
    throw corrupt(what, reason(thrown), thrown);
  }
  const version = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
  if (version !== RECORD_VERSION)
    throw new LogError('log/version', `${what}: has version ${String(version)}, unknown here`);
  try {
    return parse(Record, value, what);
  } catch (thrown) {
    throw corrupt(what, reason(thrown), thrown);
  }
};
