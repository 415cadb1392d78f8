import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { below, rowKeys } from '../../src/log/keys.ts';
import { ALICE, cid, secretId, stream } from './log-world.ts';

const keys = rowKeys(Buffer.alloc(32, 1));

it('orders keys as their numbers', () => {
  const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [index, record, sent] = [
        keys.index,
        (n: number) => keys.record(stream('o'), n),
        (n: number) => keys.sent(cid('o'), n),
      ];
      for (const key of [index, record, sent]) assert.equal(key(a) < key(b), a < b);
    }),
  );
});

it('bounds exactly what is below a name', () => {
  const [from, to] = below(keys.mark(stream('o'), ALICE, 1));
  for (const position of [1, 9, 10, Number.MAX_SAFE_INTEGER]) {
    const key = keys.mark(stream('o'), ALICE, 1, position);
    assert.ok(from <= key && key < to);
  }
  for (const other of [keys.mark(stream('o'), ALICE, 2, 1), keys.mark(stream('p'), ALICE, 1, 1)])
    assert.ok(other < from || other >= to);
});

it('gives every row a key of its own', () => {
  const all = [
    keys.index(1),
    keys.record(stream('o'), 1),
    keys.record(stream('o', 'fiduciary'), 1),
    keys.mark(stream('o'), ALICE, 1, 1),
    keys.mark(stream('o', 'fiduciary'), ALICE, 1, 1),
    keys.evidence(cid('o'), 1),
    keys.sent(cid('o'), 1),
    keys.pending(cid('o'), 1),
    keys.acknowledged(cid('o'), 1),
    keys.secret(secretId('o')),
    keys.answer('o', 1),
    keys.answer('p', 1),
  ];
  assert.equal(new Set(all).size, all.length);
  for (const key of all) assert.match(key, /^[a-z](\/[0-9a-f]{32})?(\/\d{16})?$/);
});

it('hides names from who does not know the salt', () => {
  const others = rowKeys(Buffer.alloc(32, 2));
  assert.notEqual(keys.record(stream('o'), 1), others.record(stream('o'), 1));
  assert.notEqual(keys.secret(secretId('o')), others.secret(secretId('o')));
  assert.equal(keys.record(stream('o'), 1), rowKeys(Buffer.alloc(32, 1)).record(stream('o'), 1));
});
