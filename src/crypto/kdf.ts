import { hkdfSync, type KeyObject } from 'node:crypto';
import { CryptoError } from '../errors.ts';

/**
 * HKDF-SHA-256 (RFC 5869) with an empty salt, so only for a `secret` that is uniformly random already (a KEM secret,
 * a random key). It does not stretch a passphrase. Vectors: fixtures/crypto/hkdf.json.
 */

/** 255 blocks of SHA-256 (RFC 5869, section 2.3). */
const MAX_LENGTH = 8_160;

/**
 * `length` bytes, SECRET. `secret` stays the caller's. Different `info`, independent keys.
 * @throws CryptoError crypto/length: not 1..8160
 */
export const hkdfSha256 = (input: {
  secret: Uint8Array | KeyObject;
  info: Uint8Array;
  length: number;
}): Buffer => {
  const { secret, info, length } = input;
  if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH)
    throw new CryptoError('crypto/length', `HKDF output of ${length} bytes`);
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), info, length));
};
