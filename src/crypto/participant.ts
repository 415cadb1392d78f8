import { secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import { base32Text, type NodeId } from '../domain/ids.ts';
import { taggedHash } from './hash.ts';

/**
 * Where a node's share lies on the polynomial: its FROST identifier, a scalar 1..n-1 as 64 lower-case hex digits,
 * public. Derived from the order and the NodeId of the roster, and never read from a message (K6); as it enters every
 * proof, the proofs are bound to the order and the node as well (K4). `ctx`: 32 bytes, the order's.
 */
export const participantOf = (ctx: Uint8Array, node: NodeId): string =>
  frost.Identifier.derive(base32Text(taggedHash('milagro/participant/v1', ctx, node)));
