import { createHash } from 'node:crypto';
import { base32nopad } from '@scure/base';

/**
 * Canonical DAG-CBOR, tagged hash and CID once more, from the specifications alone (RFC 8949, section 4.2.1 with
 * DAG-CBOR's order of keys; docs/protocol.md, section 0), to check src against. Numbers below 2^53.
 */
export const cbor = (value: unknown): Buffer => {
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === 'number') return head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const entries = Object.entries(value as object).toSorted(
    ([a], [b]) => a.length - b.length || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([key, item]) => [cbor(key), cbor(item)]),
  ]);
};

const head = (major: number, argument: number): Buffer => {
  const first = major << 5;
  if (argument < 24) return Buffer.of(first | argument);
  const width = argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = first | (24 + Math.log2(width));
  if (width === 8) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, width);
  return bytes;
};

export const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export const H = (tag: string, ...parts: unknown[]): Buffer => digest(cbor([tag, ...parts]));

/** CIDv1, dag-cbor (0x71), sha2-256 (0x12), 32 bytes, base32. */
export const cidV1 = (bytes: Uint8Array): string =>
  `b${base32nopad.encode(Buffer.concat([Buffer.of(0x01, 0x71, 0x12, 0x20), digest(bytes)])).toLowerCase()}`;
