import { timingSafeEqual } from 'node:crypto';
import { AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, aesGcmOpen, aesGcmSeal } from '../crypto/aead.ts';
import { taggedHash } from '../crypto/hash.ts';
import { hkdfSha256 } from '../crypto/kdf.ts';
import { decapsulate, type Encapsulate, type KemKey, type KemPublicKey } from '../crypto/kem.ts';
import type { KeyRef, Wrap } from '../domain/envelope.ts';

/**
 * The content key of an envelope and its way to each recipient (docs/protocol.md, section 2). Every key here encrypts
 * exactly one thing, so the nonce may be constant (NIST SP 800-38D, section 8: unique per key).
 */
export const CONTENT_KEY_LENGTH = AEAD_KEY_LENGTH;
export const ONLY_NONCE: Uint8Array = new Uint8Array(AEAD_NONCE_LENGTH);

/**
 * Binds an envelope to one content key, 32 bytes, public. GCM alone does not: one ciphertext can be made to open
 * under two keys, and two recipients would read two messages (attack E17).
 */
export const commitmentOf = (contentKey: Buffer): Buffer =>
  taggedHash('milagro/cek/v1', contentKey);

export const isCommitted = (contentKey: Buffer, commit: Uint8Array): boolean =>
  timingSafeEqual(commitmentOf(contentKey), commit);

/** @param header header hash, 32 bytes */
export const wrapKey = (input: {
  contentKey: Buffer;
  to: KeyRef;
  header: Buffer;
  publicKey: KemPublicKey;
  encapsulate: Encapsulate;
}): Wrap => {
  const { sharedSecret, enc } = input.encapsulate(input.publicKey);
  const key = keyEncryptionKey(sharedSecret, input.header, input.to);
  try {
    const plaintext = input.contentKey;
    return { enc, key: aesGcmSeal({ key, nonce: ONLY_NONCE, plaintext, aad: input.header }) };
  } finally {
    key.fill(0);
  }
};

/** The content key, 32 bytes, SECRET: the caller wipes it. @throws CryptoError crypto/decrypt-failed */
export const unwrapKey = (input: {
  wrap: Wrap;
  to: KeyRef;
  header: Buffer;
  privateKey: KemKey;
}): Buffer => {
  const sharedSecret = decapsulate(input.privateKey, input.wrap.enc);
  const key = keyEncryptionKey(sharedSecret, input.header, input.to);
  try {
    return aesGcmOpen({ key, nonce: ONLY_NONCE, sealed: input.wrap.key, aad: input.header });
  } finally {
    key.fill(0);
  }
};

/** Wipes the shared secret. */
const keyEncryptionKey = (sharedSecret: Buffer, header: Buffer, to: KeyRef): Buffer => {
  try {
    const info = taggedHash('milagro/wrap/v1', header, to.id, to.key);
    return hkdfSha256({ secret: sharedSecret, info, length: AEAD_KEY_LENGTH });
  } finally {
    sharedSecret.fill(0);
  }
};
