import type { NodeId } from '../domain/ids.ts';
import { CryptoError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import { DkgError, verifyContributionSet, verifyDkgContribution } from './dkg-contribution.ts';
import { dealShares, drawPolynomial, sumShares, type Published } from './dkg-library.ts';
import { groupKeyOf, verifyDealtShare, type DkgContribution } from './dkg-shares.ts';
import { decodeState, encodeState, type DkgState } from './dkg-state.ts';
import { taggedHash } from './hash.ts';
import { participantOf } from './participant.ts';
import { isGroup, misfitsOf } from './roster.ts';

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

const checkSeat = ({ roster, threshold, self }: Seat): void => {
  if (!isGroup(roster, threshold) || !roster.includes(self))
    throw new CryptoError('crypto/roster', `${threshold} of ${roster.length}, or we have no seat`);
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

const missing = (node: NodeId): never => {
  throw new CryptoError('crypto/state-invalid', `no share was dealt for ${node}`);
};
