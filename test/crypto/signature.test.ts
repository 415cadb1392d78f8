import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { importVerifyKey, sign, signKeyFromSeed, verify } from '../../src/crypto/signature.ts';
import { flipped, hex, readVectors, withCode } from './vectors.ts';

interface Vector {
  seed: string;
  publicKey: string;
  message: string;
  signature: string;
}
const { vectors } = readVectors<{ vectors: Vector[] }>('ed25519');

/** L, little-endian: the order of the base point. */
const ORDER = hex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** The eight points of small order, and the non-canonical encodings of some of them. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

suite('Ed25519', () => {
  for (const [index, vector] of vectors.entries()) {
    test(`RFC 8032 test ${index + 1}`, () => {
      const key = signKeyFromSeed(hex(vector.seed));
      assert.equal(key.publicKey.toString('hex'), vector.publicKey);
      assert.equal(sign(key, hex(vector.message)).toString('hex'), vector.signature);
      const verifyKey = importVerifyKey(hex(vector.publicKey));
      assert.ok(verify(verifyKey, hex(vector.message), hex(vector.signature)));
    });
  }

  test('equals an independent implementation', () => {
    for (let run = 0; run < 10; run++) {
      const [seed, message] = [randomBytes(32), randomBytes(run * 7)];
      const key = signKeyFromSeed(seed);
      const signature = Uint8Array.from(sign(key, message));
      assert.deepEqual(signature, ed25519.sign(Uint8Array.from(message), Uint8Array.from(seed)));
      assert.deepEqual(Uint8Array.from(key.publicKey), ed25519.getPublicKey(Uint8Array.from(seed)));
    }
  });

  test('false for every changed byte, another message, another key', () => {
    const key = signKeyFromSeed(randomBytes(32));
    const verifyKey = importVerifyKey(key.publicKey);
    const message = randomBytes(32);
    const signature = sign(key, message);
    for (let index = 0; index < signature.length; index++)
      assert.equal(verify(verifyKey, message, flipped(signature, index)), false);
    assert.equal(verify(verifyKey, flipped(message, 0), signature), false);
    const other = importVerifyKey(signKeyFromSeed(randomBytes(32)).publicKey);
    assert.equal(verify(other, message, signature), false);
  });

  test('false, not an exception, for any other length', () => {
    const key = signKeyFromSeed(randomBytes(32));
    const verifyKey = importVerifyKey(key.publicKey);
    const signature = sign(key, Buffer.alloc(0));
    for (const length of [0, 1, 32, 63])
      assert.equal(verify(verifyKey, Buffer.alloc(0), signature.subarray(0, length)), false);
    const longer = Buffer.concat([signature, Buffer.alloc(1)]);
    assert.equal(verify(verifyKey, Buffer.alloc(0), longer), false);
  });

  test('refuses S + L, the second signature that anybody could make of the first', () => {
    const key = signKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const signature = sign(key, message);
    const malleated = Buffer.from(signature);
    let carry = 0;
    for (let index = 0; index < 32; index++) {
      const sum = malleated.readUInt8(32 + index) + ORDER.readUInt8(index) + carry;
      malleated.writeUInt8(sum & 0xff, 32 + index);
      carry = sum >> 8;
    }
    assert.equal(verify(importVerifyKey(key.publicKey), message, malleated), false);
  });

  test('refuses public keys of small order, which sign everything', () => {
    for (const bytes of SMALL_ORDER)
      assert.throws(() => importVerifyKey(hex(bytes)), withCode('crypto/key-invalid'), bytes);
  });

  test('refuses public keys that are no point, not canonical, or of another length', () => {
    const offCurve = Buffer.alloc(32);
    offCurve[0] = 2;
    const notReduced = hex('f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
    const others = [0, 31, 33, 64].map((length) => Buffer.alloc(length, 9));
    for (const bytes of [offCurve, notReduced, Buffer.alloc(32, 0xff), ...others])
      assert.throws(() => importVerifyKey(bytes), withCode('crypto/key-invalid'));
    for (const length of [0, 31, 33])
      assert.throws(() => signKeyFromSeed(Buffer.alloc(length)), withCode('crypto/length'));
  });
});
