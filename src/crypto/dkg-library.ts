import type { DKG_Round1, DKG_Secret } from '@noble/curves/abstract/frost.js';
import { secp256k1, secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, hexToBytes } from '@noble/curves/utils.js';
import type { Random } from '../ports/random.ts';
import { SCALAR_LENGTH } from './secp256k1.ts';

/**
 * noble's FROST key generation (@noble/curves/abstract/frost.js) as functions of bytes: its own state holds bigints,
 * is changed in place and forgets nothing by itself. Expects what dkg.ts has checked; participants as in
 * participant.ts. Copies of the coefficients remain in bigints until they are collected.
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

/** Round 2: participant -> share, 32 bytes, SECRET. Checks the proofs of the others once more. */
export const dealShares = (
  own: Polynomial,
  others: readonly Published[],
): ReadonlyMap<string, Buffer> => {
  const state = stateOf(own, others);
  const dealt = frost.DKG.round2(state, others.map(toPackage));
  frost.DKG.clean(state);
  return new Map(
    Object.entries(dealt).map(([participant, { signingShare }]) => [
      participant,
      asBuffer(signingShare),
    ]),
  );
};

/** Round 3: our share of the group's secret, 32 bytes, SECRET. Checks the shares once more. */
export const sumShares = (
  own: Polynomial,
  others: readonly Published[],
  dealt: ReadonlyMap<string, Uint8Array>,
): Buffer => {
  const packages = others.map(toPackage);
  const inOrder = packages.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1));
  const state: DKG_Secret = { ...stateOf(own, others), step: 2, round1Cache: inOrder };
  const shares = [...dealt].map(([identifier, share]) => ({
    identifier,
    signingShare: Uint8Array.from(share),
  }));
  const key = frost.DKG.round3(state, packages, shares);
  for (const { signingShare } of shares) signingShare.fill(0);
  return asBuffer(key.secret.signingShare);
};

const stateOf = (own: Polynomial, others: readonly Published[]): DKG_Secret => {
  const { coefficients, commitments, participant } = own;
  const scalars: bigint[] = [];
  for (let at = 0; at < coefficients.length; at += SCALAR_LENGTH)
    scalars.push(bytesToNumberBE(coefficients.subarray(at, at + SCALAR_LENGTH)));
  return {
    identifier: bytesToNumberBE(hexToBytes(participant)),
    coefficients: scalars,
    commitment: commitments.map((point) => Uint8Array.from(point)),
    signers: { min: commitments.length, max: others.length + 1 },
    step: 1,
  };
};

const toPackage = ({ participant, commitments, proof }: Published): DKG_Round1 => ({
  identifier: participant,
  commitment: commitments.map((point) => Uint8Array.from(point)),
  proofOfKnowledge: Uint8Array.from(proof),
});

/** The same memory, so that the caller wipes the only copy. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
