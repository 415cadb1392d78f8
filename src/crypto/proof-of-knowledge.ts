import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { CryptoError } from '../errors.ts';
import type { NodeId, Role } from '../domain/ids.ts';
import type { Random } from '../ports/random.ts';
import { taggedHash } from './hash.ts';
import { hkdfSha256 } from './kdf.ts';
import {
  checkScalar,
  parsePoint,
  POINT_LENGTH,
  publicKeyOf,
  scalarFromUniform,
  subtractMultiple,
} from './secp256k1.ts';

/**
 * Proof that somebody knows x of P = x·G, for one order, role and node (docs/protocol.md, section 4): the Schnorr
 * identification of RFC 8235, section 3, made non-interactive. R = k·G, z = k + e·x mod n with
 * e = H("milagro/pok/v1", ctx, role, node, P, R) mod n; the proof is R || z.
 *
 * It closes the rogue-key theft (K1): who answers X - B to the others' points cannot prove it. It says nothing about
 * who sent it (the envelope does) and not that x is fresh or unknown to others.
 */

/** What a proof is bound to. `ctx`: 32 bytes, the order's. */
export interface ProofContext {
  ctx: Uint8Array;
  role: Role;
  node: NodeId;
}

/**
 * `proof`: R || z, 65 bytes; `point`: P, 33 bytes; public. `secret`: x, 32 bytes; stays the caller's.
 * @throws CryptoError crypto/length, crypto/scalar-range
 */
export const provePossession = (
  input: ProofContext & { secret: Uint8Array; random: Random },
): { point: Buffer; proof: Buffer } => {
  checkScalar(input.secret);
  const { Fn } = secp256k1.Point;
  const point = publicKeyOf(input.secret);
  const nonce = drawNonce(input, point);
  try {
    const commitment = publicKeyOf(nonce);
    const e = challenge(input, point, commitment);
    const z = Fn.add(Fn.fromBytes(nonce), Fn.mul(e, Fn.fromBytes(input.secret)));
    return { point, proof: Buffer.concat([commitment, Fn.toBytes(z)]) };
  } finally {
    nonce.fill(0);
  }
};

/** `point` and `proof` from anybody. Total: whatever is not a valid proof for exactly this context is `false`. */
export const verifyPossession = (
  input: ProofContext & { point: Uint8Array; proof: Uint8Array },
): boolean => {
  const commitment = input.proof.subarray(0, POINT_LENGTH);
  const response = input.proof.subarray(POINT_LENGTH);
  const { Fn } = secp256k1.Point;
  try {
    const point = parsePoint(input.point);
    const r = parsePoint(commitment);
    checkScalar(response);
    const e = challenge(input, input.point, commitment);
    return subtractMultiple(Fn.fromBytes(response), e, point).equals(r);
  } catch (thrown) {
    if (thrown instanceof CryptoError) return false;
    throw thrown;
  }
};

const challenge = (context: ProofContext, point: Uint8Array, commitment: Uint8Array): bigint => {
  const { ctx, role, node } = context;
  const digest = taggedHash('milagro/pok/v1', ctx, role, node, point, commitment);
  return secp256k1.Point.Fn.create(bytesToNumberBE(digest));
};

/**
 * k, SECRET. One k under two challenges gives x away, so, as in RFC 9591, section 4.1, it depends on x and on what is
 * proven as well as on the randomness: even a generator that repeats itself does not repeat k under another challenge.
 */
const drawNonce = (
  input: ProofContext & { secret: Uint8Array; random: Random },
  point: Uint8Array,
): Buffer => {
  const { ctx, role, node, random } = input;
  const info = taggedHash('milagro/pok-nonce/v1', ctx, role, node, point);
  const entropy = random.bytes(32);
  const secret = Buffer.concat([entropy, input.secret]);
  const uniform = hkdfSha256({ secret, info, length: 48 });
  try {
    return scalarFromUniform(uniform);
  } finally {
    for (const bytes of [entropy, secret, uniform]) bytes.fill(0);
  }
};
