import { combineShares } from '../crypto/dkg-shares.ts';
import { addScalars } from '../crypto/key-addition.ts';
import { publicKeyOf } from '../crypto/secp256k1.ts';
import type { NodeId } from '../domain/ids.ts';
import type { SeatedContribution } from '../domain/messages.ts';
import { holderOf, isSingleFiduciary } from '../domain/terms.ts';
import { CryptoError } from '../errors.ts';
import type { Compute } from '../ports/compute.ts';
import { dkgContributions, type CustodyOrder } from './contribution.ts';
import { pointOfContribution } from './wallet.ts';

/**
 * How the beneficiary, and nobody else, comes to the wallet key: w = b + f, where b is its addend and f what any
 * `threshold` of the fiduciaries' shares give together (docs/protocol.md, section 4).
 */

export interface ReleasedShare {
  node: NodeId;
  /** Scalar, 32 bytes big-endian. SECRET. */
  share: Uint8Array;
}

/**
 * Is this the share that the transcript obliges a fiduciary to release (K12)? Total.
 * @param contributions in transcript order
 */
export const isRightShare = async (
  { ctx, terms }: CustodyOrder,
  contributions: readonly SeatedContribution[],
  { node, share }: ReleasedShare,
  compute: Compute,
): Promise<boolean> => {
  if (!isSingleFiduciary(terms))
    return compute.run('verifyShare', {
      ctx,
      contributions: dkgContributions(contributions),
      node,
      share,
    });
  const made = contributions.find((one) => one.role === 'fiduciary' && one.node === node);
  return made !== undefined && isScalarOf(share, pointOfContribution(made));
};

/** Is this the holder's addend? Total. `addend`: SECRET. */
export const isRightAddend = (
  { terms }: CustodyOrder,
  contributions: readonly SeatedContribution[],
  addend: Uint8Array,
): boolean => {
  const holder = holderOf(terms);
  const made = contributions.find(({ role, node }) => role === holder.role && node === holder.node);
  return made !== undefined && isScalarOf(addend, pointOfContribution(made));
};

/**
 * The wallet key: scalar, 32 bytes big-endian, SECRET; the caller wipes it.
 * @param input.shares `threshold` right shares of different fiduciaries, SECRET; they and the addend stay the caller's
 * @param input.walletKey the certified public key, 33 bytes: no other key is ever handed out (G12)
 * @throws CryptoError crypto/share-invalid, crypto/shares-insufficient, crypto/scalar-range
 */
export const combineWalletKey = (
  { ctx, terms }: CustodyOrder,
  input: { addend: Uint8Array; shares: readonly ReleasedShare[]; walletKey: Uint8Array },
): Buffer => {
  const { addend, shares, walletKey } = input;
  const groupSecret = isSingleFiduciary(terms)
    ? onlyShare(shares)
    : combineShares({ ctx, threshold: terms.threshold, shares });
  try {
    const secret = addScalars([addend, groupSecret]);
    if (isScalarOf(secret, walletKey)) return secret;
    secret.fill(0);
    throw new CryptoError('crypto/share-invalid', 'the shares do not make the certified key');
  } finally {
    groupSecret.fill(0);
  }
};

const onlyShare = ([first]: readonly ReleasedShare[]): Buffer => {
  if (!first) throw new CryptoError('crypto/shares-insufficient', 'no share');
  return Buffer.from(first.share);
};

/** secret·G = point? False also for what is no scalar. */
const isScalarOf = (secret: Uint8Array, point: Uint8Array): boolean => {
  try {
    return Buffer.compare(publicKeyOf(secret), point) === 0;
  } catch (thrown) {
    if (thrown instanceof CryptoError) return false;
    throw thrown;
  }
};
