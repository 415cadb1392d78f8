import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Transmission } from '../../src/transport/memory-network.ts';
import { memoryWorld, reachable, restart, type Member } from './memory-world.ts';

const TIMES = 1_000;
const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};

/**
 * Neither recorded nor sent: the log is the same to the last record. Nor examined: no secret of theirs is sealed again.
 */
test('attack/E1: envelopes of an order, repeated a thousand times in any order and after a restart, change nothing', async (t) => {
  const heard: Transmission[] = [];
  let sealed = 0;
  const counting = (keystore: Keystore): Keystore => ({
    ...keystore,
    seal: (...secret) => {
      sealed += 1;
      return keystore.seal(...secret);
    },
  });
  const { members, network, stop } = await memoryWorld(
    { paula: ['principal'], fred: ['fiduciary'], beth: ['beneficiary'] },
    () => true,
    {
      transmit: (transmission) => {
        heard.push(transmission);
        return [transmission.bytes];
      },
    },
    (_name, keystore) => counting(keystore),
  );
  t.after(stop);
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  const { orderReference } = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null);
  assert.ok((await paula.node.settled(orderReference, 'ready', 10_000)).address);
  await paula.node.redeemOrder(orderReference, null, null);
  await paula.node.settled(orderReference, 'redeemed', 10_000);
  const everybody = [paula, fred, beth];
  await settled(async () => (await Promise.all(everybody.map(recordsOf))).join());

  const attacker = reachable(network.transport('12D3KooWAttacker'));
  await attacker.start();
  t.after(() => attacker.stop());
  for (const restarted of [false, true]) {
    if (restarted)
      for (const member of everybody) {
        await member.node.stop();
        await restart(member, counting);
      }
    for (const peer of new Set(heard.map(({ to }) => to)))
      attacker.connect({ node: '', peer, addrs: [] });
    await pause(500);
    const before = await Promise.all(everybody.map((member) => member.node.verifyLog()));
    const recorded = heard.filter(({ topic }) => topic.includes('/inbox/'));
    assert.ok(recorded.length > 20);
    const known = repeats(everybody);
    sealed = 0;
    let delivered = 0;
    for (let i = 0; i < TIMES; i++) {
      // 7919 is prime: every envelope comes, in another order than it was sent.
      const { topic, bytes } = recorded[(i * 7_919) % recorded.length]!;
      delivered += await attacker.publish(topic, bytes);
      if (i % 100 === 0) await pause(10);
    }
    assert.ok(delivered >= TIMES, `${delivered} of ${TIMES} were delivered`);
    await pause(500);
    const after = await Promise.all(everybody.map((member) => member.node.verifyLog()));
    assert.deepEqual(after, before);
    assert.equal(sealed, 0);
    // All but the first of each that comes after a restart: those need a look into the log.
    const again = repeats(everybody) - known;
    assert.ok(again >= TIMES - recorded.length, `${again} of ${TIMES} were known at once`);
  }
});

/** Envelopes that were known without being opened. */
const repeats = (members: readonly Member[]): number =>
  members.reduce((sum, { world }) => sum + (world.counters.all().get('envelope/repeated') ?? 0), 0);

const recordsOf = async ({ node }: { node: { verifyLog(): Promise<{ records: number }> } }) =>
  (await node.verifyLog()).records;

const pause = (ms: number): Promise<void> =>
  new Promise((done) => systemClock.after(ms, () => done()));

/** Waits until it has been the same for a while. */
const settled = async (look: () => Promise<string>): Promise<void> => {
  for (let last = '', same = 0; same < 3;) {
    const now = await look();
    same = now === last ? same + 1 : 0;
    last = now;
    await pause(200);
  }
};
