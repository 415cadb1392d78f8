import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { createRowCipher, type RowCipher } from '../../src/log/sealed-row.ts';
import type { Store } from '../../src/log/store.ts';
import { blockKey } from '../../src/node/block-rows.ts';
import { openDirectory, type Directory } from '../../src/node/directory.ts';
import { createRoster } from '../../src/node/roster.ts';
import { createOwnKeys } from '../../src/node/own-keys.ts';
import { createVault, openVault, type Vault } from '../../src/node/vault.ts';
import { person, rotated, verifyOnce, type Person } from '../identity/people.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

/** Blocks at rest are believed because they are sealed: whoever edits the disk introduces nobody. */

const kek = Buffer.alloc(32, 7);
let alice: Person;
let later: Person;
let self: string;
/** A node that knows alice, before and after her rotation. */
let rows: ReadonlyMap<string, Uint8Array>;

const neverVerify = (): never => assert.fail('a stored block was verified');

const copyOf = (from: ReadonlyMap<string, Uint8Array>): MemoryDisk => ({
  ...createMemoryDisk(),
  rows: new Map(from),
  keys: [...from.keys()].toSorted(),
});

interface Opened {
  store: Store;
  vault: Vault;
  directory: Directory;
}

const start = async (
  disk: MemoryDisk,
  verify: typeof verifyOnce = neverVerify,
): Promise<Opened> => {
  const store = await memoryStore({ disk })();
  try {
    const random = createSeededRandom('start');
    const keystore = createMemoryKeystore({ random, kek });
    const vault = await openVault({ store, keystore, random });
    const roster = createRoster(store, vault.cipher);
    const directory = await openDirectory({ ...vault, roles: [], roster, verify });
    return { store, vault, directory };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
};

const newNode = async (label: string): Promise<{ disk: MemoryDisk; id: string }> => {
  const disk = createMemoryDisk();
  const store = await memoryStore({ disk })();
  const random = createSeededRandom(label);
  const keystore = createMemoryKeystore({ random, kek });
  const id = await createVault({ store, keystore, random, name: label, addrs: [], at: 0 });
  await store.close();
  return { disk, id };
};

const refuses = (edit: (rows: Map<string, Uint8Array>) => void, row: string): Promise<void> => {
  const disk = copyOf(rows);
  edit(disk.rows);
  disk.keys = [...disk.rows.keys()].toSorted();
  return assert.rejects(start(disk), ({ code, message }: Error & { code?: string }) => {
    assert.equal(code, 'log/corrupt');
    assert.ok(message.includes(`row ${row}:`), message);
    return true;
  });
};

const rowOf = (key: string): Uint8Array => rows.get(key) ?? assert.fail(`no row ${key}`);
const keyOf = (who: Person): string => blockKey(who.state.keyId);
const blockOf = (who: Person) => who.blocks.at(-1) ?? assert.fail('no block');

/** As somebody with the data key would seal. */
const ownCipher = async (): Promise<RowCipher> => {
  const { store, vault } = await start(copyOf(rows));
  await store.close();
  return vault.cipher;
};

before(async () => {
  alice = person('alice');
  later = rotated(alice, 'alice 1');
  const node = await newNode('node');
  self = node.id;
  const { store, directory } = await start(node.disk, verifyOnce);
  for (const { bytes } of later.blocks) await directory.merge(bytes);
  await store.close();
  rows = node.disk.rows;
});

describe('identity blocks at rest', () => {
  test('are there again after a start that verifies none of them', async () => {
    const { directory, vault, store } = await start(copyOf(rows));
    assert.equal(directory.current(alice.state.id).keyId, later.state.keyId);
    assert.deepEqual(directory.stateAt(alice.state.keyId).keys, alice.state.keys);
    assert.deepEqual(
      directory.registry.chain(later.state.keyId).map((bytes) => Buffer.from(bytes)),
      later.blocks.map(({ bytes }) => Buffer.from(bytes)),
    );
    assert.equal(directory.newestHeld().keyId, self);
    assert.ok(vault.keys.has(self));
    await store.close();
  });

  test('are as many rows as there are blocks, the own one included', () => {
    const keys = [self, ...later.blocks.map(({ cid }) => cid)].map(blockKey);
    assert.deepEqual(
      [...rows.keys()].filter((key) => key.startsWith('block')).toSorted(),
      keys.toSorted(),
    );
  });

  test('what comes from outside is verified in full', async () => {
    const asked: Uint8Array[] = [];
    const { directory, store } = await start(copyOf(rows), (bytes) => {
      asked.push(bytes);
      return verifyOnce(bytes);
    });
    assert.equal(asked.length, 0);
    await directory.merge(blockOf(person('bob')).bytes);
    assert.equal(asked.length, 1);
    const broken = Uint8Array.from(blockOf(person('carol')).bytes);
    broken.set([(broken.at(-1) ?? 0) ^ 1], broken.length - 1);
    await assert.rejects(directory.merge(broken), { code: 'identity/signature' });
    await store.close();
  });

  test('any flipped bit is refused', async () => {
    const key = keyOf(alice);
    const row = rowOf(key);
    for (const at of [0, 11, 12, 100, row.length - 17, row.length - 1]) {
      const flipped = Uint8Array.from(row);
      flipped.set([(row[at] ?? 0) ^ 1], at);
      await refuses((edited) => edited.set(key, flipped), key);
    }
  });

  test('a row cut short is refused, to nothing too', async () => {
    const key = keyOf(alice);
    for (const length of [0, 11, 12, 27, 28, rowOf(key).length - 1])
      await refuses((edited) => edited.set(key, rowOf(key).subarray(0, length)), key);
  });

  test('a row under the name of another is refused', async () => {
    await refuses((edited) => edited.set(keyOf(alice), rowOf(keyOf(later))), keyOf(alice));
    const stranger = blockKey(person('bob').state.keyId);
    await refuses((edited) => edited.set(stranger, rowOf(keyOf(alice))), stranger);
  });

  test('a row of the same block from another node is refused', async () => {
    const other = await newNode('other');
    const { store, directory } = await start(other.disk, verifyOnce);
    for (const { bytes } of later.blocks) await directory.merge(bytes);
    await store.close();
    const key = keyOf(alice);
    const foreign = other.disk.rows.get(key) ?? assert.fail();
    await refuses((edited) => edited.set(key, foreign), key);
  });

  test('a plain block is refused, valid as it is', async () => {
    const { cid, bytes } = blockOf(person('bob'));
    await refuses((edited) => edited.set(blockKey(cid), bytes), blockKey(cid));
    await refuses((edited) => edited.set(keyOf(alice), blockOf(alice).bytes), keyOf(alice));
  });

  test('the own block is guarded as the others are', async () => {
    const key = blockKey(self);
    await refuses((edited) => edited.set(key, rowOf(keyOf(alice))), key);
    const cipher = createRowCipher({
      node: self,
      dataKey: createSecretKey(Buffer.alloc(32, 1)),
      random: createSeededRandom('guess'),
    });
    await refuses((edited) => edited.set(key, sealed(cipher, key, blockOf(alice).bytes)), key);
  });

  test('a sealed row that holds another block, or none, is refused', async () => {
    const cipher = await ownCipher();
    const key = keyOf(alice);
    for (const content of [blockOf(later).bytes, Buffer.from('no block'), new Uint8Array(0)])
      await refuses((edited) => edited.set(key, sealed(cipher, key, content)), key);
  });

  test('the blocks of a rotation and of a revocation are sealed too', async () => {
    const disk = copyOf(rows);
    const { store, vault, directory } = await start(disk);
    const random = createSeededRandom('rotation');
    const keystore = createMemoryKeystore({ random, kek });
    const ownKeys = createOwnKeys({ ...vault, store, keystore, random });
    const { block, keys } = await ownKeys.rotate(directory.current(self), {
      replace: [],
      name: 'node',
      addrs: [],
      at: 1,
    });
    const end = await ownKeys.revoke({ ...directory.current(self), keyId: keys.keyId, seq: 1 }, 2);
    await store.close();
    const again = await start(disk);
    assert.equal(again.directory.current(self).keyId, end.cid);
    assert.ok(again.directory.current(self).revoked);
    assert.equal(again.directory.stateAt(block.cid).seq, 1);
    await again.store.close();
  });
});

const sealed = (cipher: RowCipher, key: string, content: Uint8Array): Uint8Array =>
  cipher.seal({ key }, content);
