import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { NodeId } from '../../src/domain/ids.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { createRowCipher } from '../../src/log/sealed-row.ts';
import { blockKey } from '../../src/node/block-rows.ts';
import { openDirectory, type Directory } from '../../src/node/directory.ts';
import { headsKey } from '../../src/node/head-rows.ts';
import { createRoster } from '../../src/node/roster.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { inception, rotation, verify } from './cheap-identities.ts';
import { memoryWorld, restart } from './memory-world.ts';

/** Rows of identities that are gone from the disk: never is somebody taken for what he was before (guarantee G13). */

const self = inception('self');
const ann = [inception('ann')];
for (const seq of [1, 2]) ann.push(rotation(ann.at(-1)?.cid ?? '', seq));
const id = ann[0]?.cid ?? '';
const cidAt = (seq: number): string => ann[seq]?.cid ?? assert.fail();

const open = async (
  disk: MemoryDisk,
  onBatch?: (batch: number) => 'done' | 'failed' | 'failed but applied',
): Promise<Directory> => {
  disk.holder = undefined;
  const store = await memoryStore({ disk, ...(onBatch && { onBatch }) })();
  const random = createSeededRandom('rows');
  const dataKey = createSecretKey(Buffer.alloc(32, 3));
  const roster = createRoster(store, createRowCipher({ node: self.cid, dataKey, random }));
  return openDirectory({ self: self.cid, roles: [], roster, keys: new Map(), verify });
};

/** A disk on which ann was pinned, and known up to a place in her chain. */
const diskWith = async (upTo: number): Promise<MemoryDisk> => {
  const disk = createMemoryDisk();
  const directory = await open(disk);
  for (const { bytes } of [self, ...ann.slice(0, upTo + 1)]) await directory.merge(bytes);
  await directory.pin({ id, name: 'ann', roles: ['fiduciary'] }, 0);
  return disk;
};

const change = (disk: MemoryDisk, key: string, value?: Uint8Array): void => {
  if (value) disk.rows.set(key, value);
  else assert.ok(disk.rows.delete(key), `no row ${key}`);
  disk.keys = [...disk.rows.keys()].toSorted();
};

const refusesToOpen = (disk: MemoryDisk, row: string): Promise<void> =>
  assert.rejects(open(disk), ({ code, message }: Error & { code?: string }) => {
    assert.equal(code, 'log/corrupt');
    assert.ok(message.includes(`row ${row}`), message);
    return true;
  });

const withheld = (directory: Directory, who: NodeId): void => {
  assert.throws(
    () => directory.current(who),
    ({ code, message }: Error & { code?: string }) => {
      assert.equal(code, 'identity/incomplete');
      assert.ok(message.includes(who) && message.includes('milagro peer add'), message);
      return true;
    },
  );
  assert.throws(() => directory.checkTrusted(who, 'fiduciary'), { code: 'identity/incomplete' });
  assert.equal(directory.standing(who), undefined);
  assert.equal(directory.contact(who), undefined);
  assert.equal(directory.nameOf(who), 'ann');
};

describe('a block row that is gone', () => {
  for (const [seq, what] of ['the inception', 'one between', 'the newest'].entries())
    test(`attack/I5: ${what}: withholds the identity until the block is back`, async () => {
      const disk = await diskWith(2);
      change(disk, blockKey(cidAt(seq)));
      const directory = await open(disk);
      withheld(directory, id);
      const block = ann[seq] ?? assert.fail();
      await directory.merge(block.bytes);
      assert.equal(directory.current(id).keyId, cidAt(2));
      assert.equal((await open(disk)).current(id).keyId, cidAt(2));
    });

  test('attack/I5: the newest two: the first of them is not enough', async () => {
    const disk = await diskWith(2);
    change(disk, blockKey(cidAt(1)));
    change(disk, blockKey(cidAt(2)));
    const directory = await open(disk);
    await directory.merge(ann[1]?.bytes ?? assert.fail());
    withheld(directory, id);
    withheld(await open(disk), id);
  });

  test('attack/I5: and what told of it: the node does not start', async () => {
    const disk = await diskWith(2);
    for (const key of [blockKey(cidAt(2)), headsKey(id)]) change(disk, key);
    await refusesToOpen(disk, headsKey(id));
    const gone = await diskWith(2);
    for (const key of [...ann.map(({ cid }) => blockKey(cid)), headsKey(id)]) change(gone, key);
    await refusesToOpen(gone, headsKey(id));
    change(gone, `peer/${id}`);
    await refusesToOpen(gone, 'known');
  });

  test('attack/I5: and an older row in the place of what told of it: the node does not start', async () => {
    const older = await diskWith(1);
    const disk = await diskWith(2);
    change(disk, blockKey(cidAt(2)));
    change(disk, headsKey(id), older.rows.get(headsKey(id)));
    await refusesToOpen(disk, 'known');
    change(disk, 'known');
    await refusesToOpen(disk, 'known');
  });

  test('a write that fails, with and without effect, leaves rows that fit', async () => {
    for (const outcome of ['failed', 'failed but applied'] as const) {
      const disk = await diskWith(0);
      const directory = await open(disk, () => outcome);
      await assert.rejects(directory.merge(ann[1]?.bytes ?? assert.fail()));
      const again = await open(disk);
      await again.merge(ann[1]?.bytes ?? assert.fail());
      await again.merge(ann[2]?.bytes ?? assert.fail());
      assert.equal((await open(disk)).current(id).keyId, cidAt(2));
    }
  });

  test('what a failed write did not keep is kept by the next one', async () => {
    const disk = await diskWith(0);
    let batches = 0;
    const directory = await open(disk, () => (++batches === 1 ? 'failed' : 'done'));
    await assert.rejects(directory.merge(ann[1]?.bytes ?? assert.fail()));
    const bob = inception('bob');
    await directory.merge(bob.bytes);
    const again = await open(disk);
    assert.equal(again.current(id).keyId, cidAt(1));
    assert.ok(again.knows(bob.cid));
  });
});

test('attack/I5: a node whose disk lost the newest block of a peer gets it again, and never uses the older one', async () => {
  const { members, stop } = await memoryWorld({ paula: ['principal'], fred: ['fiduciary'] });
  const [paula, fred] = [...members.values()];
  assert.ok(paula && fred);
  const { keyState } = await fred.node.rotateIdentity(['kem']);
  const knows = async (): Promise<string | undefined> =>
    (await paula.node.peers().catch(() => []))[0]?.keyState;
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await holds()); tries++) {
      assert.ok(tries < 1_200, 'never');
      await new Promise((again) => setTimeout(again, 50));
    }
  };
  await until(async () => (await knows()) === keyState);
  await paula.node.stop();
  change(paula.nodeDisk, blockKey(keyState));
  await restart(paula);
  const seen = new Set<string>();
  await until(async () => {
    const now = await knows();
    if (now !== undefined) seen.add(now);
    return now === keyState;
  });
  assert.deepEqual([...seen], [keyState]);
  assert.deepEqual(
    paula.notices.filter(({ event }) => event === 'identity.incomplete').map(({ id }) => id),
    [fred.id],
  );
  await stop();
});
