import { sign as nativeSign, verify as nativeVerify, type KeyObject } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { CryptoError } from '../errors.ts';
import { rawPrivateKey, rawPublicBytes, rawPublicKey } from './raw-key.ts';

/**
 * Ed25519 (RFC 8032, section 5.1; PureEdDSA, no context). Vectors: fixtures/crypto/ed25519.json.
 *
 * Signs what it is given: callers pass a tagged hash, so that no signature is valid for two purposes. Verification is
 * OpenSSL's, without cofactor; it refuses S >= L, so nobody can turn a signature into a second one. Not safe against
 * a quantum computer.
 */

/** Bytes. */
const SIGN_SEED_LENGTH = 32;

/** `privateKey` is SECRET. */
export interface SignKey {
  /** 32 bytes. */
  publicKey: Buffer;
  privateKey: KeyObject;
}

/** A public key, parsed and checked once. */
export interface VerifyKey {
  /** The 32 bytes it was parsed from. */
  bytes: Buffer;
  key: KeyObject;
}

/**
 * `seed`: 32 bytes, uniformly random, SECRET; stays the caller's.
 * @throws CryptoError crypto/length
 */
export const signKeyFromSeed = (seed: Uint8Array): SignKey => {
  if (seed.length !== SIGN_SEED_LENGTH)
    throw new CryptoError('crypto/length', `Ed25519 seed of ${seed.length} bytes`);
  const copy = Buffer.from(seed);
  try {
    const privateKey = rawPrivateKey('ed25519', copy);
    return { publicKey: rawPublicBytes(privateKey), privateKey };
  } finally {
    copy.fill(0);
  }
};

/**
 * `bytes`: 32, from anybody.
 * @throws CryptoError crypto/key-invalid: length, not canonical, not on the curve, of small order
 */
export const importVerifyKey = (bytes: Uint8Array): VerifyKey => {
  refuseBadPoint(bytes);
  return { bytes: Buffer.from(bytes), key: rawPublicKey('ed25519', bytes) };
};

/** 64 bytes, deterministic. */
export const sign = (key: SignKey, message: Uint8Array): Buffer =>
  nativeSign(null, message, key.privateKey);

/** Total: whatever is not a valid signature, of whatever length, is `false`. */
export const verify = (key: VerifyKey, message: Uint8Array, signature: Uint8Array): boolean =>
  nativeVerify(null, message, key.key, signature);

/**
 * OpenSSL takes any 32 bytes for a public key. Under one of small order a signature can be made that is valid for
 * every message, without any secret.
 */
const refuseBadPoint = (bytes: Uint8Array): void => {
  let small: boolean;
  try {
    small = ed25519.Point.fromBytes(Uint8Array.from(bytes)).isSmallOrder();
  } catch (thrown) {
    throw new CryptoError('crypto/key-invalid', 'not an Ed25519 public key', { cause: thrown });
  }
  if (small) throw new CryptoError('crypto/key-invalid', 'Ed25519 public key of small order');
};
