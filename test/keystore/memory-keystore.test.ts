import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sha256 } from '../../src/crypto/hash.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { systemRandom, type Random } from '../../src/ports/random.ts';
import { keystoreContract } from '../contract/keystore.contract.ts';
import { rejectsWith } from './rejects-with.ts';

keystoreContract('the memory keystore', async () => createMemoryKeystore({ random: systemRandom }));

const seeded = (seed: string): Random => {
  let counter = 0;
  return { bytes: (length) => sha256(Buffer.from(`${seed}/${counter++}`)).subarray(0, length) };
};

it('makes the same bytes from the same randomness', async () => {
  const run = (seed: string) =>
    createMemoryKeystore({ random: seeded(seed) }).seal('share', 'ref', Buffer.from('secret'));
  assert.deepEqual(await run('one'), await run('one'));
  assert.notDeepEqual(await run('one'), await run('two'));
});

it('opens after a restart with the key it was given', async () => {
  const kek = Buffer.alloc(32, 3);
  const before = createMemoryKeystore({ random: systemRandom, kek });
  const blob = await before.seal('share', 'ref', Buffer.from('secret'));
  await before.close();
  const after = createMemoryKeystore({ random: systemRandom, kek });
  assert.equal(await after.open('share', 'ref', blob, String), 'secret');
});

it('rejects while it is made unavailable, and goes on afterwards', async () => {
  const keystore = createMemoryKeystore({ random: systemRandom });
  const blob = await keystore.seal('share', 'ref', Buffer.from('secret'));
  keystore.setAvailable(false);
  await rejectsWith('keystore/unavailable', keystore.seal('share', 'ref', Buffer.from('x')));
  await rejectsWith('keystore/unavailable', keystore.open('share', 'ref', blob, String));
  keystore.setAvailable(true);
  assert.equal(await keystore.open('share', 'ref', blob, String), 'secret');
});
