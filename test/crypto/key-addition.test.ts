import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as oracle from '@noble/secp256k1';
import fc from 'fast-check';
import { addPoints, addScalars, addToHolder } from '../../src/crypto/key-addition.ts';
import { publicKeyOf, randomScalar } from '../../src/crypto/secp256k1.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { hex, withCode } from './vectors.ts';

const N = hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
const order = BigInt(`0x${N.toString('hex')}`);
const integer = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const scalar = (value: bigint): Buffer => hex(value.toString(16).padStart(64, '0'));
const negated = (point: Buffer): Buffer =>
  Buffer.concat([Buffer.of(point.readUInt8(0) ^ 1), point.subarray(1)]);

suite('key addition', () => {
  test('the sum of the points is the point of the sum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (count) => {
        const secrets = Array.from({ length: count }, () => randomScalar(systemRandom));
        const sum = addScalars(secrets);
        assert.equal(integer(sum), secrets.reduce((total, s) => total + integer(s), 0n) % order);
        const points = secrets.map(publicKeyOf);
        assert.deepEqual(addPoints(points), publicKeyOf(sum));
        assert.deepEqual(addPoints(points.toReversed()), publicKeyOf(sum));
        const independent = points
          .map((point) => oracle.Point.fromBytes(point))
          .reduce((left, right) => left.add(right));
        assert.deepEqual(Uint8Array.from(addPoints(points)), independent.toBytes());
      }),
      { numRuns: 20 },
    );
  });

  test('doubling, and the ends of the range of scalars', () => {
    const point = publicKeyOf(scalar(3n));
    assert.deepEqual(addPoints([point, point]), publicKeyOf(scalar(6n)));
    assert.deepEqual(addScalars([scalar(order - 1n), scalar(2n)]), scalar(1n));
    assert.deepEqual(addScalars([scalar(order - 1n), scalar(order - 1n)]), scalar(order - 2n));
    assert.deepEqual(addScalars([scalar(order - 1n)]), scalar(order - 1n));
  });

  test('attack/K5: P = -Q, and any sum on the way that vanishes', () => {
    const [p, q] = [publicKeyOf(scalar(5n)), publicKeyOf(scalar(9n))];
    const cancelling = [
      [p, negated(p)],
      [p, negated(p), q],
      [p, q, negated(addPoints([p, q])), q],
    ];
    for (const points of cancelling)
      assert.throws(() => addPoints(points), withCode('crypto/point-identity'));
    assert.throws(() => addPoints([]), withCode('crypto/point-identity'));
    assert.throws(() => addPoints([p, Buffer.alloc(33)]), withCode('crypto/point-identity'));
    assert.throws(() => addPoints([p, Buffer.alloc(33, 0xff)]), withCode('crypto/point-invalid'));
    assert.throws(() => addPoints([p, p.subarray(1)]), withCode('crypto/length'));
  });

  test('the sums of a wallet are those of its points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), (count) => {
        const points = Array.from({ length: count }, () => publicKeyOf(randomScalar(systemRandom)));
        const sums = { groupKey: addPoints(points.slice(1)), walletKey: addPoints(points) };
        assert.deepEqual(addToHolder(points), sums);
      }),
      { numRuns: 10 },
    );
  });

  test('attack/K5: the first part that repeats or cancels what came before it', () => {
    const [b, p, q, r] = [5n, 9n, 20n, 31n].map((value) => publicKeyOf(scalar(value))) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const degenerate: [Buffer[], number][] = [
      [[b, b], 1],
      [[b, negated(b)], 1],
      [[b, p, q, p], 3],
      [[b, p, q, negated(q), r], 3],
      [[b, p, q, negated(addPoints([p, q])), r], 3],
      [[b, p, negated(addPoints([b, p])), q], 2],
    ];
    for (const [points, place] of degenerate)
      assert.deepEqual(addToHolder(points), { degenerateAt: place });
    for (const points of [[], [b]])
      assert.throws(() => addToHolder(points), withCode('crypto/point-identity'));
    assert.throws(() => addToHolder([b, Buffer.alloc(33, 0xff)]), withCode('crypto/point-invalid'));
  });

  test('attack/K5: scalars out of range, and sums of zero', () => {
    for (const bad of [scalar(0n), N])
      assert.throws(() => addScalars([scalar(1n), bad]), withCode('crypto/scalar-range'));
    assert.throws(() => addScalars([]), withCode('crypto/scalar-range'));
    assert.throws(
      () => addScalars([scalar(1n), scalar(order - 1n)]),
      withCode('crypto/scalar-range'),
    );
    assert.throws(() => addScalars([Buffer.alloc(31, 1)]), withCode('crypto/length'));
  });

  test('leaves the parts to their owner', () => {
    const part = randomScalar(systemRandom);
    const copy = Buffer.from(part);
    addScalars([part, part]).fill(0);
    assert.deepEqual(part, copy);
  });
});
