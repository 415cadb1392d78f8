import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { argon2id } from '@noble/hashes/argon2.js';
import { decode, encode } from '../../src/domain/canonical.ts';
import { CodecError, KeystoreError } from '../../src/errors.ts';
import {
  changeUnlock,
  createFileKeystore,
  openFileKeystore,
} from '../../src/keystore/file-keystore.ts';
import { createKeyFile, type Argon2Cost, type Unlock } from '../../src/keystore/unlock-key.ts';
import { systemRandom as random } from '../../src/ports/random.ts';
import { keystoreContract } from '../contract/keystore.contract.ts';
import { rejectsWith } from './rejects-with.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The least that Argon2 takes: these tests are not about its strength. */
const cost = { memory: 8, passes: 1, parallelism: 1 };
const passphrase = (text = 'correct horse battery staple') => ({ passphrase: Buffer.from(text) });

const shared = mkdtempSync(join(tmpdir(), 'milagro-keystore-'));
after(() => rmSync(shared, { recursive: true }));
let made = 0;
keystoreContract('the file keystore', () =>
  createFileKeystore({ path: join(shared, String(made++)), unlock: passphrase(), random, cost }),
);

/** A keystore file with one secret sealed by it. */
const given = async (test: TestContext, unlock?: Unlock) => {
  const directory = await temporaryDirectory(test);
  const path = join(directory, 'keystore');
  const keystore = await createFileKeystore({
    path,
    unlock: unlock ?? passphrase(),
    random,
    cost,
  });
  const blob = await keystore.seal('share', 'ref', Buffer.from('secret'));
  await keystore.close();
  const opens = async (way: Unlock) => {
    const reopened = await openFileKeystore({ path, unlock: way, random });
    assert.equal(await reopened.open('share', 'ref', blob, String), 'secret');
  };
  return { directory, path, opens };
};

describe('with a passphrase', () => {
  it('opens again what was sealed before', async (test) => {
    const { opens, directory } = await given(test);
    await opens(passphrase());
    assert.deepEqual(await readdir(directory), ['keystore']);
  });

  it('says clearly when the passphrase is wrong, and never what it was', async (test) => {
    const { path } = await given(test);
    for (const wrong of ['correct horse battery stapl', 'Correct horse battery staple', 'x']) {
      const opened = openFileKeystore({ path, unlock: passphrase(wrong), random });
      const error = await rejectsWith('keystore/unlock', opened);
      assert.match(error.message, /^wrong passphrase/);
      assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /orrect horse/);
    }
  });

  it('wipes the passphrase, whatever happens', async (test) => {
    const { path, directory } = await given(test);
    const right = passphrase();
    await openFileKeystore({ path, unlock: right, random });
    const wrong = passphrase('wrong horse battery');
    await rejectsWith('keystore/unlock', openFileKeystore({ path, unlock: wrong, random }));
    const missing = passphrase();
    const nowhere = join(directory, 'no');
    await rejectsWith(
      'keystore/not-found',
      openFileKeystore({ path: nowhere, unlock: missing, random }),
    );
    const again = passphrase();
    await rejectsWith('keystore/exists', createFileKeystore({ path, unlock: again, random, cost }));
    const short = passphrase('short');
    await rejectsWith(
      'keystore/length',
      createFileKeystore({ path: nowhere, unlock: short, random, cost }),
    );
    for (const { passphrase: bytes } of [right, wrong, missing, again, short])
      assert.deepEqual(bytes, Buffer.alloc(bytes.length));
  });

  it('takes a new passphrase of 12 to 1,024 bytes only, and writes nothing otherwise', async (test) => {
    const directory = await temporaryDirectory(test);
    const path = join(directory, 'keystore');
    for (const length of [0, 11, 1_025]) {
      const unlock = passphrase('p'.repeat(length));
      await rejectsWith('keystore/length', createFileKeystore({ path, unlock, random, cost }));
    }
    assert.deepEqual(await readdir(directory), []);
  });

  it('derives with the second recommended option of RFC 9106 unless told otherwise', async (test) => {
    const path = join(await temporaryDirectory(test), 'keystore');
    await createFileKeystore({ path, unlock: passphrase(), random });
    const { argon2id } = decode(await readFile(path)) as { argon2id: Argon2Cost };
    assert.deepEqual(
      { ...argon2id, salt: 0 },
      { memory: 65_536, passes: 3, parallelism: 4, salt: 0 },
    );
  });
});

describe('with a key file', () => {
  const keyFile = async (test: TestContext) => {
    const path = join(await temporaryDirectory(test), 'key');
    await createKeyFile({ path, random });
    return path;
  };

  it('opens again without a human', async (test) => {
    const key = await keyFile(test);
    const { opens } = await given(test, { keyFile: key });
    await opens({ keyFile: key });
  });

  it('does not open with another key file, nor with a passphrase', async (test) => {
    const { path } = await given(test, { keyFile: await keyFile(test) });
    const other = { keyFile: await keyFile(test) };
    const error = await rejectsWith(
      'keystore/unlock',
      openFileKeystore({ path, unlock: other, random }),
    );
    assert.match(error.message, /^wrong key file/);
    await rejectsWith('keystore/unlock', openFileKeystore({ path, unlock: passphrase(), random }));
  });

  it('refuses a key file that is missing, misplaced, of a wrong length or open to others', async (test) => {
    const key = await keyFile(test);
    const { path } = await given(test, { keyFile: key });
    const open = (file: string) => openFileKeystore({ path, unlock: { keyFile: file }, random });
    await rejectsWith('keystore/not-found', open(`${key}.no`));
    await symlink(key, `${key}.link`);
    await rejectsWith('keystore/permissions', open(`${key}.link`));
    for (const length of [31, 33]) {
      await writeFile(`${key}.${length}`, Buffer.alloc(length), { mode: 0o600 });
      await rejectsWith('keystore/length', open(`${key}.${length}`));
    }
    await chmod(key, 0o640);
    await rejectsWith('keystore/permissions', open(key));
  });

  it('draws a key file that is wiped from memory, and never overwrites one', async (test) => {
    const drawn = random.bytes(32);
    const path = join(await temporaryDirectory(test), 'drawn');
    await createKeyFile({ path, random: { bytes: () => drawn } });
    assert.deepEqual(drawn, Buffer.alloc(32));
    assert.notDeepEqual(await readFile(path), Buffer.alloc(32));
    const key = await keyFile(test);
    const before = await readFile(key);
    await rejectsWith('keystore/exists', createKeyFile({ path: key, random }));
    assert.deepEqual(await readFile(key), before);
    assert.equal(before.length, 32);
  });
});

describe('the keystore file', () => {
  it('is never overwritten (D14)', async (test) => {
    const { path, opens } = await given(test);
    await rejectsWith(
      'keystore/exists',
      createFileKeystore({ path, unlock: passphrase(), random, cost }),
    );
    await opens(passphrase());
  });

  it('does not contain the key it seals, and no copy of it is left where it was drawn', async (test) => {
    const path = join(await temporaryDirectory(test), 'keystore');
    const drawn: { buffer: Buffer; content: Buffer }[] = [];
    const recording = {
      bytes: (length: number) => {
        const buffer = random.bytes(length);
        drawn.push({ buffer, content: Buffer.from(buffer) });
        return buffer;
      },
    };
    await createFileKeystore({ path, unlock: passphrase(), random: recording, cost });
    const kek = drawn.find(({ buffer }) => buffer.length === 32);
    assert.ok(kek);
    assert.equal((await readFile(path)).includes(kek.content.subarray(0, 8)), false);
    assert.deepEqual(kek.buffer, Buffer.alloc(32));
  });

  it('can be read by anybody who knows its format and the passphrase', async (test) => {
    const { path } = await given(test);
    const file = decode(await readFile(path)) as {
      argon2id: Argon2Cost & { salt: Uint8Array };
      kek: Uint8Array;
    };
    const { salt, memory: m, passes: t, parallelism: p } = file.argon2id;
    const unlockKey = argon2id(passphrase().passphrase, salt, { m, t, p, dkLen: 32 });
    const decipher = createDecipheriv('aes-256-gcm', unlockKey, file.kek.subarray(4, 16));
    decipher.setAAD(encode(['milagro/sealed-blob/v1', 'kek', '']));
    decipher.setAuthTag(file.kek.subarray(-16));
    assert.equal(decipher.update(file.kek.subarray(16, -16)).length, 32);
    decipher.final();
  });

  it('is refused when others may read it, or when it is a link', async (test) => {
    const { path } = await given(test);
    await symlink(path, `${path}.link`);
    const open = (file: string) => openFileKeystore({ path: file, unlock: passphrase(), random });
    await rejectsWith('keystore/permissions', open(`${path}.link`));
    await chmod(path, 0o604);
    await rejectsWith('keystore/permissions', open(path));
  });

  it('opens with no byte changed, cut or added', async (test) => {
    const { path } = await given(test);
    const content = await readFile(path);
    const damaged = [
      ...Array.from(content.keys(), (at) => content.with(at, (content[at] ?? 0) ^ 0x01)),
      ...Array.from(content.keys(), (length) => content.subarray(0, length)),
      Buffer.concat([content, Buffer.alloc(1)]),
    ];
    for (const bytes of damaged) {
      await writeFile(path, bytes);
      await assert.rejects(openFileKeystore({ path, unlock: passphrase(), random }), (error) => {
        assert.ok(error instanceof KeystoreError);
        return ['keystore/corrupt', 'keystore/unlock'].includes(error.code);
      });
    }
  });

  it('cannot ask for more memory or time than a host has', async (test) => {
    const { path } = await given(test);
    const file = decode(await readFile(path)) as { argon2id: object };
    const greedy = [{ memory: 2 ** 40 }, { passes: 65 }, { parallelism: 65 }, { lanes: 1 }];
    for (const wish of greedy) {
      await writeFile(path, encode({ ...file, argon2id: { ...file.argon2id, ...wish } }));
      await rejectsWith(
        'keystore/corrupt',
        openFileKeystore({ path, unlock: passphrase(), random }),
      );
    }
  });

  it('is not made with costs that it would not open with', async (test) => {
    const directory = await temporaryDirectory(test);
    const path = join(directory, 'keystore');
    await assert.rejects(
      createFileKeystore({
        path,
        unlock: passphrase(),
        random,
        cost: { memory: 8, passes: 65, parallelism: 1 },
      }),
      CodecError,
    );
    assert.deepEqual(await readdir(directory), []);
  });
});

describe('changing the passphrase', () => {
  const next = () => passphrase('another horse, another staple');

  it('lets in the new one only, and every sealed secret still opens', async (test) => {
    const { path, opens, directory } = await given(test);
    await changeUnlock({ path, unlock: passphrase(), next: next(), random, cost });
    await opens(next());
    await rejectsWith('keystore/unlock', opens(passphrase()));
    assert.deepEqual(await readdir(directory), ['keystore']);
  });

  it('leaves all as it was when the old one is wrong or the new one too short, and wipes both', async (test) => {
    const { path, opens } = await given(test);
    const attempts = [
      { unlock: passphrase('wrong horse battery'), next: next() },
      { unlock: passphrase(), next: passphrase('short') },
    ];
    for (const attempt of attempts) {
      await assert.rejects(changeUnlock({ path, ...attempt, random, cost }), KeystoreError);
      for (const { passphrase: bytes } of [attempt.unlock, attempt.next])
        assert.deepEqual(bytes, Buffer.alloc(bytes.length));
    }
    await opens(passphrase());
  });
});
