import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CryptoError } from '../errors.ts';

/**
 * Raw key bytes <-> node's KeyObject, for the three asymmetric types that OpenSSL computes here. Needs the raw key
 * formats of Node >= 24.15. A KeyObject keeps the secret outside the JavaScript heap, but is freed, not wiped.
 */

export type RawKeyType = 'ed25519' | 'x25519' | 'ml-kem-768';

/** @throws CryptoError crypto/key-invalid: wrong length, or (ML-KEM) a coefficient >= q (FIPS 203, section 7.2) */
export const rawPublicKey = (type: RawKeyType, bytes: Uint8Array): KeyObject => {
  try {
    const key = Buffer.from(bytes);
    return createPublicKey({ key, format: 'raw-public', asymmetricKeyType: type });
  } catch (thrown) {
    throw new CryptoError('crypto/key-invalid', `not a public key of ${type}`, { cause: thrown });
  }
};

/**
 * `secret`: the 32 byte private key of RFC 8032 and RFC 7748, or the 64 byte seed d || z of FIPS 203, section 6.1.
 * SECRET; stays the caller's, who wipes it.
 */
export const rawPrivateKey = (type: RawKeyType, secret: Buffer): KeyObject =>
  createPrivateKey({
    key: secret,
    format: type === 'ml-kem-768' ? 'raw-seed' : 'raw-private',
    asymmetricKeyType: type,
  });

/** Public bytes of a public key, or of the public half of a private key. */
export const rawPublicBytes = (key: KeyObject): Buffer => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'raw-public' });
};
