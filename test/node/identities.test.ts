import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskAfter, type MemoryDisk } from '../../src/log/memory-store.ts';
import { SUCCESSION } from '../../src/node/directory.ts';
import { memoryWorld, movableClock, restart, type Member } from './memory-world.ts';

const HOUR = 3_600_000;
const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: HOUR,
};
const TRIO = { paula: ['principal'], fred: ['fiduciary'], beth: ['beneficiary'] } as const;

const trio = async () => {
  const clock = movableClock();
  const roles = { paula: [...TRIO.paula], fred: [...TRIO.fred], beth: [...TRIO.beth] };
  const { members, stop } = await memoryWorld(roles, undefined, undefined, undefined, clock);
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  return { paula, fred, beth, clock, stop };
};

/** Looks until it is so, or fails. */
const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`never: ${what}`);
};

const keyStateAt = async (member: Member, id: string): Promise<string | undefined> =>
  (await member.node.peers()).find((peer) => peer.id === id)?.keyState;

const heldStates = (disk: MemoryDisk): Set<string> =>
  new Set(
    [...disk.rows.keys()]
      .filter((key) => key.startsWith('key/'))
      .map((key) => key.split('/')[1] ?? ''),
  );

test('a rotation reaches the peers, and new orders use the new keys', async () => {
  const { paula, fred, beth, clock, stop } = await trio();
  const rotated = await fred.node.rotateIdentity(['kem', 'bls']);
  assert.equal(rotated.seq, 1);
  assert.deepEqual(
    rotated.history.map(({ type }) => type),
    ['inception', 'rotation'],
  );
  for (const member of [paula, beth])
    await eventually(
      'the peers know',
      async () => (await keyStateAt(member, fred.id)) === rotated.keyState,
    );
  assert.equal(heldStates(fred.nodeDisk).size, 2, 'a proposal may be on its way');
  clock.forward(SUCCESSION);
  await eventually(
    'the old keys are gone',
    async () =>
      heldStates(fred.nodeDisk).size === 1 && heldStates(fred.nodeDisk).has(rotated.keyState),
  );
  const { orderReference } = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  assert.ok((await paula.node.settled(orderReference, 'ready', 10_000)).address);
  await stop();
});

test('an order goes on with the keys that it pinned, and they are destroyed when it has ended', async () => {
  const { paula, fred, beth, clock, stop } = await trio();
  const { orderReference } = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  assert.ok((await paula.node.settled(orderReference, 'ready', 10_000)).address);
  for (const member of [paula, fred, beth]) await member.node.rotateIdentity(['kem', 'bls']);
  clock.forward(SUCCESSION);
  for (const member of [paula, fred, beth]) assert.equal(heldStates(member.nodeDisk).size, 2);
  await paula.node.redeemOrder(orderReference, null, null);
  await paula.node.settled(orderReference, 'redeemed', 10_000);
  await eventually('the old keys are gone', async () =>
    [paula, fred, beth].every(({ nodeDisk }) => heldStates(nodeDisk).size === 1),
  );
  await stop();
});

test('a rotation interrupted at any write leaves the old or the new state, never neither', async () => {
  const { fred, stop } = await trio();
  fred.nodeDisk.history ??= [];
  const before = [...fred.nodeDisk.rows].map(
    ([key, value]) => ({ type: 'put', key, value }) as const,
  );
  const first = fred.nodeDisk.history.length;
  const rotated = await fred.node.rotateIdentity(['kem', 'bls', 'peer']);
  const writes = fred.nodeDisk.history.slice(first);
  await stop();
  assert.ok(writes.length >= 1);
  for (let count = 0; count <= writes.length; count++) {
    const disk = diskAfter([{ type: 'batch', operations: before }, ...writes.slice(0, count)]);
    fred.nodeDisk.rows = disk.rows;
    fred.nodeDisk.keys = disk.keys;
    fred.nodeDisk.holder = undefined;
    await restart(fred);
    const { keyState, history } = await fred.node.resolveIdentity(fred.id);
    assert.equal(keyState, count === 0 ? fred.id : rotated.keyState);
    assert.ok(history.length >= 1);
    const again = await fred.node.rotateIdentity(['kem']);
    assert.equal(again.seq, history.length);
    await fred.node.stop();
  }
});

test('a revoked node takes part in no new order', async () => {
  const { paula, fred, beth, stop } = await trio();
  const revoked = await fred.node.revokeIdentity();
  assert.ok(revoked.revoked);
  await assert.rejects(fred.node.rotateIdentity([]), { code: 'identity/revoked' });
  await eventually('paula knows', async () =>
    (await paula.node.peers()).some(({ id, revoked: known }) => id === fred.id && known),
  );
  await assert.rejects(paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null), {
    code: 'identity/revoked',
  });
  await stop();
});

test('fault/F10: a node on an older copy of its data notices before any role takes a turn', async () => {
  const { paula, fred, beth, stop } = await trio();
  const older = new Map(paula.logDisk.rows);
  const olderKeys = [...paula.logDisk.keys];
  const olderWitness = paula.logDisk.witness;
  const { orderReference } = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  assert.ok((await paula.node.settled(orderReference, 'ready', 10_000)).address);
  await paula.node.stop();
  Object.assign(paula.logDisk, {
    rows: older,
    keys: olderKeys,
    witness: olderWitness,
    holder: undefined,
  });
  await restart(paula);
  await assert.rejects(paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null), {
    code: 'node/rolled-back',
  });
  const recovered = await paula.node.recover();
  assert.ok(recovered.heads.length > 0);
  const again = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  assert.ok((await paula.node.settled(again.orderReference, 'ready', 10_000)).address);
  assert.deepEqual(
    [fred.notices, beth.notices].flat().filter(({ event }) => event === 'log.rolled-back'),
    [],
  );
  await stop();
});

test('parties that only the principal trusts are looked up by the others', async () => {
  const { members, stop } = await memoryWorld(
    { paula: ['principal'], fred: ['fiduciary'], beth: ['beneficiary'] },
    (name, other) => name === 'paula' || other === 'paula',
  );
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  const { orderReference } = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  const ready = await paula.node.settled(orderReference, 'ready', 20_000);
  assert.ok(ready.address);
  await paula.node.redeemOrder(orderReference, null, null);
  await paula.node.settled(orderReference, 'redeemed', 20_000);
  assert.equal((await beth.node.exportKey(orderReference)).address, ready.address);
  await stop();
});

test('a peer is pinned by its id alone, as new as others know it', async () => {
  const { members, stop } = await memoryWorld(
    { paula: ['principal'], fred: ['fiduciary'], beth: ['beneficiary'] },
    (name, other) => name === 'fred' || other === 'fred',
  );
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  const rotated = await beth.node.rotateIdentity(['kem']);
  const pinned = await paula.node.addPeer({ id: beth.id, name: 'beth', roles: ['beneficiary'] });
  assert.equal(pinned.keyState, rotated.keyState);
  await stop();
});
