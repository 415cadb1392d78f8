import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { CryptoError } from '../errors.ts';

/**
 * AES-256-GCM (NIST SP 800-38D) with 96 bit nonces and 128 bit tags. Vectors: fixtures/crypto/aes-gcm.json.
 *
 * Two messages under one (key, nonce) give away their XOR and the authentication key: a caller uses a key once, or
 * counts nonces. GCM does not commit to its key (one ciphertext can open under two chosen keys) and hides no length.
 */

/** Bytes. */
export const AEAD_KEY_LENGTH = 32;
export const AEAD_NONCE_LENGTH = 12;
export const AEAD_TAG_LENGTH = 16;

const CIPHER = 'aes-256-gcm';
const OPTIONS = { authTagLength: AEAD_TAG_LENGTH };

/** 32 bytes or a secret KeyObject of as many; SECRET; stays the caller's. */
export type AeadKey = Uint8Array | KeyObject;

/**
 * Ciphertext || tag: 16 bytes longer than the plaintext.
 * @throws CryptoError crypto/length: key or nonce
 */
export const aesGcmSeal = (input: {
  key: AeadKey;
  nonce: Uint8Array;
  plaintext: Uint8Array;
  aad: Uint8Array;
}): Buffer => {
  checkLengths(input.key, input.nonce);
  const cipher = createCipheriv(CIPHER, input.key, input.nonce, OPTIONS);
  cipher.setAAD(input.aad);
  return Buffer.concat([cipher.update(input.plaintext), cipher.final(), cipher.getAuthTag()]);
};

/**
 * The plaintext, SECRET.
 * @throws CryptoError crypto/decrypt-failed: wrong key, nonce, ciphertext, tag or associated data, without saying
 *   which; crypto/length: key or nonce
 */
export const aesGcmOpen = (input: {
  key: AeadKey;
  nonce: Uint8Array;
  sealed: Uint8Array;
  aad: Uint8Array;
}): Buffer => {
  checkLengths(input.key, input.nonce);
  const end = input.sealed.length - AEAD_TAG_LENGTH;
  if (end < 0) throw decryptFailed();
  const decipher = createDecipheriv(CIPHER, input.key, input.nonce, OPTIONS);
  decipher.setAAD(input.aad).setAuthTag(input.sealed.subarray(end));
  const plaintext = decipher.update(input.sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw decryptFailed();
  }
  return plaintext;
};

const decryptFailed = (): CryptoError =>
  new CryptoError('crypto/decrypt-failed', 'authentication failed');

const checkLengths = (key: AeadKey, nonce: Uint8Array): void => {
  const keyLength = key instanceof Uint8Array ? key.length : key.symmetricKeySize;
  if (keyLength !== AEAD_KEY_LENGTH) throw new CryptoError('crypto/length', 'AES-256-GCM key');
  if (nonce.length !== AEAD_NONCE_LENGTH)
    throw new CryptoError('crypto/length', `AES-256-GCM nonce of ${nonce.length} bytes`);
};
