import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDialer } from '../../src/transport/dialer.ts';
import type { Dialer } from '../../src/transport/dialer.ts';
import type { Contact, PeerId } from '../../src/transport/transport.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createVirtualClock } from './virtual-clock.ts';

const contact = (peer: PeerId, ...addrs: string[]): Contact => ({
  node: `node-${peer}`,
  peer,
  addrs,
});

/** A world in which dialling succeeds for the peers that are up. */
const createWorld = () => {
  const clock = createVirtualClock();
  const started = clock.now();
  const up = new Set<PeerId>();
  const connected = new Set<PeerId>();
  const dials: { at: number; addrs: readonly string[] }[] = [];
  let hang = false;
  const dialer: Dialer = createDialer({
    clock,
    random: createSeededRandom('dialer'),
    isConnected: (peer) => connected.has(peer),
    dial: async ({ peer, addrs }, signal) => {
      dials.push({ at: clock.now() - started, addrs });
      if (hang) await new Promise((_, reject) => signal.addEventListener('abort', reject));
      if (!up.has(peer)) throw new Error('nobody there');
      connected.add(peer);
      dialer.connected(peer);
    },
  });
  return {
    clock,
    dialer,
    dials,
    up,
    hangs: (value: boolean) => {
      hang = value;
    },
    lose: (peer: PeerId) => {
      connected.delete(peer);
      dialer.disconnected(peer);
    },
    /** In small steps: a dial ends in a microtask, and the next wait begins then. */
    pass: async (ms: number) => {
      for (let left = ms; left > 0; left -= 50) {
        await new Promise(setImmediate);
        clock.advance(50);
      }
      await new Promise(setImmediate);
    },
  };
};

test('dials contacts known before the start, and not before', async () => {
  const world = createWorld();
  world.up.add('a');
  world.dialer.connect(contact('a', 'x'));
  await world.pass(1_000);
  assert.equal(world.dials.length, 0);
  world.dialer.start();
  await world.pass(100_000);
  assert.deepEqual(world.dials, [{ at: 1_000, addrs: ['x'] }]);
});

test('pauses twice as long after each failure, up to a minute, with jitter', async () => {
  const world = createWorld();
  world.dialer.start();
  world.dialer.connect(contact('a'));
  await world.pass(1_200_000);
  const pauses = world.dials
    .map(({ at }, index) => at - (world.dials[index - 1]?.at ?? 0))
    .slice(1);
  for (const [index, pause] of pauses.entries()) {
    const longest = Math.min(60_000, 500 * 2 ** index);
    assert.ok(pause >= longest / 2 && pause <= longest + 50, `pause ${index}: ${pause} ms`);
  }
  assert.ok(new Set(pauses.slice(7)).size > 5, 'jitter');
  world.up.add('a');
  await world.pass(60_050);
  const { length } = world.dials;
  await world.pass(1_000_000);
  assert.equal(world.dials.length, length, 'connected: no more dials');
});

test('dials soon after a connection that lasted, and ever later after ones that do not', async () => {
  const world = createWorld();
  world.up.add('a');
  world.dialer.start();
  world.dialer.connect(contact('a'));
  await world.pass(100);
  for (let round = 0; round < 10; round++) {
    const { length } = world.dials;
    world.lose('a');
    const before = world.clock.now();
    while (world.dials.length === length) await world.pass(50);
    const longest = Math.min(60_000, 500 * 2 ** round);
    assert.ok(world.clock.now() - before >= longest / 2, `round ${round}`);
  }
  await world.pass(30_000);
  const { length } = world.dials;
  world.lose('a');
  await world.pass(600);
  assert.equal(world.dials.length, length + 1);
});

test('gives up a dial that hangs', async () => {
  const world = createWorld();
  world.hangs(true);
  world.dialer.start();
  world.dialer.connect(contact('a'));
  await world.pass(19_000);
  assert.equal(world.dials.length, 1);
  await world.pass(2_000);
  assert.equal(world.dials.length, 2);
});

test('a changed contact is dialled at once, the same again changes nothing', async () => {
  const world = createWorld();
  world.dialer.start();
  world.dialer.connect(contact('a', 'old'));
  await world.pass(300_000);
  const { length } = world.dials;
  world.dialer.connect(contact('a', 'old'));
  await world.pass(50);
  assert.equal(world.dials.length, length);
  world.dialer.connect(contact('a', 'new'));
  await world.pass(50);
  assert.deepEqual(world.dials.at(-1)?.addrs, ['new']);
  await world.pass(300_000);
  assert.ok(world.dials.slice(length).every(({ addrs }) => addrs[0] === 'new'));
});

test('what is forgotten, or stopped, is dialled no more, and no wait is left', async () => {
  for (const end of ['forget', 'stop'] as const) {
    const world = createWorld();
    world.dialer.start();
    world.dialer.connect(contact('a'));
    await world.pass(5_000);
    const { length } = world.dials;
    if (end === 'forget') world.dialer.forget('a');
    else world.dialer.stop();
    assert.equal(world.clock.waiting(), 0);
    world.dialer.disconnected('a');
    world.dialer.review();
    await world.pass(300_000);
    assert.equal(world.dials.length, length);
  }
});

test('ending a dial in progress leaves nothing behind', async () => {
  const world = createWorld();
  world.hangs(true);
  world.dialer.start();
  world.dialer.connect(contact('a'));
  await world.pass(1_000);
  world.dialer.stop();
  await world.pass(50);
  assert.equal(world.clock.waiting(), 0);
});

test('a review sets going what was lost without notice', async () => {
  const world = createWorld();
  world.up.add('a');
  world.dialer.start();
  world.dialer.connect(contact('a'));
  await world.pass(100);
  world.dialer.review();
  await world.pass(100_000);
  assert.equal(world.dials.length, 1, 'connected: nothing to do');
  const lost = createWorld();
  lost.dialer.start();
  lost.dialer.connect(contact('a'));
  await lost.pass(100);
  const waits = lost.clock.waiting();
  lost.dialer.review();
  assert.equal(lost.clock.waiting(), waits, 'about to be dialled: nothing to do');
});
