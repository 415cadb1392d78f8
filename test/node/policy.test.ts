import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { orderPage } from '../../cli/show/order-page.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { DEFAULT_POLICY, type CustodyPolicy } from '../../src/node/effects/deps.ts';
import { memoryWorld, restart, type Member } from './memory-world.ts';

/** What an operator writes under `policy` is what nodes do, and the principal is told who declined and why. */

const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};

const world = async (t: TestContext) => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    peter: ['principal'],
    fred: ['fiduciary'],
  });
  t.after(stop);
  const [paula, peter, fred] = [...members.values()];
  assert.ok(paula && peter && fred);
  const limit = async (policy: Partial<CustodyPolicy>): Promise<void> => {
    await fred.node.stop();
    fred.world.policy = { ...DEFAULT_POLICY, ...policy };
    await restart(fred);
  };
  return { paula, peter, fred, limit };
};

const orderBy = async ({ node }: Member): Promise<OrderView> => {
  const { orderReference } = await node.createOrder(WISH, null);
  return node.settled(orderReference, 'ready', 10_000);
};

const assertDeclined = (order: OrderView, by: Member, code: string): void => {
  assert.deepEqual([order.address, order.ended?.by, order.ended?.code], [null, by.id, code]);
  assert.match(orderPage(order, 0), new RegExp(`ended without a wallet by ${by.name} .*${code}`));
};

test('a principal that is pinned but not listed is declined', async (t) => {
  const { paula, peter, fred, limit } = await world(t);
  await limit({ principals: [peter.id] });
  assertDeclined(await orderBy(paula), fred, 'refusal/principal-not-served');
  assert.ok((await orderBy(peter)).address);
});

test('each principal has so many open orders, and no more after a restart', async (t) => {
  const { paula, peter, fred, limit } = await world(t);
  await limit({ openOrders: 2 });
  const first = await orderBy(paula);
  assert.ok(first.address);
  assert.ok((await orderBy(paula)).address);
  assertDeclined(await orderBy(paula), fred, 'refusal/too-many-orders');
  await limit({ openOrders: 2 });
  assertDeclined(await orderBy(paula), fred, 'refusal/too-many-orders');
  assert.ok((await orderBy(peter)).address, 'the orders of another do not count');
  await limit({ openOrders: 3 });
  assert.ok((await orderBy(paula)).address, 'what was declined does not count');
});

for (const [policy, code] of [
  [{ openOrders: 3 }, 'refusal/too-many-orders'],
  [{ ordersPerMinute: 3 }, 'refusal/too-fast'],
] as const)
  test(`${code}: of proposals that come at once no more are agreed to than of those that come one by one`, async (t) => {
    const { paula, fred, limit } = await world(t);
    await limit(policy);
    const orders = await Promise.all(Array.from({ length: 12 }, () => orderBy(paula)));
    const declined = orders.filter(({ address }) => address === null);
    assert.equal(orders.length - declined.length, 3);
    for (const order of declined) assertDeclined(order, fred, code);
  });
