import { mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { secp256k1, secp256k1_hasher as hasher } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, concatBytes, hexToBytes } from '@noble/curves/utils.js';
import {
  checkScalar,
  parsePoint,
  POINT_LENGTH,
  subtractMultiple,
  type CurvePoint,
} from './secp256k1.ts';

/**
 * Feldman commitments to a polynomial f (RFC 9591, appendix C.2): C[k] = a[k]·G for its coefficients. Public values
 * only, so speed goes before constant time. Vectors: fixtures/crypto/frost-dkg.json.
 */

/** DST of the challenge in FROST's key generation ("HDKG") for FROST(secp256k1, SHA-256), RFC 9591, section 6.5. */
const CHALLENGE_DST = Buffer.from('FROST-secp256k1-SHA256-v1dkg', 'ascii');

/** f(participant)·G: what the share of a participant must give. `participant`: see participant.ts. */
export const evaluateCommitments = (
  commitments: readonly CurvePoint[],
  participant: string,
): CurvePoint => {
  const { Fn } = secp256k1.Point;
  const x = bytesToNumberBE(hexToBytes(participant));
  const powers: bigint[] = [];
  for (let power = Fn.ONE; powers.length < commitments.length; power = Fn.mul(power, x))
    powers.push(power);
  return mulAddUnsafe(secp256k1.Point, [...commitments], powers);
};

/** Commitments to the sum of the polynomials. All vectors have one length; a sum may be the identity. */
export const addCommitments = (vectors: readonly (readonly CurvePoint[])[]): CurvePoint[] => {
  const [first = []] = vectors;
  const sums = first.map(() => secp256k1.Point.ZERO);
  return sums.map((zero, k) =>
    vectors.reduce((sum, vector) => sum.add(vector[k] ?? secp256k1.Point.ZERO), zero),
  );
};

/**
 * Whether `proof`, R || mu of 65 bytes, shows knowledge of the constant term by this participant: Komlo and Goldberg,
 * FROST (eprint 2020/852), figure 1, round 1, step 5, with the encodings of frost-core: mu·G - c·C[0] = R.
 * @throws CryptoError crypto/length, crypto/point-invalid, crypto/point-identity, crypto/scalar-range: malformed
 */
export const provesConstantTerm = (
  constantTerm: Uint8Array,
  participant: string,
  proof: Uint8Array,
): boolean => {
  const { Fn } = secp256k1.Point;
  const point = parsePoint(constantTerm);
  const r = parsePoint(proof.subarray(0, POINT_LENGTH));
  const response = proof.subarray(POINT_LENGTH);
  checkScalar(response);
  const challenged = concatBytes(hexToBytes(participant), point.toBytes(true), r.toBytes(true));
  const c = hasher.hashToScalar(challenged, { DST: CHALLENGE_DST });
  return subtractMultiple(Fn.fromBytes(response), c, point).equals(r);
};
