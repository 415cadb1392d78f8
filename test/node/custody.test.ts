import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryWorld } from './memory-world.ts';

const HOUR = 3_600_000;
const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: HOUR,
};

test('three nodes make a wallet and hand its key to the beneficiary named in the order', async () => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    beth: ['beneficiary'],
  });
  const [paula, fred, beth] = [...members.values()];
  assert.ok(paula && fred && beth);
  const created = await paula.node.createOrder({ ...WISH, beneficiary: beth.id }, 'key-1');
  const ready = await paula.node.settled(created.orderReference, 'ready', 5_000);
  assert.match(ready.address ?? '', /^bc1q/);
  await paula.node.redeemOrder(created.orderReference, null, null);
  const redeemed = await paula.node.settled(created.orderReference, 'redeemed', 5_000);
  assert.ok(redeemed.redemption?.receiptedAt);
  const exported = await beth.node.exportKey(created.orderReference);
  assert.equal(exported.address, ready.address);
  assert.equal(exported.format, 'WIF');
  await stop();
});

test('the beneficiary may be named at redemption', async () => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    beth: ['beneficiary'],
  });
  const [paula, , beth] = [...members.values()];
  assert.ok(paula && beth);
  const created = await paula.node.createOrder(WISH, null);
  const ready = await paula.node.settled(created.orderReference, 'ready', 5_000);
  assert.ok(ready.address);
  await paula.node.redeemOrder(created.orderReference, beth.id, null);
  await paula.node.settled(created.orderReference, 'redeemed', 5_000);
  assert.equal((await beth.node.exportKey(created.orderReference)).address, ready.address);
  await stop();
});

test('one node may play every role', async () => {
  const { members, stop } = await memoryWorld({ solo: [] });
  const [solo] = [...members.values()];
  assert.ok(solo);
  for (const beneficiary of [null, solo.id]) {
    const created = await solo.node.createOrder({ ...WISH, beneficiary }, null);
    const ready = await solo.node.settled(created.orderReference, 'ready', 5_000);
    assert.ok(ready.address);
    await solo.node.redeemOrder(created.orderReference, solo.id, null);
    await solo.node.settled(created.orderReference, 'redeemed', 5_000);
    assert.equal((await solo.node.exportKey(created.orderReference)).address, ready.address);
  }
  await stop();
});
