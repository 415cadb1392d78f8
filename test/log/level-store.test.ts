import assert from 'node:assert/strict';
import { mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { levelStore } from '../../src/log/level-store.ts';
import { storeContract } from '../contract/store.contract.ts';
import { rejectsWith } from './rejects-with.ts';
import { temporaryDirectory } from './temporary-directory.ts';

storeContract('the LevelDB store', async (test) =>
  levelStore({ directory: join(await temporaryDirectory(test), 'log') }),
);

it('names the directory that another daemon uses', async (test) => {
  const directory = await temporaryDirectory(test);
  const store = await levelStore({ directory })();
  const error = await rejectsWith('log/in-use', levelStore({ directory })());
  assert.equal(error.message, `another daemon uses ${directory}`);
  await store.close();
});

it('keeps its files to the owner', async (test) => {
  const directory = join(await temporaryDirectory(test), 'log');
  const store = await levelStore({ directory })();
  await store.writeWitness(Buffer.from('note'));
  await store.close();
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  assert.equal((await stat(join(directory, 'witness'))).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(directory)).sort(), ['level', 'witness']);
});

it('is not usable where there is a file in the way, and says where', async (test) => {
  const directory = join(await temporaryDirectory(test), 'log');
  await writeFile(directory, '');
  const error = await rejectsWith('log/sealed', levelStore({ directory })());
  assert.match(error.message, /log/);
});

it('does not keep LevelDB locked when the witness cannot be opened', async (test) => {
  const directory = await temporaryDirectory(test);
  await mkdir(join(directory, 'witness'));
  await rejectsWith('log/sealed', levelStore({ directory })());
  await rejectsWith('log/sealed', levelStore({ directory })());
});

it('calls a damaged database corrupt', async (test) => {
  const directory = await temporaryDirectory(test);
  const store = await levelStore({ directory })();
  await store.batch([{ type: 'put', key: 'a', value: Buffer.from('a') }]);
  await store.close();
  await writeFile(join(directory, 'level', 'CURRENT'), 'MANIFEST-000001');
  await rejectsWith('log/corrupt', levelStore({ directory })());
});

it('refuses a witness that does not fit into one sector, and keeps the one it has', async (test) => {
  const store = await levelStore({ directory: await temporaryDirectory(test) })();
  await store.writeWitness(Buffer.from('note'));
  await rejectsWith('log/write-failed', store.writeWitness(Buffer.alloc(511)));
  assert.deepEqual(await store.readWitness(), Buffer.from('note'));
  await store.close();
});

it('gives a witness that was cut short as it is', async (test) => {
  const directory = await temporaryDirectory(test);
  const store = await levelStore({ directory })();
  await store.writeWitness(Buffer.from('note'));
  await truncate(join(directory, 'witness'), 4);
  assert.deepEqual(await store.readWitness(), Buffer.from('no'));
  await store.close();
});
