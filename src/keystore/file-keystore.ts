import { createSecretKey, type KeyObject } from 'node:crypto';
import { KeystoreError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import {
  decodeKeystoreFile,
  encodeKeystoreFile,
  MAX_KEYSTORE_FILE_BYTES,
  type KeystoreFile,
} from './keystore-file.ts';
import type { Keystore } from './keystore.ts';
import { NONCE_BYTES, openBlob, sealBlob } from './sealed-blob.ts';
import { createSecretFile, readSecretFile, replaceSecretFile } from './secret-file.ts';
import { softwareKeystore } from './software-keystore.ts';
import {
  DEFAULT_COST,
  deriveUnlockKey,
  SALT_BYTES,
  type Argon2Cost,
  type Unlock,
} from './unlock-key.ts';

/**
 * The keystore of a node without a token: its key-encryption key lies in one small file, sealed under a passphrase
 * or a key file. Losing that file is losing every secret of the node: it belongs into the backup.
 */
export interface FileKeystoreDeps {
  /** Of the keystore file. */
  path: string;
  /** A passphrase is wiped before the returned promise settles. */
  unlock: Unlock;
  random: Random;
}

/**
 * Makes a new keystore; never overwrites one.
 * @throws KeystoreError keystore/exists, keystore/length (passphrase under 12 bytes, key file not 32),
 * keystore/not-found (directory, key file), keystore/permissions, keystore/unavailable
 */
export const createFileKeystore = async (
  deps: FileKeystoreDeps & { cost?: Argon2Cost },
): Promise<Keystore> => {
  const kek = deps.random.bytes(32);
  try {
    const content = await sealKek(kek, deps);
    await createSecretFile(deps.path, content);
    return softwareKeystore({ kek: createSecretKey(kek), random: deps.random });
  } finally {
    kek.fill(0);
  }
};

/**
 * @throws KeystoreError keystore/unlock (wrong passphrase or key file), keystore/not-found, keystore/permissions,
 * keystore/corrupt (not a keystore file), keystore/length (key file not 32 bytes), keystore/unavailable
 */
export const openFileKeystore = async (deps: FileKeystoreDeps): Promise<Keystore> => {
  const kek = await openKek(deps);
  try {
    return softwareKeystore({ kek: createSecretKey(kek), random: deps.random });
  } finally {
    kek.fill(0);
  }
};

/**
 * Another passphrase or key file from now on; no sealed secret changes. A copy of the old file still opens with the
 * old one, and what it opens is the same key: after a theft of both, the secrets themselves have to be replaced.
 * @throws as openFileKeystore and createFileKeystore; the old file is then still in place
 */
export const changeUnlock = async (
  deps: FileKeystoreDeps & { next: Unlock; cost?: Argon2Cost },
): Promise<void> => {
  try {
    const kek = await openKek(deps);
    try {
      const content = await sealKek(kek, { ...deps, unlock: deps.next });
      await replaceSecretFile(deps.path, content);
    } finally {
      kek.fill(0);
    }
  } finally {
    wipe(deps.next);
  }
};

const sealKek = async (
  kek: Buffer,
  { unlock, random, cost = DEFAULT_COST }: { unlock: Unlock; random: Random; cost?: Argon2Cost },
): Promise<Uint8Array> => {
  const salt = random.bytes(SALT_BYTES);
  const key = await deriveUnlockKey(unlock, salt, cost, { fresh: true });
  return encodeKeystoreFile({
    salt,
    cost,
    kek: sealBlob(key, random.bytes(NONCE_BYTES), 'kek', '', kek),
  });
};

const openKek = async ({ path, unlock }: { path: string; unlock: Unlock }): Promise<Buffer> => {
  try {
    const file = await readKeystoreFile(path);
    const key = await deriveUnlockKey(unlock, file.salt, file.cost, { fresh: false });
    return openedBy(unlock, key, file);
  } finally {
    wipe(unlock);
  }
};

const readKeystoreFile = async (path: string): Promise<KeystoreFile> =>
  decodeKeystoreFile(await readSecretFile(path, { least: 0, most: MAX_KEYSTORE_FILE_BYTES }));

const openedBy = (unlock: Unlock, key: KeyObject, file: KeystoreFile): Buffer => {
  try {
    return openBlob(key, 'kek', '', file.kek);
  } catch (cause) {
    const what = 'passphrase' in unlock ? 'passphrase' : 'key file';
    throw new KeystoreError(
      'keystore/unlock',
      `wrong ${what}: the keystore does not open with it (or its file is damaged)`,
      { cause },
    );
  }
};

const wipe = (unlock: Unlock): void => {
  if ('passphrase' in unlock) unlock.passphrase.fill(0);
};
