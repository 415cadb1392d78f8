import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  createSecretFile,
  readSecretFile,
  replaceSecretFile,
} from '../../src/keystore/secret-file.ts';
import { rejectsWith } from './rejects-with.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const limits = { least: 1, most: 64 };
const secret = Buffer.from('a secret');

describe('a secret file', () => {
  it('comes back as it was written, for its owner only, with nothing left beside it', async (test) => {
    const directory = await temporaryDirectory(test);
    const path = join(directory, 'key');
    await createSecretFile(path, secret);
    assert.deepEqual(await readSecretFile(path, limits), secret);
    assert.equal((await lstat(path)).mode & 0o7777, 0o600);
    assert.deepEqual(await readdir(directory), ['key']);
  });

  it('has mode 0600 under the widest umask', async (test) => {
    const path = join(await temporaryDirectory(test), 'key');
    const umask = process.umask(0);
    try {
      await createSecretFile(path, secret);
    } finally {
      process.umask(umask);
    }
    assert.equal((await lstat(path)).mode & 0o7777, 0o600);
  });

  it('is never overwritten, and a link under its name never followed', async (test) => {
    const directory = await temporaryDirectory(test);
    await createSecretFile(join(directory, 'key'), secret);
    await symlink(join(directory, 'elsewhere'), join(directory, 'link'));
    for (const name of ['key', 'link'])
      await rejectsWith(
        'keystore/exists',
        createSecretFile(join(directory, name), Buffer.from('other')),
      );
    assert.deepEqual(await readFile(join(directory, 'key')), secret);
    assert.deepEqual((await readdir(directory)).toSorted(), ['key', 'link']);
  });

  it('has one winner when many create it at once, and his content', async (test) => {
    const path = join(await temporaryDirectory(test), 'key');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) => createSecretFile(path, Buffer.from(`writer ${i}`))),
    );
    const winners = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    assert.equal(winners.length, 1);
    assert.equal(await readFile(path, 'utf8'), `writer ${winners[0]}`);
  });

  it('takes the place of another only when asked to', async (test) => {
    const directory = await temporaryDirectory(test);
    const path = join(directory, 'key');
    await createSecretFile(path, secret);
    await replaceSecretFile(path, Buffer.from('other'));
    assert.deepEqual(await readSecretFile(path, limits), Buffer.from('other'));
    assert.deepEqual(await readdir(directory), ['key']);
  });

  it('needs a directory', async (test) => {
    const directory = await temporaryDirectory(test);
    const missing = join(directory, 'no', 'key');
    await rejectsWith('keystore/not-found', createSecretFile(missing, secret));
    await writeFile(join(directory, 'file'), '');
    const misplaced = join(directory, 'file', 'key');
    await rejectsWith('keystore/unavailable', createSecretFile(misplaced, secret));
    await rejectsWith('keystore/unavailable', readSecretFile(misplaced, limits));
  });
});

describe('reading a secret file is refused', () => {
  it('when it is not there', async (test) => {
    const path = join(await temporaryDirectory(test), 'key');
    await rejectsWith('keystore/not-found', readSecretFile(path, limits));
  });

  it('when anybody else has any right to it', async (test) => {
    const path = join(await temporaryDirectory(test), 'key');
    await createSecretFile(path, secret);
    for (const bit of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001]) {
      await chmod(path, 0o600 | bit);
      await rejectsWith('keystore/permissions', readSecretFile(path, limits));
    }
    await chmod(path, 0o400);
    assert.deepEqual(await readSecretFile(path, limits), secret);
  });

  it('when it belongs to another user', async (test) => {
    const path = join(await temporaryDirectory(test), 'key');
    await createSecretFile(path, secret);
    // Only root can give a file away; but everybody can be taken for another.
    if (process.geteuid?.() === 0) await chown(path, 12_345, 12_345);
    else test.mock.method(process as Required<NodeJS.Process>, 'geteuid', () => 12_345);
    await rejectsWith('keystore/permissions', readSecretFile(path, limits));
  });

  it('when the name is a symbolic link', async (test) => {
    const directory = await temporaryDirectory(test);
    await createSecretFile(join(directory, 'key'), secret);
    await symlink(join(directory, 'key'), join(directory, 'link'));
    await rejectsWith('keystore/permissions', readSecretFile(join(directory, 'link'), limits));
  });

  it('when it is a directory or a pipe, without waiting for a writer', async (test) => {
    const directory = await temporaryDirectory(test);
    await mkdir(join(directory, 'directory'), { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', join(directory, 'pipe')]);
    for (const name of ['directory', 'pipe'])
      await rejectsWith('keystore/permissions', readSecretFile(join(directory, name), limits));
  });

  it('when it is shorter or longer than it may be', async (test) => {
    const directory = await temporaryDirectory(test);
    for (const length of [0, 65]) {
      const path = join(directory, String(length));
      await writeFile(path, Buffer.alloc(length), { mode: 0o600 });
      await rejectsWith('keystore/length', readSecretFile(path, limits));
    }
  });
});
