import { coinOf } from '../coins/coins.ts';
import { taggedHash } from '../crypto/hash.ts';
import { addToHolder } from '../crypto/key-addition.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { NodeId } from '../domain/ids.ts';
import type { SeatedContribution } from '../domain/messages.ts';
import { contributorsOf, type Terms } from '../domain/terms.ts';
import { CryptoError } from '../errors.ts';
import { contributionDigest, type CustodyOrder } from './contribution.ts';

/**
 * The wallet that contributions make: W = B + F, where B is the holder's point and F the sum of the fiduciaries'
 * constant terms (docs/protocol.md, section 4). A pure function: every party computes it for itself (K11).
 */
export interface Wallet {
  /** F: public key of what the fiduciaries hold together, 33 bytes. */
  groupKey: Buffer;
  /** W, 33 bytes. */
  walletKey: Buffer;
  address: string;
  /** H("milagro/transcript/v1", ctx, digests), 32 bytes. */
  transcript: Buffer;
  /** Digests of the contributions in the order of the transcript. */
  digests: Buffer[];
}

/** A wallet, or who is to blame that there is none. */
export type Derived = { wallet: Wallet } | { wallet: null; culprit: NodeId; code: FaultCode };

/** @param digests contributionDigest of each contributor: holder, then fiduciaries by id */
export const transcriptOf = (ctx: Uint8Array, digests: readonly Uint8Array[]): Buffer =>
  taggedHash('milagro/transcript/v1', ctx, digests);

/** The one contribution of each contributor, in the order of the transcript; undefined while one is missing. */
export const inTranscriptOrder = (
  terms: Terms,
  contributions: readonly SeatedContribution[],
): SeatedContribution[] | undefined => {
  const seats = contributorsOf(terms);
  const ordered = seats
    .map((seat) => contributions.find(({ role, node }) => role === seat.role && node === seat.node))
    .filter((made) => made !== undefined);
  return ordered.length === seats.length ? ordered : undefined;
};

/** The point that a contribution adds to the wallet key, 33 bytes. */
export const pointOfContribution = ({
  contribution,
}: Pick<SeatedContribution, 'contribution'>): Uint8Array => {
  if (contribution.kind === 'point') return contribution.point;
  const [constant] = contribution.commitments;
  if (!constant) throw new CryptoError('crypto/commitment-count', 'no commitments');
  return constant;
};

/**
 * Who brings a part that repeats or cancels what came before it is to blame (K5): each contributor has proven that it
 * knows its own part, so an honest one, whose part is random, is never hit; only parties that share their secrets are.
 * @param contributions in transcript order, each checked by `checkContribution`
 * @throws CoinError coin/unknown
 */
export const deriveWallet = (
  { ctx, terms }: CustodyOrder,
  contributions: readonly SeatedContribution[],
): Derived => {
  const sums = addToHolder(contributions.map(pointOfContribution));
  if ('degenerateAt' in sums) {
    const culprit = contributions[sums.degenerateAt];
    if (!culprit) throw new CryptoError('crypto/point-identity', 'nobody brought it');
    return { wallet: null, culprit: culprit.node, code: 'fault/sum-identity' };
  }
  const digests = contributions.map(contributionDigest);
  return {
    wallet: {
      ...sums,
      address: coinOf(terms.coin).address(sums.walletKey),
      transcript: transcriptOf(ctx, digests),
      digests,
    },
  };
};
