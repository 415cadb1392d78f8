import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigError,
  KeystoreError,
  reason,
  type ConfigCode,
  type KeystoreCode,
} from './errors.ts';
import { createSecretFile, readSecretFile } from './keystore/secret-file.ts';
import type { Random } from './ports/random.ts';

/** The directory of a node, and the small files in it that are neither keystore nor log. */

export interface Paths {
  config: string;
  /** What a client of the API shows to be let in. */
  token: string;
  keystore: string;
  /** Directory of identity, sealed keys and roster. */
  node: string;
  /** Directory of identity blocks offered to peers. */
  documents: string;
  /** Directory of the event log. */
  log: string;
  /** Directory of wallet keys that the operator asked for. */
  exports: string;
}

export const pathsOf = (home: string): Paths => ({
  config: join(home, 'config.yaml'),
  token: join(home, 'api.token'),
  keystore: join(home, 'keystore'),
  node: join(home, 'node'),
  documents: join(home, 'documents'),
  log: join(home, 'log'),
  exports: join(home, 'exports'),
});

const MAX_PASSPHRASE_FILE_BYTES = 1_026;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * The passphrase in a file, without the line end that editors put behind it.
 * @returns secret; the caller wipes it
 * @throws ConfigError config/missing, config/permissions, config/invalid (empty, or over 1,026 bytes)
 */
export const readPassphraseFile = async (path: string): Promise<Buffer> => {
  const content = await readOwnFile(path, { least: 1, most: MAX_PASSPHRASE_FILE_BYTES });
  let end = content.length;
  if (content[end - 1] === NEWLINE) end -= 1;
  if (content[end - 1] === RETURN) end -= 1;
  if (end === 0) throw new ConfigError('config/invalid', `${path} holds no passphrase`);
  return content.subarray(0, end);
};

/**
 * Makes the directory of a new node, mode 0700. One that is there already is taken as it is.
 * @throws ConfigError config/permissions
 */
export const createHome = async (home: string): Promise<void> => {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new ConfigError('config/permissions', `cannot make ${home}: ${reason(thrown)}`, {
      cause: thrown,
    });
  }
};

const TOKEN_BYTES = 32;
/** base64url without padding. */
const TOKEN_LENGTH = 43;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Draws the token of the API and writes it. @throws ConfigError config/exists, config/missing, config/permissions */
export const createToken = async (deps: { home: string; random: Random }): Promise<void> => {
  const token = Buffer.from(deps.random.bytes(TOKEN_BYTES).toString('base64url'), 'latin1');
  await writeOwnFile(pathsOf(deps.home).token, token);
};

/** @returns secret, 43 characters of base64url @throws ConfigError config/missing, config/permissions, config/invalid */
export const readToken = async (home: string): Promise<string> => {
  const path = pathsOf(home).token;
  const content = await readOwnFile(path, { least: TOKEN_LENGTH, most: TOKEN_LENGTH });
  const token = content.toString('latin1');
  if (!TOKEN.test(token)) throw new ConfigError('config/invalid', `${path} holds no API token`);
  return token;
};

/** As readSecretFile, with the errors of the configuration. */
export const readOwnFile = (
  path: string,
  limits: { least: number; most: number },
): Promise<Buffer> => asConfigError(readSecretFile(path, limits));

/** As createSecretFile, with the errors of the configuration. */
export const writeOwnFile = (path: string, bytes: Uint8Array): Promise<void> =>
  asConfigError(createSecretFile(path, bytes));

const codes: Partial<Record<KeystoreCode, ConfigCode>> = {
  'keystore/not-found': 'config/missing',
  'keystore/exists': 'config/exists',
  'keystore/permissions': 'config/permissions',
  'keystore/length': 'config/invalid',
};

const asConfigError = async <T>(outcome: Promise<T>): Promise<T> => {
  try {
    return await outcome;
  } catch (thrown) {
    const code = thrown instanceof KeystoreError ? codes[thrown.code] : undefined;
    if (code === undefined) throw thrown;
    throw new ConfigError(code, reason(thrown), { cause: thrown });
  }
};
