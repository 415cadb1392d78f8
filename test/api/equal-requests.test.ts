import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/api/client.ts';
import { createApi, listen } from '../../src/api/server.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { memoryWorld } from '../node/memory-world.ts';
import { TOKEN } from './small-api.ts';

const KEYS = 200;
const AT_ONCE = 64;

test(`fault/F14 ${AT_ONCE} equal requests at once, ${KEYS} times, make one order each`, async (t) => {
  const { members, stop } = await memoryWorld({ solo: [] });
  t.after(stop);
  const solo = members.get('solo');
  assert.ok(solo);
  const api = createApi({
    service: solo.node,
    token: TOKEN,
    clock: systemClock,
    orders: { coin: 'bitcoin', expiresIn: 86_400_000 },
    limits: { perSecond: 1_000_000 },
  });
  t.after(() => api.close());
  const client = createClient({ url: await listen(api, '127.0.0.1', 0), token: TOKEN });
  const orders = new Set<string>();
  for (let number = 0; number < KEYS; number++) {
    const request = () =>
      client.createOrder({ coin: 'bitcoin' }, { wait: 0, idempotencyKey: `order-${number}` });
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, request));
    const made = new Set(answers.map(({ orderReference }) => orderReference));
    assert.equal(made.size, 1, `key ${number}`);
    for (const order of made) orders.add(order);
  }
  assert.equal(orders.size, KEYS);
  assert.equal((await client.orders({ perPage: 1 })).total, KEYS);
});
