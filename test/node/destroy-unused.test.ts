import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyStateId } from '../../src/domain/ids.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { SUCCESSION, type Directory } from '../../src/node/directory.ts';
import { createIdentities } from '../../src/node/identities.ts';

/** Former keys go from the disk first, and then from memory: not before, and not only from one of them. */

const NOW = 1_000_000;
const [newest, pinned, recent, old, older] = ['s4', 's3', 's2', 's1', 's0'] as KeyStateId[];

const nodeWith = (destroy: (states: readonly KeyStateId[]) => Promise<void>) => {
  let held = [newest, pinned, recent, old, older].map((keyId) => ({ keyId }) as KeyState);
  const directory: Pick<Directory, 'held' | 'isRecent' | 'drop'> = {
    held: () => held,
    isRecent: (state) => state === newest || state === recent,
    drop: (state) => {
      held = held.filter(({ keyId }) => keyId !== state);
    },
  };
  const identities = createIdentities({
    clock: { now: () => NOW, after: () => () => undefined },
    directory: directory as Directory,
    index: { pinned: () => new Set([pinned]) },
    ownKeys: { destroy },
  } as unknown as Parameters<typeof createIdentities>[0]);
  return { identities, held: () => held.map(({ keyId }) => keyId) };
};

test('keys that no order needs are destroyed and forgotten; recent ones wait', async () => {
  const destroyed: KeyStateId[][] = [];
  const { identities, held } = nodeWith(async (states) => void destroyed.push([...states]));
  assert.equal(await identities.destroyUnused(), NOW + SUCCESSION);
  assert.deepEqual(destroyed, [[old, older]]);
  assert.deepEqual(held(), [newest, pinned, recent]);
  await identities.destroyUnused();
  assert.equal(destroyed.length, 1, 'nothing is destroyed twice');
});

test('keys that could not be destroyed are still known, and tried again', async () => {
  const { identities, held } = nodeWith(() => Promise.reject(new Error('the disk is away')));
  await assert.rejects(identities.destroyUnused(), /the disk is away/);
  assert.deepEqual(held(), [newest, pinned, recent, old, older]);
});
