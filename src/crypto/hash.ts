import { hash } from 'node:crypto';
import { encode } from '../domain/canonical.ts';
import { cidOfDigest } from '../domain/ids.ts';

/**
 * SHA-256 (FIPS 180-4) over unambiguous input: the canonical CBOR array `[tag, …parts]`.
 * Because the encoding is canonical, two different lists of parts never give the same bytes.
 */

/** Purposes that bytes are hashed or signed for; none is ever used for two. */
export type Tag = `milagro/${string}/v1`;

/** SHA-256 digest, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** H(tag, a, b, …) of docs/protocol.md, section 0: 32 bytes. */
export const taggedHash = (tag: Tag, ...parts: unknown[]): Buffer =>
  sha256(encode([tag, ...parts]));

/** The CID (text, 59 characters) of canonical bytes. */
export const cidOf = (bytes: Uint8Array): string => cidOfDigest(sha256(bytes));
