import { Type, type Static } from 'typebox';
import type { KeyStateId, NodeId } from './ids.ts';
import { bytes, bytesBetween, cid, closed, integer, text, time } from './schema.ts';

/**
 * An identity is a chain of signed operations, each one IPFS block (docs/protocol.md, section 1). All of it is public.
 */

/** Operations of one identity, at most: a rotation every month for twenty years. */
export const MAX_OPERATIONS = 256;
/** A block, at most, in bytes: more than the largest that the schema allows. */
export const MAX_BLOCK_BYTES = 8_192;

const ADDRS = 16;
/** A multiaddr as text: printable ASCII. Advice only, parsed by whoever dials. */
const multiaddr = () => Type.String({ pattern: '^/[\\x21-\\x7e]{1,255}$' });

/** The public keys of a node. Lengths in bytes. */
export const PublicKeys = closed({
  /** Ed25519. */
  sign: bytes(32),
  /** X-Wing: ML-KEM-768 || X25519. */
  kem: bytes(1_216),
  /** BLS12-381 G1, compressed, and the proof of possession in G2. */
  bls: closed({ pub: bytes(48), pop: bytes(96) }),
  /** libp2p peer id of an Ed25519 key, base58btc, and that key's signature over `sign`. */
  peer: closed({
    id: Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' }),
    proof: bytes(64),
  }),
});
export type PublicKeys = Static<typeof PublicKeys>;

export const OPERATION_TYPES = ['inception', 'rotation', 'revocation'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

export const Operation = closed({
  v: Type.Literal(1),
  type: Type.Union([
    Type.Literal('inception'),
    Type.Literal('rotation'),
    Type.Literal('revocation'),
  ]),
  seq: integer(0, MAX_OPERATIONS - 1),
  /** CID of the previous block; null at inception. */
  prev: Type.Union([cid(), Type.Null()]),
  /** When it was made, by its maker's clock: shown, never relied on. */
  at: time(),
  /** What its owner calls it: no two need differ, so it identifies nobody. */
  name: text(64),
  keys: PublicKeys,
  /** H("milagro/next/v1", the sign key of the next operation); 32 zero bytes in a revocation, which nothing follows. */
  next: bytes(32),
  addrs: Type.Array(multiaddr(), { maxItems: ADDRS }),
});
export type Operation = Static<typeof Operation>;

/** `sig` is by `keys.sign` of the operation over H("milagro/identity/v1", op). */
export const Block = closed({ op: bytesBetween(1, MAX_BLOCK_BYTES), sig: bytes(64) });
export type Block = Static<typeof Block>;

/** A position in an identity's chain, as announced. */
export interface IdentityHead {
  id: NodeId;
  seq: number;
  cid: KeyStateId;
}

/** Proof of a forked identity: two or more blocks, each valid, that claim one place in its chain. */
export interface Duplicity {
  id: NodeId;
  seq: number;
  /** Ascending. */
  cids: KeyStateId[];
}
