import type { NodeId } from '../domain/ids.ts';
import { CryptoError, type CryptoCode } from '../errors.ts';
import { provesConstantTerm } from './commitment.ts';
import { codeOf, groupCommitmentsOf, groupKeyOf, type DkgContribution } from './dkg-shares.ts';
import { participantOf } from './participant.ts';
import { isGroup, misfitsOf } from './roster.ts';
import { parsePoint } from './secp256k1.ts';

/** Whether what nodes contribute to a key generation (dkg.ts) is right, each by itself and all together. */

/** What is wrong with a set of contributions or shares, and whose doing it is. */
export interface DkgFinding {
  code: CryptoCode;
  /** Empty when nobody in particular is to blame. */
  culprits: NodeId[];
}

/** A round refused. Cloning an error (postMessage) drops its fields: a worker passes code and culprits on as data. */
export class DkgError extends CryptoError {
  readonly culprits: readonly NodeId[];

  constructor({ code, culprits }: DkgFinding) {
    super(code, 'distributed key generation refused');
    this.culprits = culprits;
  }
}

/**
 * What is wrong with one contribution, from anybody; null when nothing is. Total.
 * crypto/roster: not in the roster, if one is given. crypto/commitment-count: not exactly t (K7).
 * crypto/point-invalid, crypto/point-identity, crypto/length: a commitment. crypto/proof-invalid: the proof, which
 * counts for this ctx and node only (K1, K4).
 */
export const verifyDkgContribution = (
  input: DkgContribution & { ctx: Uint8Array; threshold: number; roster?: readonly NodeId[] },
): CryptoCode | null => {
  const { ctx, node, threshold, roster, commitments, proof } = input;
  if (roster !== undefined && !roster.includes(node)) return 'crypto/roster';
  const [constantTerm] = commitments;
  if (commitments.length !== threshold || constantTerm === undefined)
    return 'crypto/commitment-count';
  const malformed = codeOf(() => commitments.forEach(parsePoint));
  if (malformed !== null) return malformed;
  let proven = false;
  const unreadable = codeOf(() => {
    proven = provesConstantTerm(constantTerm, participantOf(ctx, node), proof);
  });
  return unreadable === null && proven ? null : 'crypto/proof-invalid';
};

/**
 * What is wrong with the contributions as a set, each of which passed `verifyDkgContribution`; null when nothing is.
 * Total. crypto/roster: the group is impossible, or a node is missing, repeated or foreign.
 * crypto/commitment-duplicate: two constant terms are equal or negatives of each other; as both are proven, the two
 * nodes know each other's secret. crypto/point-identity: the coefficients of one degree cancel (of the highest: fewer
 * than t shares would do). crypto/commitment-count and the codes of points: a contribution.
 */
export const verifyContributionSet = (input: {
  roster: readonly NodeId[];
  threshold: number;
  contributions: readonly DkgContribution[];
}): DkgFinding | null => {
  const { roster, threshold, contributions } = input;
  if (!isGroup(roster, threshold)) return { code: 'crypto/roster', culprits: [] };
  const misfits = misfitsOf(
    roster,
    contributions.map(({ node }) => node),
  );
  if (misfits.length > 0) return { code: 'crypto/roster', culprits: misfits };
  const uneven = contributions.filter(({ commitments }) => commitments.length !== threshold);
  if (uneven.length > 0)
    return { code: 'crypto/commitment-count', culprits: uneven.map(({ node }) => node) };
  for (const { node, commitments } of contributions) {
    const code = codeOf(() => commitments.forEach(parsePoint));
    if (code !== null) return { code, culprits: [node] };
  }
  const twins = twinsOf(contributions);
  if (twins.length > 0) return { code: 'crypto/commitment-duplicate', culprits: twins };
  const degenerate = codeOf(() => {
    groupKeyOf(contributions);
    groupCommitmentsOf(contributions);
  });
  return degenerate === null ? null : { code: degenerate, culprits: [] };
};

/** Nodes whose constant terms have one x: P = Q or P = -Q. */
const twinsOf = (contributions: readonly DkgContribution[]): NodeId[] => {
  const xs = contributions.map(({ commitments: [term] }) => term?.subarray(1));
  const isTwin = (x: Uint8Array | undefined, i: number): boolean =>
    xs.some((y, j) => i !== j && x && y && Buffer.compare(x, y) === 0);
  return contributions.filter((_, i) => isTwin(xs[i], i)).map(({ node }) => node);
};
