import { mapHashToField } from '@noble/curves/abstract/modular.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { CryptoError } from '../errors.ts';
import type { Random } from '../ports/random.ts';

/**
 * The border of secp256k1 (SEC 2, section 2.4.1): bytes in, bytes out, nothing but valid points and scalars inside.
 *
 * All files on this curve use @noble/curves, not @noble/secp256k1: the DKG exists only there, points of the two
 * libraries cannot be mixed, and what verifies (decoding, multiplication by a public scalar) is twice as fast.
 * @noble/secp256k1 is the independent oracle in tests. Neither is constant in time on a JIT, and a scalar in a bigint
 * cannot be wiped: somebody who measures or reads this process is not kept out.
 */

/** Bytes. */
export const POINT_LENGTH = 33;
export const SCALAR_LENGTH = 32;

/** What `scalarFromUniform` reduces: 384 bits, so that the bias is below 2^-128 (RFC 9380, section 5.1). */
const UNIFORM_LENGTH = 48;

/** A decoded point, never the identity. Stays inside src/crypto. */
export type CurvePoint = InstanceType<typeof secp256k1.Point>;

/**
 * Decodes a compressed point (SEC 1, section 2.3.4), 33 bytes.
 * @throws CryptoError crypto/point-identity (one zero byte, or 33), crypto/length (so also uncompressed),
 *   crypto/point-invalid: prefix, x >= p, off the curve
 */
export const parsePoint = (bytes: Uint8Array): CurvePoint => {
  const zero = bytes.every((byte) => byte === 0);
  if (zero && (bytes.length === 1 || bytes.length === POINT_LENGTH)) throw identity();
  if (bytes.length !== POINT_LENGTH)
    throw new CryptoError('crypto/length', `point of ${bytes.length} bytes`);
  try {
    return secp256k1.Point.fromBytes(bytes);
  } catch (thrown) {
    throw new CryptoError('crypto/point-invalid', 'not a point of secp256k1', { cause: thrown });
  }
};

/** Whether `parsePoint` takes the bytes. */
export const isPoint = (bytes: Uint8Array): boolean => {
  try {
    parsePoint(bytes);
    return true;
  } catch {
    return false;
  }
};

/**
 * Compressed, 33 bytes.
 * @throws CryptoError crypto/point-identity
 */
export const encodePoint = (point: CurvePoint): Buffer => {
  if (point.is0()) throw identity();
  return Buffer.from(point.toBytes(true));
};

/**
 * Refuses what is not a scalar 1..n-1, 32 bytes big-endian. The bytes may be SECRET and are never in the error.
 * @throws CryptoError crypto/length, crypto/scalar-range
 */
export const checkScalar = (bytes: Uint8Array): void => {
  if (bytes.length !== SCALAR_LENGTH)
    throw new CryptoError('crypto/length', `scalar of ${bytes.length} bytes`);
  if (!secp256k1.utils.isValidSecretKey(bytes))
    throw new CryptoError('crypto/scalar-range', 'scalar not in 1..n-1');
};

/** A fresh uniform scalar 1..n-1, 32 bytes big-endian, SECRET; the caller wipes it. */
export const randomScalar = (random: Random): Buffer => {
  const uniform = random.bytes(UNIFORM_LENGTH);
  try {
    return scalarFromUniform(uniform);
  } finally {
    uniform.fill(0);
  }
};

/**
 * Reduces 48 uniform bytes to a uniform scalar 1..n-1, 32 bytes big-endian, SECRET (FIPS 186-5, appendix A.2.1).
 * @throws CryptoError crypto/length
 */
export const scalarFromUniform = (uniform: Uint8Array): Buffer => {
  if (uniform.length !== UNIFORM_LENGTH)
    throw new CryptoError('crypto/length', `${uniform.length} uniform bytes`);
  const scalar = mapHashToField(uniform, secp256k1.Point.Fn.ORDER);
  return Buffer.from(scalar.buffer, scalar.byteOffset, scalar.byteLength);
};

/**
 * scalar·G, compressed, 33 bytes, public. `scalar`: SECRET; stays the caller's.
 * @throws CryptoError crypto/length, crypto/scalar-range
 */
export const publicKeyOf = (scalar: Uint8Array): Buffer => {
  checkScalar(scalar);
  return Buffer.from(secp256k1.getPublicKey(scalar, true));
};

/**
 * z·G - e·P, as every check of a proof of knowledge needs it. Public values only: not constant in time. Two
 * multiplications, because noble has a table for G and halves the scalar for P; its joint one has neither.
 */
export const subtractMultiple = (z: bigint, e: bigint, point: CurvePoint): CurvePoint =>
  secp256k1.Point.BASE.multiplyUnsafe(z).add(point.multiplyUnsafe(secp256k1.Point.Fn.neg(e)));

const identity = (): CryptoError =>
  new CryptoError('crypto/point-identity', 'the point at infinity');
