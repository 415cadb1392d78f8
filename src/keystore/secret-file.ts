import { constants } from 'node:fs';
import { link, mkdtemp, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeystoreError, reason } from '../errors.ts';

/**
 * Small files that hold a secret: only their owner can read them, they are never followed through a symbolic link,
 * never half written and never overwritten by accident.
 */

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const OWNER_ONLY = 0o600;
const GROUP_OR_OTHERS = 0o077;

/**
 * The bytes of a regular file that belongs to the effective user and gives nobody else any right.
 * @param limits inclusive, bytes
 * @returns secret; the caller wipes it
 * @throws KeystoreError keystore/not-found, keystore/permissions (owner, mode, link, not a file), keystore/length,
 * keystore/unavailable (any other failure of the file system)
 */
export const readSecretFile = async (
  path: string,
  limits: { least: number; most: number },
): Promise<Buffer> => {
  // Non-blocking: a pipe under this name must be refused, not waited for.
  const file = await attempt(path, () => open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  try {
    const size = await checkedSize(path, file);
    if (size < limits.least || size > limits.most) throw wrongLength(path, limits);
    return await attempt(path, () => readAll(path, file, size));
  } finally {
    await file.close();
  }
};

/**
 * Writes a new file of mode 0600; when this resolves, file and name are on disk.
 * It appears under its name complete or not at all, whatever crashes, and whoever else creates it at the same time.
 * @param bytes stay the caller's
 * @throws KeystoreError keystore/exists (left as it is), keystore/not-found (no such directory),
 * keystore/permissions, keystore/unavailable
 */
export const createSecretFile = (path: string, bytes: Uint8Array): Promise<void> =>
  placeSecretFile(path, bytes, link); // link(2) refuses a name that is taken, rename(2) does not

/**
 * As createSecretFile, but takes the place of a file that may be there: at each moment the name leads to all of the
 * old content or all of the new. The old content may stay readable on the medium.
 */
export const replaceSecretFile = (path: string, bytes: Uint8Array): Promise<void> =>
  placeSecretFile(path, bytes, rename);

/** Checks the open file, not its name: nobody can exchange it in between. */
const checkedSize = async (path: string, file: FileHandle): Promise<number> => {
  const stat = await attempt(path, () => file.stat());
  if (!stat.isFile()) throw forbidden(path, 'is not a regular file');
  if (stat.uid !== process.geteuid?.()) throw forbidden(path, 'belongs to another user');
  if ((stat.mode & GROUP_OR_OTHERS) !== 0)
    throw forbidden(path, 'may be used by others than its owner: chmod 600 it');
  return stat.size;
};

/** FileHandle.readFile may copy what it read and leave the copy behind; one Buffer can be wiped. */
const readAll = async (path: string, file: FileHandle, size: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(size);
  try {
    for (let filled = 0; filled < size;) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      filled += bytesRead;
    }
    return bytes;
  } catch (thrown) {
    bytes.fill(0);
    throw thrown;
  }
};

const placeSecretFile = async (
  path: string,
  bytes: Uint8Array,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> => {
  // A private directory beside the target (same file system). A crash may leave it; it is named after the file.
  const draft = await attempt(path, () => mkdtemp(`${path}.`));
  try {
    const from = join(draft, 'draft');
    await attempt(path, () => writeSynced(from, bytes));
    await attempt(path, () => place(from, path));
  } finally {
    await attempt(path, () => rm(draft, { recursive: true, force: true }));
  }
  await attempt(path, () => syncDirectory(dirname(path)));
};

const writeSynced = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

const attempt = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (thrown) {
    throw thrown instanceof KeystoreError ? thrown : fileError(path, thrown);
  }
};

const fileError = (path: string, thrown: unknown): KeystoreError => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EEXIST') return new KeystoreError('keystore/exists', `${path} exists already`);
  if (code === 'ENOENT') return new KeystoreError('keystore/not-found', `${path} does not exist`);
  if (code === 'ELOOP') return forbidden(path, 'is a symbolic link');
  if (code === 'EACCES') return forbidden(path, 'is not accessible to this user');
  return new KeystoreError('keystore/unavailable', `${path}: ${reason(thrown)}`, { cause: thrown });
};

const forbidden = (path: string, why: string) =>
  new KeystoreError('keystore/permissions', `${path} ${why}`);

const wrongLength = (path: string, { least, most }: { least: number; most: number }) =>
  new KeystoreError(
    'keystore/length',
    `${path} must have ${least === most ? '' : `${least} to `}${most} bytes`,
  );
