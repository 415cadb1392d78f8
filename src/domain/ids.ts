import { base32 } from 'multiformats/bases/base32';

/**
 * Identifiers are CIDs (version 1, dag-cbor, sha2-256) carried as base32 text of 59 characters, also inside CBOR:
 * plain data that a schema checks with one pattern, and that can be compared, sorted and used as a map key.
 */

/** CID of the inception block of an identity. */
export type NodeId = string;
/** CID of the terms of an order. */
export type OrderId = string;
/** CID of any block of an identity chain: one state of its keys. */
export type KeyStateId = string;
/** CID of the bytes of an envelope. */
export type EnvelopeId = string;
/** Names a sealed secret in the log: 16 random bytes, lower-case hex. Public. */
export type SecretId = string;

export type Role = 'principal' | 'beneficiary' | 'fiduciary';
export const ROLES: readonly Role[] = ['principal', 'beneficiary', 'fiduciary'];

/** One event stream of a node: what it does in one role of one order. */
export type StreamId = `${OrderId}/${Role}`;
export const streamId = (order: OrderId, role: Role): StreamId => `${order}/${role}`;
export const splitStream = (stream: StreamId): [OrderId, Role] =>
  stream.split('/') as [OrderId, Role];

/**
 * Exactly the canonical texts: `b` + base32 of 36 bytes, of which the first four are 01 71 12 20 and the last two
 * bits are padding and zero. A text that matches is a valid CID; no other text names the same one.
 */
export const CID_PATTERN = '^bafyrei[a-h][a-z2-7]{50}[aeimquy4]$';
const pattern = new RegExp(CID_PATTERN);
export const isCid = (text: string): boolean => pattern.test(text);

const PREFIX = Uint8Array.of(0x01, 0x71, 0x12, 0x20);

/** CID text of a SHA-256 digest, 32 bytes. */
export const cidOfDigest = (digest: Uint8Array): string =>
  base32.encode(Buffer.concat([PREFIX, digest]));

/** The SHA-256 digest in a CID, 32 bytes. The CID is one (`isCid`). */
export const digestOfCid = (cid: string): Uint8Array => base32.decode(cid).subarray(PREFIX.length);

/** Multibase base32: prefix `b`, then RFC 4648 (section 6) in lower case without padding. */
export const base32Text = (bytes: Uint8Array): string => base32.encode(bytes);

/** What is shown where a whole CID is too long to read. */
export const shortId = (cid: string): string => cid.slice(-8);
