import { decode, encode } from '../domain/canonical.ts';
import { bytes, bytesBetween, closed, integer, parse } from '../domain/schema.ts';
import { CodecError, KeystoreError } from '../errors.ts';
import { MAX_BLOB_BYTES } from './sealed-blob.ts';
import { SALT_BYTES, type Argon2Cost } from './unlock-key.ts';

/**
 * What a keystore file holds, in canonical DAG-CBOR: `{ v: 1, argon2id: { salt, memory, passes, parallelism }, kek }`.
 * `kek` is the key-encryption key, a sealed blob under the key that passphrase or key file give. That it opens is the
 * proof of the right passphrase before any other secret is touched; that it is random lets the passphrase change
 * without sealing every secret again. Salt and costs need no seal of their own: changed, they give another key.
 */
export interface KeystoreFile {
  salt: Uint8Array;
  cost: Argon2Cost;
  kek: Uint8Array;
}

export const MAX_KEYSTORE_FILE_BYTES = MAX_BLOB_BYTES;

/** The costs that a file may ask for, so that a damaged one cannot hold up the host. 4 GiB, in KiB. */
const MOST_MEMORY = 4 * 1_024 * 1_024;
const MOST_PASSES = 64;
const MOST_PARALLELISM = 64;

const keystoreFile = closed({
  v: integer(1, 1),
  argon2id: closed({
    salt: bytes(SALT_BYTES),
    memory: integer(8, MOST_MEMORY),
    passes: integer(1, MOST_PASSES),
    parallelism: integer(1, MOST_PARALLELISM),
  }),
  kek: bytesBetween(1, MAX_BLOB_BYTES),
});

/** @throws CodecError codec/schema: with such costs it would never open again */
export const encodeKeystoreFile = ({ salt, cost, kek }: KeystoreFile): Uint8Array =>
  encode(parse(keystoreFile, { v: 1, argon2id: { salt, ...cost }, kek }, 'keystore file'));

/** @throws KeystoreError keystore/corrupt */
export const decodeKeystoreFile = (content: Uint8Array): KeystoreFile => {
  try {
    const { argon2id, kek } = parse(keystoreFile, decode(content), 'keystore file');
    const { salt, ...cost } = argon2id;
    return { salt, cost, kek };
  } catch (thrown) {
    if (!(thrown instanceof CodecError)) throw thrown;
    throw new KeystoreError('keystore/corrupt', `not a keystore file: ${thrown.message}`, {
      cause: thrown,
    });
  }
};
