import { secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import type { NodeId } from '../domain/ids.ts';
import { CryptoError, type CryptoCode } from '../errors.ts';
import { addCommitments, evaluateCommitments } from './commitment.ts';
import { addPoints } from './key-addition.ts';
import { participantOf } from './participant.ts';
import { checkScalar, encodePoint, parsePoint, publicKeyOf } from './secp256k1.ts';

/**
 * What follows from the contributions to a key generation (dkg.ts), for everybody who has them: the group key, whether
 * a share is right, and the secret that enough shares give.
 */

/** Public part of round 1. */
export interface DkgContribution {
  node: NodeId;
  /** t points of 33 bytes, constant term first. */
  commitments: readonly Uint8Array[];
  /** Proof of knowledge of the constant term, R || mu, 65 bytes. */
  proof: Uint8Array;
}

/**
 * F: sum of the constant terms, 33 bytes.
 * @throws CryptoError crypto/point-identity, crypto/point-invalid, crypto/length, crypto/commitment-count
 */
export const groupKeyOf = (
  contributions: readonly Pick<DkgContribution, 'commitments'>[],
): Buffer =>
  addPoints(contributions.map(({ commitments: [constantTerm] }) => constantTerm ?? noTerm()));

/**
 * Commitments to the sum of all polynomials: t points of 33 bytes, the group key first. Whoever checks many shares
 * computes them once and passes them to the functions below as one contribution.
 * @throws CryptoError as groupKeyOf
 */
export const groupCommitmentsOf = (
  contributions: readonly Pick<DkgContribution, 'commitments'>[],
): Buffer[] =>
  addCommitments(contributions.map(({ commitments }) => commitments.map(parsePoint))).map(
    encodePoint,
  );

/**
 * Public key of a node's share, 33 bytes. `contributions`: checked as a set.
 * @throws CryptoError as groupKeyOf
 */
export const verificationShareOf = (input: {
  ctx: Uint8Array;
  contributions: readonly Pick<DkgContribution, 'commitments'>[];
  node: NodeId;
}): Buffer => {
  const vectors = input.contributions.map(({ commitments }) => commitments.map(parsePoint));
  const participant = participantOf(input.ctx, input.node);
  return encodePoint(evaluateCommitments(addCommitments(vectors), participant));
};

/** Whether a share is the one the contributions give this node. `share`: from anybody. Total. */
export const verifyShare = (input: {
  ctx: Uint8Array;
  contributions: readonly Pick<DkgContribution, 'commitments'>[];
  node: NodeId;
  share: Uint8Array;
}): boolean => {
  let same = false;
  const code = codeOf(() => {
    same = Buffer.compare(publicKeyOf(input.share), verificationShareOf(input)) === 0;
  });
  return code === null && same;
};

/**
 * The group's secret, 32 bytes big-endian, SECRET, from t or more shares of different nodes, each of which
 * `verifyShare` passed: a wrong one gives a wrong secret, not an error. The shares stay the caller's.
 * @throws CryptoError crypto/shares-insufficient: fewer than t; crypto/share-invalid: two of one node;
 *   crypto/roster: t < 2; crypto/length, crypto/scalar-range: a share, or the secret
 */
export const combineShares = (input: {
  ctx: Uint8Array;
  threshold: number;
  shares: readonly { node: NodeId; share: Uint8Array }[];
}): Buffer => {
  const { ctx, threshold, shares } = input;
  if (!Number.isInteger(threshold) || threshold < 2)
    throw new CryptoError('crypto/roster', `threshold ${threshold}`);
  if (shares.length < threshold)
    throw new CryptoError('crypto/shares-insufficient', `${shares.length} of ${threshold} shares`);
  if (new Set(shares.map(({ node }) => node)).size !== shares.length)
    throw new CryptoError('crypto/share-invalid', 'two shares of one node');
  for (const { share } of shares) checkScalar(share);
  const secret = frost.combineSecret(
    shares.map(({ node, share }) => ({
      identifier: participantOf(ctx, node),
      signingShare: share,
    })),
    { min: threshold, max: shares.length },
  );
  checkScalar(secret);
  return Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength);
};

/**
 * Whether the share that `from` dealt to `to` fits the commitments of `from`. Total, and usable by any third party on
 * evidence (K9). That the commitments are those of `from`, and t of them, the caller has checked.
 */
export const verifyDealtShare = (input: {
  ctx: Uint8Array;
  roster: readonly NodeId[];
  from: NodeId;
  to: NodeId;
  commitments: readonly Uint8Array[];
  share: Uint8Array;
}): boolean => {
  const { ctx, roster, from, to, commitments, share } = input;
  const isBetweenTwo = from !== to && roster.includes(from) && roster.includes(to);
  return isBetweenTwo && verifyShare({ ctx, contributions: [{ commitments }], node: to, share });
};

/** Code of the CryptoError that `check` throws; null when it passes. */
export const codeOf = (check: () => void): CryptoCode | null => {
  try {
    check();
    return null;
  } catch (thrown) {
    if (thrown instanceof CryptoError) return thrown.code;
    throw thrown;
  }
};

const noTerm = (): never => {
  throw new CryptoError('crypto/commitment-count', 'no commitments');
};
