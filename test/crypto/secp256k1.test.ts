import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import * as oracle from '@noble/secp256k1';
import fc from 'fast-check';
import {
  checkScalar,
  encodePoint,
  isPoint,
  parsePoint,
  publicKeyOf,
  randomScalar,
  scalarFromUniform,
  subtractMultiple,
} from '../../src/crypto/secp256k1.ts';
import type { CryptoCode } from '../../src/errors.ts';
import { seededRandom } from './seeded.ts';
import { hex, withCode } from './vectors.ts';

/** SEC 2, section 2.4.1. */
const P = hex('fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f');
const N = hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
const G = hex('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');

const scalar = (value: bigint): Buffer => hex(value.toString(16).padStart(64, '0'));
const order = BigInt(`0x${N.toString('hex')}`);
const prefixed = (prefix: number, x: Uint8Array): Buffer => Buffer.concat([Buffer.of(prefix), x]);

suite('secp256k1', () => {
  test('the generator and its negative, at the ends of the range', () => {
    assert.deepEqual(publicKeyOf(scalar(1n)), G);
    assert.deepEqual(publicKeyOf(scalar(order - 1n)), prefixed(3, G.subarray(1)));
  });

  test('public keys equal those of an independent implementation', () => {
    const uniform = fc.uint8Array({ minLength: 48, maxLength: 48 });
    fc.assert(
      fc.property(uniform, (bytes) => {
        const secret = scalarFromUniform(bytes);
        const point = publicKeyOf(secret);
        assert.deepEqual(Uint8Array.from(point), oracle.getPublicKey(Uint8Array.from(secret)));
        assert.deepEqual(encodePoint(parsePoint(point)), point);
      }),
      { numRuns: 30 },
    );
  });

  test('attack/K5: scalars 0, n and above are refused, and never shown', () => {
    const bad = [scalar(0n), N, scalar(order + 1n), Buffer.alloc(32, 0xff)];
    for (const bytes of bad) {
      assert.throws(() => checkScalar(bytes), withCode('crypto/scalar-range'));
      assert.throws(() => publicKeyOf(bytes), withCode('crypto/scalar-range'));
      try {
        checkScalar(bytes);
      } catch (thrown) {
        const told = `${String(thrown)} ${String((thrown as Error).cause)}`;
        assert.ok(!told.includes(bytes.toString('hex')) && !told.includes(String(order)));
      }
    }
    for (const value of [1n, 2n, order / 2n, order - 1n])
      assert.doesNotThrow(() => checkScalar(scalar(value)));
    for (const length of [0, 31, 33])
      assert.throws(() => checkScalar(Buffer.alloc(length, 1)), withCode('crypto/length'));
  });

  test('attack/K5: the identity, other forms and what is off the curve are refused', () => {
    const uncompressed = Buffer.from(oracle.getPublicKey(scalar(7n), false));
    const hybrid = prefixed(6, uncompressed.subarray(1));
    const plusOne = Buffer.from(P);
    plusOne.writeUInt8(P.readUInt8(31) + 2, 31);
    const cases: [CryptoCode, Uint8Array][] = [
      ['crypto/point-identity', Buffer.alloc(1)],
      ['crypto/point-identity', Buffer.alloc(33)],
      ['crypto/length', Buffer.alloc(0)],
      ['crypto/length', Buffer.alloc(65)],
      ['crypto/length', uncompressed],
      ['crypto/length', hybrid],
      ['crypto/length', G.subarray(1)],
      ['crypto/length', Buffer.concat([G, Buffer.alloc(1)])],
      ['crypto/point-invalid', prefixed(0, G.subarray(1))],
      ['crypto/point-invalid', prefixed(4, G.subarray(1))],
      ['crypto/point-invalid', prefixed(6, G.subarray(1))],
      ['crypto/point-invalid', prefixed(2, P)],
      ['crypto/point-invalid', prefixed(2, Buffer.alloc(32, 0xff))],
      ['crypto/point-invalid', prefixed(2, Buffer.alloc(32))],
      ['crypto/point-invalid', prefixed(2, scalar(5n))],
      // x = p + 1 would be the point of x = 1 if it were reduced.
      ['crypto/point-invalid', prefixed(2, plusOne)],
    ];
    assert.ok(isPoint(prefixed(2, scalar(1n))));
    for (const [code, bytes] of cases) {
      assert.throws(() => parsePoint(bytes), withCode(code), Buffer.from(bytes).toString('hex'));
      assert.equal(isPoint(bytes), false);
    }
    const point = parsePoint(G);
    assert.throws(() => encodePoint(point.subtract(point)), withCode('crypto/point-identity'));
  });

  test('uniform bytes become a scalar by reduction into 1..n-1', () => {
    const value = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const edges = [Buffer.alloc(48), Buffer.alloc(48, 0xff), Buffer.concat([Buffer.alloc(16), N])];
    for (const bytes of [...edges, randomBytes(48), randomBytes(48)])
      assert.equal(value(scalarFromUniform(bytes)), (value(bytes) % (order - 1n)) + 1n);
    for (const length of [0, 32, 47, 49])
      assert.throws(() => scalarFromUniform(Buffer.alloc(length, 1)), withCode('crypto/length'));
  });

  test('a fresh scalar takes 48 bytes from the given source only, and wipes them', () => {
    const random = seededRandom('scalar');
    const secret = randomScalar(random);
    assert.deepEqual(
      random.drawn.map((bytes) => bytes.length),
      [48],
    );
    assert.deepEqual(random.drawn[0], Buffer.alloc(48));
    assert.deepEqual(secret, randomScalar(seededRandom('scalar')));
    assert.notDeepEqual(secret, randomScalar(random));
  });
});

test('subtracts a multiple of a point from one of G, as noble does jointly', () => {
  const { Fn, BASE } = secp256k1.Point;
  const factor = fc.bigInt({ min: 0n, max: Fn.ORDER - 1n });
  const edges = [0n, 1n, Fn.ORDER - 1n];
  const check = (z: bigint, e: bigint, x: bigint) => {
    const point = BASE.multiply(x);
    const joint = mulAddUnsafe(secp256k1.Point, [BASE, point], [z, Fn.neg(e)]);
    assert.ok(subtractMultiple(z, e, point).equals(joint));
  };
  for (const z of edges) for (const e of edges) for (const x of [1n, Fn.ORDER - 1n]) check(z, e, x);
  fc.assert(fc.property(factor, factor, fc.bigInt({ min: 1n, max: Fn.ORDER - 1n }), check), {
    numRuns: 20,
  });
});
