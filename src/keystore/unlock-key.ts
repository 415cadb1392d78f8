import { argon2, createSecretKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { KeystoreError, reason } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import { createSecretFile, readSecretFile } from './secret-file.ts';

/**
 * What opens a keystore file. A key file is for starts without a human: it protects a copy of the keystore that was
 * taken without it, so it belongs on another medium (or into a mounted credential), never into the same backup.
 */
export type Unlock = { passphrase: Buffer } | { keyFile: string };

/** Argon2 version 1.3 (RFC 9106, section 3.1). */
export interface Argon2Cost {
  /** KiB, at least 8 for each lane. */
  memory: number;
  passes: number;
  /** Lanes. */
  parallelism: number;
}

/** The second recommended option of RFC 9106, section 4: for hosts that do not have 2 GiB to spare. */
export const DEFAULT_COST: Argon2Cost = { memory: 65_536, passes: 3, parallelism: 4 };

export const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Of a new one: it is all that stands between a stolen disk and the keys, and can be guessed without limit. */
const LEAST_PASSPHRASE_BYTES = 12;
const MOST_PASSPHRASE_BYTES = 1_024;

/**
 * Argon2id of passphrase or key file. A key file needs no stretching, but one derivation is one thing to check.
 * Wipes the passphrase, also when it throws.
 * @param salt 16 bytes, public
 * @param options.fresh true when it is about to become the way in: then a short passphrase is refused
 * @returns AES key, 32 bytes, secret
 * @throws KeystoreError keystore/length, keystore/unavailable (memory), and those of readSecretFile
 */
export const deriveUnlockKey = async (
  unlock: Unlock,
  salt: Uint8Array,
  cost: Argon2Cost,
  options: { fresh: boolean },
): Promise<KeyObject> => {
  const secret = 'passphrase' in unlock ? unlock.passphrase : await readKeyFile(unlock.keyFile);
  try {
    if ('passphrase' in unlock) checkPassphrase(secret, options.fresh);
    const key = await argon2id(secret, salt, cost);
    const unlockKey = createSecretKey(key);
    key.fill(0);
    return unlockKey;
  } finally {
    secret.fill(0);
  }
};

/** Writes a new key file: 32 random bytes, mode 0600. @throws as createSecretFile */
export const createKeyFile = async (deps: { path: string; random: Random }): Promise<void> => {
  const key = deps.random.bytes(KEY_BYTES);
  try {
    await createSecretFile(deps.path, key);
  } finally {
    key.fill(0);
  }
};

const readKeyFile = (path: string): Promise<Buffer> =>
  readSecretFile(path, { least: KEY_BYTES, most: KEY_BYTES });

const checkPassphrase = (passphrase: Buffer, fresh: boolean): void => {
  const least = fresh ? LEAST_PASSPHRASE_BYTES : 1;
  if (passphrase.length < least || passphrase.length > MOST_PASSPHRASE_BYTES)
    throw new KeystoreError(
      'keystore/length',
      `a passphrase has ${least} to ${MOST_PASSPHRASE_BYTES} bytes`,
    );
};

const argon2id = async (secret: Buffer, salt: Uint8Array, cost: Argon2Cost): Promise<Buffer> => {
  const parameters = { ...cost, message: secret, nonce: salt, tagLength: KEY_BYTES };
  try {
    return await promisify(argon2)('argon2id', parameters);
  } catch (thrown) {
    throw new KeystoreError('keystore/unavailable', `Argon2: ${reason(thrown)}`, { cause: thrown });
  }
};
