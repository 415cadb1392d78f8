import { secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import type { NodeId } from '../domain/ids.ts';
import { CryptoError, type CryptoCode } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import { addCommitments, evaluateCommitments, provesConstantTerm } from './commitment.ts';
import { dealShares, drawPolynomial, sumShares, type Published } from './dkg-library.ts';
import { decodeState, encodeState, type DkgState } from './dkg-state.ts';
import { taggedHash } from './hash.ts';
import { addPoints } from './key-addition.ts';
import { participantOf } from './participant.ts';
import { isGroup, misfitsOf } from './roster.ts';
import { checkScalar, encodePoint, parsePoint, publicKeyOf } from './secp256k1.ts';

/**
 * t-of-n distributed key generation of the fiduciaries: Komlo and Goldberg, FROST (eprint 2020/852), figure 1, in the
 * encodings of frost-core, the companion of RFC 9591, for FROST(secp256k1, SHA-256). Vectors:
 * fixtures/crypto/frost-dkg.json. Each node deals a polynomial of degree t-1; the group key is the sum of the constant
 * terms, a node's share the sum of the polynomials at its place. 2 <= t <= n; `ctx` is 32 bytes, the order's.
 *
 * Round functions take and give plain data, so that they run in a worker thread and after a restart; repeated with the
 * same input they give the same output.
 *
 * Does not protect against t colluding nodes, which can compute the group's secret. The last speaker can bias the
 * group key (not know its secret). That all nodes saw the same contributions is agreed by the certificate, not here.
 */

/** Public part of round 1. */
export interface DkgContribution {
  node: NodeId;
  /** t points of 33 bytes, constant term first. */
  commitments: readonly Uint8Array[];
  /** Proof of knowledge of the constant term, R || mu, 65 bytes. */
  proof: Uint8Array;
}

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

interface Group {
  ctx: Uint8Array;
  /** All n nodes, in any order. */
  roster: readonly NodeId[];
  threshold: number;
}
type Seat = Group & { self: NodeId };

/**
 * Round 1: a fresh polynomial. `secret`: round state, SECRET, for `dkgRound2`; the caller seals and wipes it.
 * @throws CryptoError crypto/roster: t not in 2..n, a node twice, or self not among them
 */
export const dkgRound1 = (
  input: Seat & { random: Random },
): { commitments: Buffer[]; proof: Buffer; secret: Buffer } => {
  checkSeat(input);
  const { ctx, roster, self, threshold, random } = input;
  const participant = participantOf(ctx, self);
  const drawn = drawPolynomial({ participant, threshold, n: roster.length, random });
  const { coefficients, proof } = drawn;
  const commitments = Buffer.concat(drawn.commitments);
  const state = { ctx, self, threshold, coefficients, commitments, agreed: Buffer.alloc(0) };
  const secret = encodeState({ v: 1, round: 1, ...state });
  coefficients.fill(0);
  return { commitments: drawn.commitments, proof, secret };
};

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
export const verifyContributionSet = (
  input: Omit<Group, 'ctx'> & { contributions: readonly DkgContribution[] },
): DkgFinding | null => {
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

/**
 * Round 2: one share of our polynomial for each other node. `contributions`: of all nodes, ours included.
 * `secret` in: of round 1; out: SECRET, for `dkgFinish`. `share`: 32 bytes, SECRET, for `to` alone.
 * @throws DkgError as verifyContributionSet and verifyDkgContribution say; CryptoError crypto/roster, and
 *   crypto/state-invalid: not our state of round 1, or under our name stands what we did not contribute
 */
export const dkgRound2 = (
  input: Seat & { secret: Uint8Array; contributions: readonly DkgContribution[] },
): { secret: Buffer; shares: { to: NodeId; share: Buffer }[] } => {
  checkSeat(input);
  const finding = verifyContributionSet(input);
  if (finding !== null) throw new DkgError(finding);
  const state = decodeState(input.secret, input, 1);
  try {
    const own = ownPolynomial(state, input.contributions);
    const others = othersOf(input);
    const dealt = orBlame(
      () => dealShares(own, others),
      () => blameContributions(input),
    );
    const agreed = digestOf(input.contributions);
    return {
      secret: encodeState({ ...state, round: 2, agreed }),
      shares: others.map(({ node, participant }) => ({
        to: node,
        share: dealt.get(participant) ?? missing(node),
      })),
    };
  } finally {
    state.coefficients.fill(0);
  }
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

/**
 * The end: our share of the group's secret, 32 bytes big-endian, SECRET, and the group key, 33 bytes.
 * `secret`: of round 2. `contributions`: the same as in round 2. `shares`: what every other node dealt to us, SECRET;
 * they stay the caller's.
 * @throws DkgError crypto/share-invalid: shares that their dealers' commitments contradict; crypto/roster: from nodes
 *   that are missing, repeated or foreign; CryptoError crypto/roster, and crypto/state-invalid: not our state of
 *   round 2, or other contributions than we dealt for
 */
export const dkgFinish = (
  input: Seat & {
    secret: Uint8Array;
    contributions: readonly DkgContribution[];
    shares: readonly { from: NodeId; share: Uint8Array }[];
  },
): { share: Buffer; groupKey: Buffer } => {
  checkSeat(input);
  const { ctx, contributions, shares } = input;
  const state = decodeState(input.secret, input, 2);
  try {
    if (Buffer.compare(digestOf(contributions), state.agreed) !== 0)
      throw new CryptoError('crypto/state-invalid', 'other contributions than in round 2');
    checkDealers(input);
    const own = ownPolynomial(state, contributions);
    const dealt = shares.map(({ from, share }) => [participantOf(ctx, from), share] as const);
    const share = orBlame(
      () => sumShares(own, othersOf(input), new Map(dealt)),
      () => blameShares(input),
    );
    return { share, groupKey: groupKeyOf(contributions) };
  } finally {
    state.coefficients.fill(0);
  }
};

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

const checkSeat = ({ roster, threshold, self }: Seat): void => {
  if (!isGroup(roster, threshold) || !roster.includes(self))
    throw new CryptoError('crypto/roster', `${threshold} of ${roster.length}, or we have no seat`);
};

/** Nodes whose constant terms have one x: P = Q or P = -Q. */
const twinsOf = (contributions: readonly DkgContribution[]): NodeId[] => {
  const xs = contributions.map(({ commitments: [term] }) => term?.subarray(1));
  const isTwin = (x: Uint8Array | undefined, i: number): boolean =>
    xs.some((y, j) => i !== j && x && y && Buffer.compare(x, y) === 0);
  return contributions.filter((_, i) => isTwin(xs[i], i)).map(({ node }) => node);
};

/** The library checks every proof and share itself; whose is wrong is looked for only once it refused. */
const orBlame = <T>(work: () => T, blame: () => void): T => {
  try {
    return work();
  } catch {
    // Not kept as the cause: the library's messages may show the values they refuse.
    blame();
    throw new CryptoError('crypto/state-invalid', 'round refused, and nobody else is to blame');
  }
};

const blameContributions = (input: Group & { contributions: readonly DkgContribution[] }): void => {
  const { ctx, threshold, contributions } = input;
  for (const contribution of contributions) {
    const code = verifyDkgContribution({ ...contribution, ctx, threshold });
    if (code !== null) throw new DkgError({ code, culprits: [contribution.node] });
  }
};

interface Dealt {
  shares: readonly { from: NodeId; share: Uint8Array }[];
}

const checkDealers = ({ roster, self, shares }: Seat & Dealt): void => {
  const others = roster.filter((node) => node !== self);
  const culprits = misfitsOf(
    others,
    shares.map(({ from }) => from),
  );
  if (culprits.length > 0) throw new DkgError({ code: 'crypto/roster', culprits });
};

const blameShares = (input: Seat & Dealt & { contributions: readonly DkgContribution[] }): void => {
  const { ctx, roster, self, contributions, shares } = input;
  const culprits = shares
    .filter(({ from, share }) => {
      const commitments = contributions.find(({ node }) => node === from)?.commitments ?? [];
      return !verifyDealtShare({ ctx, roster, from, to: self, commitments, share });
    })
    .map(({ from }) => from);
  if (culprits.length > 0) throw new DkgError({ code: 'crypto/share-invalid', culprits });
};

/** Our polynomial, and that what stands under our name is what we made. */
const ownPolynomial = (state: DkgState, contributions: readonly DkgContribution[]) => {
  const own = contributions.find(({ node }) => node === state.self);
  if (!own || Buffer.compare(Buffer.concat([...own.commitments]), state.commitments) !== 0)
    throw new CryptoError('crypto/state-invalid', 'not what we contributed');
  const { coefficients } = state;
  const participant = participantOf(state.ctx, state.self);
  return { participant, coefficients, commitments: own.commitments };
};

const othersOf = (
  input: Seat & { contributions: readonly DkgContribution[] },
): (Published & { node: NodeId })[] =>
  input.contributions
    .filter(({ node }) => node !== input.self)
    .map((other) => ({ ...other, participant: participantOf(input.ctx, other.node) }));

/** H("milagro/dkg/v1", [[node, commitments, proof], …] by node), 32 bytes. */
const digestOf = (contributions: readonly DkgContribution[]): Buffer => {
  const rows = contributions.map(({ node, commitments, proof }) => [node, commitments, proof]);
  return taggedHash(
    'milagro/dkg/v1',
    rows.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
};

/** Code of the CryptoError that `check` throws; null when it passes. */
const codeOf = (check: () => void): CryptoCode | null => {
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

const missing = (node: NodeId): never => {
  throw new CryptoError('crypto/state-invalid', `no share was dealt for ${node}`);
};
