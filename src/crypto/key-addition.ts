import { secp256k1 } from '@noble/curves/secp256k1.js';
import { CryptoError } from '../errors.ts';
import { checkScalar, encodePoint, parsePoint, type CurvePoint } from './secp256k1.ts';

/**
 * The wallet key is the sum of what the parties bring, and its private key the sum of their secrets, which meet only
 * at the beneficiary (docs/protocol.md, section 4): (a + b)·G = a·G + b·G.
 *
 * Addition alone does not protect against a party that chooses its point last and knows no secret of it (K1): every
 * part needs its proof of knowledge first.
 */

/**
 * Sum of compressed points, 33 bytes.
 * @throws CryptoError crypto/point-identity: no points, or a part, a partial sum in the given order or the sum is the
 *   identity; crypto/length, crypto/point-invalid
 */
export const addPoints = (points: readonly Uint8Array[]): Buffer => {
  let sum = secp256k1.Point.ZERO;
  for (const bytes of points) {
    sum = sum.add(parsePoint(bytes));
    if (sum.is0()) throw new CryptoError('crypto/point-identity', 'points cancel each other');
  }
  return encodePoint(sum);
};

/** F and B + F, 33 bytes each; or the place of the first point that repeats or cancels what came before it (K5). */
export type KeySums = { groupKey: Buffer; walletKey: Buffer } | { degenerateAt: number };

/**
 * The sums that make a wallet. Every point is parsed once: that is most of the work.
 * @param points B, then those that add up to F, at least one; compressed, 33 bytes
 * @throws CryptoError crypto/point-identity: fewer than two; crypto/length, crypto/point-invalid
 */
export const addToHolder = (points: readonly Uint8Array[]): KeySums => {
  const [holder, ...others] = points.map(parsePoint);
  if (!holder || others.length === 0)
    throw new CryptoError('crypto/point-identity', 'nothing to add');
  let sum = secp256k1.Point.ZERO;
  for (const [i, point] of others.entries()) {
    sum = sum.add(point);
    const isRepeated = [holder, ...others.slice(0, i)].some((p) => isSameOrOpposite(p, point));
    if (isRepeated || sum.is0() || sum.add(holder).is0()) return { degenerateAt: i + 1 };
  }
  return { groupKey: encodePoint(sum), walletKey: encodePoint(holder.add(sum)) };
};

const isSameOrOpposite = (p: CurvePoint, q: CurvePoint): boolean =>
  p.equals(q) || p.equals(q.negate());

/**
 * Sum of scalars mod n, 32 bytes big-endian, SECRET. The parts stay the caller's.
 * @throws CryptoError crypto/length, crypto/scalar-range: a part is not in 1..n-1, there is none, or the sum is zero
 */
export const addScalars = (scalars: readonly Uint8Array[]): Buffer => {
  const { Fn } = secp256k1.Point;
  let sum = Fn.ZERO;
  for (const bytes of scalars) {
    checkScalar(bytes);
    sum = Fn.add(sum, Fn.fromBytes(bytes));
  }
  if (Fn.is0(sum)) throw new CryptoError('crypto/scalar-range', 'scalars add up to zero');
  const bytes = Fn.toBytes(sum);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};
