import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import { readExport, writeExport } from '../../src/identity/export-file.ts';
import { makeRotation, nextCommitment } from '../../src/identity/operation.ts';
import { drawSecrets, loadKeys } from '../../src/identity/own-keys.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { assembleNode } from '../../src/node/assemble.ts';
import { openSeed } from '../../src/node/vault.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';
import { identityTopic } from '../../src/transport/topics.ts';
import { eventually } from './eventually.ts';
import { memoryWorld, reachable, restart, type Member } from './memory-world.ts';

/** Production nodes, one of whose identities is attacked: what all others believe of it, and what becomes of orders. */

const WISH = {
  coin: 'bitcoin',
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};
const LONG = 60_000;

/** While it is `quiet`, nobody hears of identities. */
const four = async (t: TestContext) => {
  const net = { quiet: false };
  const { members, stop } = await memoryWorld(
    {
      paula: ['principal'],
      beth: ['beneficiary'],
      fred: ['fiduciary', 'principal'],
      gil: ['fiduciary', 'beneficiary'],
    },
    undefined,
    {
      transmit: ({ topic, bytes }) => (net.quiet && topic === identityTopic('test') ? [] : [bytes]),
    },
  );
  t.after(stop);
  const [paula, beth, fred, gil] = [...members.values()];
  assert.ok(paula && beth && fred && gil);
  return { paula, beth, fred, gil, all: [paula, beth, fred, gil], net };
};

const copyOf = (disk: MemoryDisk): MemoryDisk => ({
  ...createMemoryDisk(),
  rows: new Map(disk.rows),
  keys: [...disk.keys],
});

/** Whoever has a copy of a node's keys, somewhere else. */
const thiefOf = async (member: Member) => {
  const network = createMemoryNetwork({ clock: systemClock, random: systemRandom });
  const documents = createMemoryDocuments({ clock: systemClock });
  const { keystore: _closed, ...world } = member.world;
  return assembleNode({
    ...world,
    keystore: createMemoryKeystore({ random: systemRandom, kek: member.kek }),
    openNodeStore: memoryStore({ disk: copyOf(member.nodeDisk) }),
    openLogStore: memoryStore({ disk: createMemoryDisk() }),
    createNetwork: ({ peer }) => ({
      transport: reachable(network.transport(peer)),
      documents: documents.store(peer),
    }),
  });
};

/** Another history of an identity: the file that a thief would hand over, and the state that it makes. */
const otherHistory = async (member: Member): Promise<{ file: string; keyState: string }> => {
  const thief = await thiefOf(member);
  const { keyState } = await thief.rotateIdentity(['kem', 'bls']);
  const file = await thief.exportIdentity();
  await thief.stop();
  return { file, keyState };
};

/** The owner rotates, and `first` hears of it alone; the other history is known to nobody yet. */
const fork = async (owner: Member, net: { quiet: boolean }, first: Member) => {
  const theirs = await otherHistory(owner);
  net.quiet = true;
  const { keyState: own } = await owner.node.rotateIdentity(['kem', 'bls']);
  const { roles } = owner.world;
  const file = await owner.node.exportIdentity();
  await first.node.addPeer({ file, name: owner.name, roles: [...roles] });
  net.quiet = false;
  return { theirs, own };
};

const seqAt = async (member: Member, id: string): Promise<number | undefined> =>
  (await member.node.peers()).find((peer) => peer.id === id)?.seq;

describe('attack/I2: two operations at one place', () => {
  test('every node, whatever it saw first, ends with one proof; open orders finish, new ones are refused', async (t) => {
    const { paula, beth, fred, gil, all, net } = await four(t);
    const wish = { ...WISH, beneficiary: beth.id, fiduciaries: [fred.id], threshold: 1 };
    const open = await paula.node.createOrder(wish, null);
    const { address } = await paula.node.settled(open.orderReference, 'ready', LONG);
    assert.ok(address);

    const { theirs, own } = await fork(fred, net, paula);
    // Whoever is told of one learns of the other.
    await beth.node.addPeer({ file: theirs.file, name: 'fred', roles: ['fiduciary'] });
    const proof = [{ seq: 1, cids: [theirs.keyState, own].toSorted() }];
    for (const member of all)
      await eventually(`${member.name} has both`, async () => {
        const { duplicity } = await member.node.resolveIdentity(fred.id);
        return JSON.stringify(duplicity) === JSON.stringify(proof);
      });
    for (const member of [paula, beth, gil])
      assert.ok(
        (await member.node.peers()).some(({ id, duplicity }) => id === fred.id && duplicity),
      );

    await assert.rejects(paula.node.createOrder(wish, null), { code: 'identity/duplicity' });
    await assert.rejects(
      fred.node.createOrder({ ...wish, fiduciaries: [gil.id] }, null),
      { code: 'identity/duplicity' },
      'nor does it open one itself',
    );

    await paula.node.redeemOrder(open.orderReference, null, null);
    await paula.node.settled(open.orderReference, 'redeemed', LONG);
    assert.equal((await beth.node.exportKey(open.orderReference)).address, address);
  });

  test('the request for the key goes to the keys of the terms, not to either of two later ones', async (t) => {
    const { paula, beth, fred, net } = await four(t);
    const wish = { ...WISH, beneficiary: beth.id, fiduciaries: [fred.id], threshold: 1 };
    const { orderReference } = await paula.node.createOrder(wish, null);
    assert.ok((await paula.node.settled(orderReference, 'ready', LONG)).address);
    const { theirs } = await fork(beth, net, paula);
    await paula.node.addPeer({ file: theirs.file, name: 'beth', roles: ['beneficiary'] });
    await paula.node.redeemOrder(orderReference, null, null);
    await paula.node.settled(orderReference, 'redeemed', LONG);
    const [request] = (await paula.node.logRecords(orderReference, 'principal')).filter(
      ({ type, kind }) => kind === 'event' && type === 'redemption.requested',
    );
    assert.ok(JSON.stringify(request?.detail).includes(`"key":"${beth.id}"`));
    assert.ok((await beth.node.exportKey(orderReference)).path);
  });
});

test('attack/I1: with all current keys of a node, but not the one it committed to, nobody rotates it', async (t) => {
  const { paula, fred } = await four(t);
  const store = await memoryStore({ disk: copyOf(fred.nodeDisk) })();
  const keystore = createMemoryKeystore({ random: systemRandom, kek: fred.kek });
  const secrets = drawSecrets(systemRandom);
  for (const stolen of ['sign', 'kem', 'bls', 'peer'] as const)
    secrets[stolen] = await openSeed({ store, keystore }, fred.id, stolen);
  const { state, blocks } = readExport(await fred.node.exportIdentity());
  const forged = makeRotation(state, {
    keys: loadKeys(secrets),
    next: nextCommitment(secrets.next),
    name: 'fred',
    addrs: [],
    at: systemClock.now(),
  });
  const file = writeExport(fred.id, [...blocks, forged.bytes]);
  await assert.rejects(paula.node.addPeer({ file, name: 'fred', roles: ['fiduciary'] }), {
    code: 'identity/not-committed',
  });
  assert.equal(await seqAt(paula, fred.id), 0);
  const own = await fred.node.rotateIdentity(['kem', 'bls']);
  await eventually('the owner still rotates', async () => (await seqAt(paula, fred.id)) === 1);
  assert.deepEqual((await paula.node.resolveIdentity(fred.id)).keyState, own.keyState);
  assert.deepEqual((await paula.node.resolveIdentity(fred.id)).duplicity, []);
});

test('attack/I3: who brings an old head takes nobody back, and learns the newest', async (t) => {
  const { paula, beth, fred, gil } = await four(t);
  const old = await fred.node.exportIdentity();
  await gil.node.stop();
  for (let seq = 1; seq <= 2; seq++) await fred.node.rotateIdentity(['kem', 'bls']);
  for (const member of [paula, beth])
    await eventually('they know', async () => (await seqAt(member, fred.id)) === 2);
  await paula.node.addPeer({ file: old, name: 'fred', roles: ['fiduciary'] });
  assert.equal(await seqAt(paula, fred.id), 2);
  await restart(gil);
  await eventually('who was away learns it', async () => (await seqAt(gil, fred.id)) === 2);
  for (const member of [paula, beth]) assert.equal(await seqAt(member, fred.id), 2);
});

test('a node that was down during five rotations of everybody, and one that joins later, take part', async (t) => {
  const { paula, beth, fred, gil } = await four(t);
  await gil.node.stop();
  for (let seq = 1; seq <= 5; seq++)
    for (const member of [paula, beth, fred]) await member.node.rotateIdentity(['kem', 'bls']);
  await restart(gil);
  for (const member of [paula, beth, fred])
    await eventually(`gil knows ${member.name}`, async () => (await seqAt(gil, member.id)) === 5);
  const wish = { ...WISH, beneficiary: beth.id, fiduciaries: [gil.id], threshold: 1 };
  const { orderReference } = await paula.node.createOrder(wish, null);
  const { address } = await paula.node.settled(orderReference, 'ready', LONG);
  assert.ok(address);
  await paula.node.redeemOrder(orderReference, null, null);
  await paula.node.settled(orderReference, 'redeemed', LONG);
  assert.equal((await beth.node.exportKey(orderReference)).address, address);
});
