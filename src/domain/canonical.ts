import { decode as decodeCbor, encode as encodeCbor } from '@ipld/dag-cbor';
import { CodecError, reason } from '../errors.ts';
import { scanCbor } from './cbor-scan.ts';

/**
 * The one encoding that two nodes may exchange or hash: canonical DAG-CBOR
 * (https://ipld.io/specs/codecs/dag-cbor/spec/). Decoding is strict: limits first, then decode, then encode again
 * and compare every byte, so duplicate keys, long lengths, key order, floats and `__proto__` leave no room to hide in.
 */

/** Limits of any value from outside (docs/protocol.md, section 0). Sizes in bytes. */
const MAX_DEPTH = 16;
const MAX_ITEMS = 1_024;
const MAX_VALUE_BYTES = 65_536;

/** Canonical bytes of plain data: maps, arrays, text, byte strings, safe integers, booleans, null. */
export const encode = (value: unknown): Uint8Array => encodeCbor(value);

/**
 * The value of canonical bytes.
 * @throws CodecError codec/too-large, codec/too-deep, codec/too-many-items, codec/malformed, codec/not-canonical
 */
export const decode = (bytes: Uint8Array, maxBytes: number = MAX_VALUE_BYTES): unknown => {
  checkLimits(bytes, maxBytes);
  let value: unknown;
  let again: Uint8Array;
  try {
    value = decodeCbor(bytes);
    again = encodeCbor(value);
  } catch (thrown) {
    throw new CodecError('codec/malformed', reason(thrown), { cause: thrown });
  }
  const isCanonical = Buffer.compare(bytes, again) === 0;
  // The value may hold secrets: this copy of it is nobody's.
  again.fill(0);
  if (!isCanonical) throw new CodecError('codec/not-canonical', 'not the canonical encoding');
  return value;
};

/**
 * Would `decode` take as much? For bytes that this node has just encoded, which are canonical.
 * @throws CodecError codec/too-large, codec/too-deep, codec/too-many-items
 */
export const checkLimits = (bytes: Uint8Array, maxBytes: number = MAX_VALUE_BYTES): void => {
  if (bytes.length > maxBytes)
    throw new CodecError('codec/too-large', `${bytes.length} bytes, at most ${maxBytes}`);
  scanCbor(bytes, { depth: MAX_DEPTH, items: MAX_ITEMS });
};

/** Decodes bytes that this node wrote itself and authenticated (log records, own files): no limit on items or size. */
export const decodeOwn = (bytes: Uint8Array): unknown => decodeCbor(bytes);
