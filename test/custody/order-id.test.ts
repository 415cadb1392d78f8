import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderContext, orderIdOf } from '../../src/custody/order-id.ts';
import { isCid } from '../../src/domain/ids.ts';
import { cbor, cidV1, H } from '../independent.ts';
import { beth, NETWORK, termsOf } from './ceremony.ts';

describe('order id', () => {
  it('is the CID of the canonical terms', () => {
    const terms = termsOf({ n: 3, notBefore: 1_900_000_000_000 });
    assert.equal(orderIdOf(terms), cidV1(cbor(terms)));
    assert.ok(isCid(orderIdOf(terms)));
  });

  it('changes with anything in the terms', () => {
    const terms = termsOf({ n: 3 });
    const [first, ...rest] = terms.fiduciaries;
    const others = [
      { ...terms, nonce: Buffer.from(terms.nonce).fill(0) },
      { ...terms, principal: terms.fiduciaries[0]! },
      { ...terms, beneficiary: null },
      { ...terms, fiduciaries: rest },
      { ...terms, fiduciaries: [{ ...first!, key: beth.state.keyId }, ...rest] },
      { ...terms, threshold: 3 },
      { ...terms, coin: 'ethereum' },
      { ...terms, conditions: { notBefore: 1 } },
      { ...terms, expiresAt: terms.expiresAt + 1 },
    ];
    assert.equal(new Set([terms, ...others].map(orderIdOf)).size, others.length + 1);
  });
});

describe('context of an order', () => {
  const order = orderIdOf(termsOf());

  it('is H("milagro/ctx/v1", network, OrderId)', () => {
    assert.deepEqual(orderContext(NETWORK, order), H('milagro/ctx/v1', NETWORK, order));
  });

  it('is another in another network, and of another order', () => {
    const here = orderContext(NETWORK, order);
    assert.notDeepEqual(orderContext('main', order), here);
    assert.notDeepEqual(orderContext(NETWORK, orderIdOf(termsOf({ seed: 'other' }))), here);
  });
});
