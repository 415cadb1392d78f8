import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { encode } from '../domain/canonical.ts';
import { KeystoreError } from '../errors.ts';
import type { Purpose } from './keystore.ts';

/**
 * One secret at rest: AES-256-GCM (NIST SP 800-38D) under a key-encryption key.
 *
 *     blob = "MKB1" | nonce 12 | ciphertext 1..8,192 | tag 16          AAD = [FORMAT, purpose, ref], canonical CBOR
 *
 * The nonce is random: one key must not seal more than 2^32 blobs (section 8.3), far above a node's life. The blob
 * does not hide the secret's length, and an old blob of the same purpose and ref is as good as a new one.
 */

const FORMAT = 'milagro/sealed-blob/v1';
const MAGIC = Buffer.from('MKB1', 'latin1');
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export const NONCE_BYTES = 12;
const MAX_SECRET_BYTES = 8_192;
const OVERHEAD = MAGIC.length + NONCE_BYTES + TAG_BYTES;
export const MAX_BLOB_BYTES = OVERHEAD + MAX_SECRET_BYTES;

/** What a blob is for, `kek` being the key that seals all the others. */
type BlobPurpose = Purpose | 'kek';

/**
 * @param key AES key of 32 bytes, secret
 * @param nonce 12 bytes, never used before with this key
 * @param secret 1 to 8,192 bytes; stays the caller's
 * @returns 33 to 8,224 bytes, public
 * @throws KeystoreError keystore/length
 */
export const sealBlob = (
  key: KeyObject,
  nonce: Uint8Array,
  purpose: BlobPurpose,
  ref: string,
  secret: Uint8Array,
): Buffer => {
  if (nonce.length !== NONCE_BYTES)
    throw new KeystoreError('keystore/length', `nonce of ${nonce.length} bytes`);
  if (secret.length === 0 || secret.length > MAX_SECRET_BYTES)
    throw new KeystoreError('keystore/length', `a secret has 1 to ${MAX_SECRET_BYTES} bytes`);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(encode([FORMAT, purpose, ref]));
  const ciphertext = cipher.update(secret);
  cipher.final();
  return Buffer.concat([MAGIC, nonce, ciphertext, cipher.getAuthTag()]);
};

/**
 * @returns the secret, 1 to 8,192 bytes; the caller wipes it
 * @throws KeystoreError keystore/corrupt, the same whatever is wrong: format, key, purpose, ref or any byte
 */
export const openBlob = (
  key: KeyObject,
  purpose: BlobPurpose,
  ref: string,
  blob: Uint8Array,
): Buffer => {
  if (blob.length <= OVERHEAD || blob.length > MAX_BLOB_BYTES) throw corrupt();
  if (!MAGIC.equals(blob.subarray(0, MAGIC.length))) throw corrupt();
  const nonce = blob.subarray(MAGIC.length, MAGIC.length + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(encode([FORMAT, purpose, ref]));
  decipher.setAuthTag(blob.subarray(-TAG_BYTES));
  const secret = decipher.update(blob.subarray(MAGIC.length + NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    secret.fill(0); // not authenticated: nobody may see it
    throw corrupt();
  }
  return secret;
};

const corrupt = () =>
  new KeystoreError('keystore/corrupt', 'a sealed secret is damaged, or is not what it is used as');
