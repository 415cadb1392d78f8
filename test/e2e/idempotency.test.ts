import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RefusedError } from '../../src/api/client.ts';
import { clientOf } from '../../scripts/bench/network.ts';
import {
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
} from '../../scripts/local-network.ts';

const AT_ONCE = 64;

describe('fault/F14: one effect for one idempotency key', () => {
  let network: LocalNetwork;
  before(async () => {
    network = await startNetwork({ solo: ['principal', 'fiduciary', 'beneficiary'] });
  });
  after(() => network.close());

  test(`${AT_ONCE} equal requests at once make one order, also after a restart`, async () => {
    const solo = network.node('solo');
    const before = await clientOf(solo);
    const create = { wait: 0, idempotencyKey: 'wallet-of-today' };
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => before.createOrder({ coin: 'bitcoin' }, create)),
    );
    const references = new Set(answers.map(({ orderReference }) => orderReference));
    assert.equal(references.size, 1);
    await stopNode(solo, 'SIGKILL');
    await startNode(solo);
    const again = await (await clientOf(solo)).createOrder({ coin: 'bitcoin' }, create);
    assert.ok(references.has(again.orderReference));
    assert.equal((await (await clientOf(solo)).orders({})).orderReference.length, 1);
  });

  test('the same key with another body is refused', async () => {
    const client = await clientOf(network.node('solo'));
    const patience = { wait: 0, idempotencyKey: 'wallet-of-tomorrow' };
    await client.createOrder({ coin: 'bitcoin' }, patience);
    await assert.rejects(
      client.createOrder({ coin: 'ethereum' }, patience),
      (thrown) => thrown instanceof RefusedError && thrown.code === 'node/idempotency-conflict',
    );
  });
});
