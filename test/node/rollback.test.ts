import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryDisk } from '../../src/log/memory-store.ts';
import { systemClock, type Clock } from '../../src/ports/clock.ts';
import { memoryWorld, restart, type Member } from './memory-world.ts';

/** Whole nodes, started on an older copy of their data: what they hear, and from whom. */

const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};

const trio = async () => {
  const { members, network, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    beth: ['beneficiary'],
  });
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  const peerOf = async ({ node }: Member) => (await node.status()).peerId;
  const peers = {
    paula: await peerOf(paula),
    fred: await peerOf(fred),
    beth: await peerOf(beth),
  };
  return { paula, fred, beth, peers, network, stop };
};

const copyOf = ({ rows, keys, witness }: MemoryDisk) => ({
  rows: new Map(rows),
  keys: [...keys],
  witness,
  holder: undefined,
});

/** Timers ring ten times as early. */
const hasty: Clock = {
  now: () => systemClock.now(),
  after: (delay, wake) => systemClock.after(delay / 10, wake),
};

const order = async (principal: Member, beneficiary: Member): Promise<void> => {
  const wish = { ...WISH, beneficiary: beneficiary.id };
  const { orderReference } = await principal.node.createOrder(wish, null);
  assert.ok((await principal.node.settled(orderReference, 'ready', 60_000)).address);
};

const logState = async ({ node }: Member): Promise<string> => (await node.status()).log.state;

const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 1_200; tries++) {
    if (await holds()) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`never: ${what}`);
};

test('fault/F10: a node that went on alone is sealed when the first peer comes back', async () => {
  const { paula, fred, beth, peers, network, stop } = await trio();
  const older = copyOf(paula.logDisk);
  await order(paula, beth);
  await paula.node.stop();
  Object.assign(paula.logDisk, older);
  paula.world.clock = hasty;
  network.unplug(peers.fred);
  network.unplug(peers.beth);
  await restart(paula);
  assert.equal(await logState(paula), 'asking peers');
  await eventually('it goes on', async () => (await logState(paula)) !== 'asking peers');
  assert.equal(await logState(paula), 'verified, confirmed by no peer');
  assert.ok(paula.notices.some(({ event }) => event === 'log.unconfirmed'));
  network.plug(peers.fred);
  await eventually('it is sealed', async () => (await logState(paula)) === 'rolled back');
  await assert.rejects(order(paula, beth), { code: 'node/rolled-back' });
  network.unplug(peers.fred);
  await paula.node.stop();
  await restart(paula);
  await assert.rejects(order(paula, beth), { code: 'node/rolled-back' });
  assert.deepEqual(
    fred.notices.filter(({ level }) => level === 'error'),
    [],
  );
  await stop();
});

test('fault/F10: the one peer who knows more has new keys since', async () => {
  const { paula, fred, beth, peers, network, stop } = await trio();
  const [olderLog, olderNode] = [copyOf(paula.logDisk), copyOf(paula.nodeDisk)];
  await order(paula, beth);
  await paula.node.stop();
  network.unplug(peers.beth);
  await fred.node.rotateIdentity(['kem', 'bls']);
  await fred.node.rotateIdentity(['kem', 'bls']);
  Object.assign(paula.logDisk, olderLog);
  Object.assign(paula.nodeDisk, olderNode);
  await restart(paula);
  await assert.rejects(order(paula, beth), { code: 'node/rolled-back' });
  await stop();
});

test('fault/F10: a node on a copy from before its own rotation', async () => {
  const { paula, beth, stop } = await trio();
  const [olderLog, olderNode] = [copyOf(paula.logDisk), copyOf(paula.nodeDisk)];
  await paula.node.rotateIdentity(['kem', 'bls']);
  await order(paula, beth);
  await paula.node.stop();
  Object.assign(paula.logDisk, olderLog);
  Object.assign(paula.nodeDisk, olderNode);
  await restart(paula);
  await assert.rejects(order(paula, beth), { code: 'node/rolled-back' });
  assert.ok(paula.notices.some(({ event }) => event === 'identity.overtaken'));
  await paula.node.stop();
  await restart(paula);
  assert.equal(await logState(paula), 'rolled back');
  await stop();
});

test('an honest restart is confirmed by its peers', async () => {
  const { paula, beth, stop } = await trio();
  await order(paula, beth);
  await paula.node.stop();
  await restart(paula);
  await order(paula, beth);
  assert.equal(await logState(paula), 'verified');
  assert.deepEqual(
    paula.notices.filter(({ level }) => level === 'error'),
    [],
  );
  await stop();
});
