import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderIdOf } from '../../src/custody/order-id.ts';
import type { Role } from '../../src/domain/ids.ts';
import { createTakenOn, type TakenOn } from '../../src/node/taken-on.ts';
import { beth, idOf, paula, termsOf, type Wish } from '../custody/ceremony.ts';

const NOW = 1_800_000_000_000;
const NEW = 'an order not seen yet';
const PAULA = idOf(paula);

const noted = (
  taken: TakenOn,
  seed: string,
  change: { role?: Role; at?: number; state?: string; finished?: boolean; wish?: Wish } = {},
): string => {
  const terms = termsOf({ seed, ...change.wish });
  const order = orderIdOf(terms);
  const { role = 'fiduciary', at = NOW, state = 'contributing', finished = false } = change;
  taken.note(order, role, { context: { terms, createdAt: at }, state, finished });
  return order;
};

describe('what a node has taken on', () => {
  it('is counted for each principal by itself', () => {
    const taken = createTakenOn();
    noted(taken, 'a');
    noted(taken, 'b');
    noted(taken, 'c', { wish: { principal: beth } });
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 2, lastMinute: 2 });
    assert.deepEqual(taken.load(idOf(beth), NEW, NOW), { open: 1, lastMinute: 1 });
    assert.deepEqual(taken.load('nobody', NEW, NOW), { open: 0, lastMinute: 0 });
  });

  it('counts an order once, and not itself', () => {
    const taken = createTakenOn();
    const order = noted(taken, 'a');
    noted(taken, 'a', { role: 'beneficiary' });
    assert.equal(taken.load(PAULA, NEW, NOW).open, 1);
    assert.deepEqual(taken.load(PAULA, order, NOW), { open: 0, lastMinute: 0 });
  });

  it('is open until every role has ended', () => {
    const taken = createTakenOn();
    noted(taken, 'a');
    noted(taken, 'a', { role: 'beneficiary' });
    noted(taken, 'a', { state: 'closed', finished: true });
    assert.equal(taken.load(PAULA, NEW, NOW).open, 1);
    noted(taken, 'a', { role: 'beneficiary', state: 'redeemed', finished: true });
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 0, lastMinute: 1 });
  });

  it('is recent for a minute, also when the clock is put back', () => {
    const taken = createTakenOn();
    noted(taken, 'a');
    assert.equal(taken.load(PAULA, NEW, NOW - 3_600_000).lastMinute, 1);
    assert.equal(taken.load(PAULA, NEW, NOW + 59_999).lastMinute, 1);
    assert.deepEqual(taken.load(PAULA, NEW, NOW + 60_000), { open: 1, lastMinute: 0 });
  });

  it('has nothing of its own orders, of those it declined, and of what it is handed late', () => {
    const taken = createTakenOn();
    noted(taken, 'a', { role: 'principal' });
    noted(taken, 'b', { state: 'refused', finished: true });
    noted(taken, 'c', { role: 'beneficiary', wish: { beneficiary: null } });
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 0, lastMinute: 0 });
  });

  it('counts what it is about to agree to, until that is written or a minute is over', () => {
    const taken = createTakenOn();
    taken.claim(orderIdOf(termsOf({ seed: 'a' })), PAULA, NOW);
    taken.claim('never written', PAULA, NOW);
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 2, lastMinute: 2 });
    noted(taken, 'a');
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 2, lastMinute: 2 });
    noted(taken, 'a', { state: 'cancelled', finished: true });
    assert.deepEqual(taken.load(PAULA, NEW, NOW), { open: 1, lastMinute: 2 });
    assert.deepEqual(taken.load(PAULA, NEW, NOW + 60_000), { open: 0, lastMinute: 0 });
  });
});
