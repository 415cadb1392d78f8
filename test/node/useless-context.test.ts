import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, machineOf, start, type OrderSnapshot } from '../../machines/registry.ts';
import type { OrderContext } from '../../machines/order-context.ts';
import { uselessSecrets } from '../../src/node/useless-secrets.ts';
import { cid } from '../log/log-world.ts';

/** A role at its end, with whatever it guarded. */
const ended = (more: Partial<OrderContext>): OrderSnapshot => {
  const begun = start(machineOf('fiduciary'), { self: cid('fred') });
  const context: OrderContext = {
    ...contextOf(begun),
    secrets: { addend: 'a', round: 'b', share: 'c', key: 'd' },
    ended: { at: 1, code: 'order/cancelled', text: '', node: cid('paula') },
    ...more,
  } as OrderContext;
  return { ...begun, status: 'done', context } as unknown as OrderSnapshot;
};

test('all secrets of an order without a wallet are useless, the share too', () => {
  assert.deepEqual(uselessSecrets(ended({})), ['a', 'b', 'c', 'd']);
});

test('no secret is useless where there is a certificate, or no end', () => {
  const certificate = { order: cid('order') } as OrderContext['certificate'];
  assert.deepEqual(uselessSecrets(ended({ certificate })), []);
  assert.deepEqual(uselessSecrets(ended({ ended: null })), []);
});
