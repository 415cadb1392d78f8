import { taggedHash } from '../crypto/hash.ts';
import { verifyDkgContribution } from '../crypto/dkg-contribution.ts';
import type { DkgContribution } from '../crypto/dkg-shares.ts';
import { dkgRound1 } from '../crypto/dkg.ts';
import { provePossession, verifyPossession } from '../crypto/proof-of-knowledge.ts';
import { isPoint, randomScalar } from '../crypto/secp256k1.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { NodeId, Role } from '../domain/ids.ts';
import type { Contribution, SeatedContribution } from '../domain/messages.ts';
import { contributorsOf, isSingleFiduciary, type Seat, type Terms } from '../domain/terms.ts';
import type { Random } from '../ports/random.ts';

/**
 * What the holder and each fiduciary bring to the wallet key (docs/protocol.md, section 4). Each proves that it knows
 * its own part, bound to this order, role and node: so nobody can answer the others' parts with a difference and own
 * the sum alone (K1), nor repeat a proof from elsewhere (K4).
 */

/** What all checks of one order share. */
export interface CustodyOrder {
  /** orderContext of the order, 32 bytes. */
  ctx: Uint8Array;
  terms: Terms;
}

/** H("milagro/contribution/v1", role, node, contribution), 32 bytes, public. */
export const contributionDigest = ({ role, node, contribution }: SeatedContribution): Buffer =>
  taggedHash('milagro/contribution/v1', role, node, contribution);

/** One public point, or, of several fiduciaries, the commitments to a polynomial. */
export const contributionKind = (terms: Terms, role: Role): 'point' | 'polynomial' =>
  role === 'fiduciary' && !isSingleFiduciary(terms) ? 'polynomial' : 'point';

/** The fiduciaries, by id: participants of the key generation. */
export const rosterOf = ({ fiduciaries }: Terms): NodeId[] => fiduciaries.map(({ id }) => id);

/** `secret`: SECRET; the caller wipes it. */
export interface Drawn {
  contribution: Contribution;
  secret: Buffer;
}

/** A fresh part of a wallet key for a seat that brings one point. `secret`: scalar, 32 bytes big-endian. */
export const drawPoint = ({ ctx }: CustodyOrder, { role, node }: Seat, random: Random): Drawn => {
  const secret = randomScalar(random);
  const { point, proof } = provePossession({ ctx, role, node, secret, random });
  return { contribution: { kind: 'point', point, proof }, secret };
};

/** First round of the key generation for one of several fiduciaries. `secret`: its state for the next round. */
export const drawPolynomial = (
  { ctx, terms }: CustodyOrder,
  node: NodeId,
  random: Random,
): Drawn => {
  const { commitments, proof, secret } = dkgRound1({
    ctx,
    roster: rosterOf(terms),
    self: node,
    threshold: terms.threshold,
    random,
  });
  return { contribution: { kind: 'polynomial', commitments, proof }, secret };
};

/**
 * What is wrong with one contribution, undefined when nothing is. Total: never throws, whatever the bytes.
 * Whether contributions fit each other, deriveWallet tells.
 */
export const checkContribution = (
  { ctx, terms }: CustodyOrder,
  { role, node, contribution }: SeatedContribution,
): FaultCode | undefined => {
  const seated = contributorsOf(terms).some((seat) => seat.role === role && seat.node === node);
  if (!seated || contribution.kind !== contributionKind(terms, role))
    return 'fault/contribution-malformed';
  if (contribution.kind === 'point') {
    const { point, proof } = contribution;
    if (!isPoint(point)) return 'fault/contribution-malformed';
    return verifyPossession({ ctx, role, node, point, proof }) ? undefined : 'fault/proof-invalid';
  }
  const { commitments, proof } = contribution;
  const { threshold } = terms;
  const finding = verifyDkgContribution({ ctx, node, threshold, commitments, proof });
  if (finding === null) return undefined;
  return finding === 'crypto/proof-invalid'
    ? 'fault/proof-invalid'
    : 'fault/contribution-malformed';
};

/** The contributions that take part in the key generation, in the form that it knows. */
export const dkgContributions = (contributions: readonly SeatedContribution[]): DkgContribution[] =>
  contributions.flatMap(({ node, contribution }) =>
    contribution.kind === 'polynomial'
      ? [{ node, commitments: contribution.commitments, proof: contribution.proof }]
      : [],
  );
