import { secp256k1, secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, hexToBytes } from '@noble/curves/utils.js';
import { CryptoError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import { evaluateCommitments, provesConstantTerm } from './commitment.ts';
import { checkScalar, encodePoint, parsePoint, publicKeyOf, SCALAR_LENGTH } from './secp256k1.ts';

/**
 * FROST's key generation as functions of bytes, without state. Polynomials and their proofs are drawn by noble
 * (@noble/curves/abstract/frost.js). Rounds 2 and 3 are its arithmetic in another order: noble's own keep a state that
 * is changed in place, and in round 3 compute the public key of everybody's share, which nothing here needs, for most
 * of the time. That both give the same is tested. Expects what dkg.ts has checked; participants as in participant.ts.
 * Copies of the coefficients remain in bigints until they are collected.
 */

/** Own place and polynomial. */
export interface Polynomial {
  participant: string;
  /** t scalars of 32 bytes, constant term first, in one string. SECRET. */
  coefficients: Uint8Array;
  /** t points of 33 bytes. */
  commitments: readonly Uint8Array[];
}

/** What another participant published in round 1. */
export interface Published {
  participant: string;
  commitments: readonly Uint8Array[];
  proof: Uint8Array;
}

/** Round 1 of one among `n`. `coefficients`: SECRET; the caller wipes them. */
export const drawPolynomial = (input: {
  participant: string;
  threshold: number;
  n: number;
  random: Random;
}): { coefficients: Buffer; commitments: Buffer[]; proof: Buffer } => {
  const drawn: Buffer[] = [];
  const draw = (length = 32): Buffer => {
    const bytes = input.random.bytes(length);
    drawn.push(bytes);
    return bytes;
  };
  const signers = { min: input.threshold, max: input.n };
  const made = frost.DKG.round1(input.participant, signers, undefined, draw);
  for (const bytes of drawn) bytes.fill(0);
  const scalars = (made.secret.coefficients ?? []).map((a) => secp256k1.Point.Fn.toBytes(a));
  const coefficients = Buffer.concat(scalars);
  for (const scalar of scalars) scalar.fill(0);
  frost.DKG.clean(made.secret);
  return {
    coefficients,
    commitments: made.public.commitment.map((point) => Buffer.from(point)),
    proof: Buffer.from(made.public.proofOfKnowledge),
  };
};

/**
 * Round 2: participant -> share, 32 bytes, SECRET. Checks the proofs of the others once more.
 * @throws CryptoError crypto/proof-invalid; of points and scalars
 */
export const dealShares = (
  own: Polynomial,
  others: readonly Published[],
): ReadonlyMap<string, Buffer> => {
  for (const { participant, commitments, proof } of others) {
    const [constantTerm] = commitments;
    if (!constantTerm || !provesConstantTerm(constantTerm, participant, proof))
      throw new CryptoError('crypto/proof-invalid', 'a constant term is not proven');
  }
  const coefficients = scalarsOf(own.coefficients);
  return new Map(
    others.map(({ participant }) => [participant, shareBytes(valueAt(coefficients, participant))]),
  );
};

/**
 * Round 3: our share of the group's secret, 32 bytes, SECRET. Checks every share against its dealer's commitments.
 * @throws CryptoError crypto/share-invalid, crypto/scalar-range; of points and scalars
 */
export const sumShares = (
  own: Polynomial,
  others: readonly Published[],
  dealt: ReadonlyMap<string, Uint8Array>,
): Buffer => {
  const { Fn } = secp256k1.Point;
  if (dealt.size !== others.length) throw misfit();
  let sum = valueAt(scalarsOf(own.coefficients), own.participant);
  for (const { participant, commitments } of others) {
    const share = dealt.get(participant);
    if (!share || !fits(share, commitments, own.participant)) throw misfit();
    sum = Fn.add(sum, Fn.fromBytes(share));
  }
  return shareBytes(sum);
};

/** f at the place of a participant, by Horner's rule. */
const valueAt = (coefficients: readonly bigint[], participant: string): bigint => {
  const { Fn } = secp256k1.Point;
  const x = bytesToNumberBE(hexToBytes(participant));
  return coefficients.reduceRight((sum, a) => Fn.add(Fn.mul(sum, x), a), Fn.ZERO);
};

/** @throws CryptoError crypto/scalar-range: zero, which nobody draws */
const shareBytes = (share: bigint): Buffer => {
  const bytes = asBuffer(secp256k1.Point.Fn.toBytes(share));
  checkScalar(bytes);
  return bytes;
};

const fits = (
  share: Uint8Array,
  commitments: readonly Uint8Array[],
  participant: string,
): boolean => {
  const due = encodePoint(evaluateCommitments(commitments.map(parsePoint), participant));
  return due.equals(publicKeyOf(share));
};

const misfit = (): CryptoError =>
  new CryptoError('crypto/share-invalid', 'a share does not fit the commitments of its dealer');

const scalarsOf = (coefficients: Uint8Array): bigint[] => {
  const scalars: bigint[] = [];
  for (let at = 0; at < coefficients.length; at += SCALAR_LENGTH)
    scalars.push(bytesToNumberBE(coefficients.subarray(at, at + SCALAR_LENGTH)));
  return scalars;
};

/** The same memory, so that the caller wipes the only copy. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
