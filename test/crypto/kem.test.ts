import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { ml_kem768_x25519 as oracle } from '@noble/post-quantum/hybrid.js';
import fc from 'fast-check';
import {
  decapsulate,
  encapsulate,
  importKemPublicKey,
  KEM_ENC_LENGTH,
  KEM_PUBLIC_LENGTH,
  KEM_SEED_LENGTH,
  kemKeyFromSeed,
} from '../../src/crypto/kem.ts';
import { flipped, hex, readVectors, withCode } from './vectors.ts';

interface Vector {
  seed: string;
  eseed: string;
  pk: string;
  ct: string;
  ss: string;
}
const { vectors } = readVectors<{ vectors: Vector[] }>('xwing');

/** u-coordinates of low order on Curve25519, as in RFC 7748 libraries' test suites. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

suite('X-Wing', () => {
  for (const [index, vector] of vectors.entries()) {
    test(`published vector ${index + 1}`, () => {
      const key = kemKeyFromSeed(hex(vector.seed));
      assert.equal(key.publicKey.toString('hex'), vector.pk);
      assert.equal(decapsulate(key, hex(vector.ct)).toString('hex'), vector.ss);
    });
  }

  test('opens what the oracle sealed, and the oracle opens what it sealed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        (seed, eseed) => {
          const mine = kemKeyFromSeed(seed);
          const theirs = oracle.keygen(Uint8Array.from(seed));
          assert.deepEqual(Uint8Array.from(mine.publicKey), theirs.publicKey);

          const outward = encapsulate(importKemPublicKey(theirs.publicKey));
          assert.equal(outward.enc.length, KEM_ENC_LENGTH);
          assert.deepEqual(
            Uint8Array.from(outward.sharedSecret),
            oracle.decapsulate(Uint8Array.from(outward.enc), theirs.secretKey),
          );

          const inward = oracle.encapsulate(theirs.publicKey, eseed);
          assert.deepEqual(
            Uint8Array.from(decapsulate(mine, inward.cipherText)),
            inward.sharedSecret,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('two encapsulations to one key share nothing', () => {
    const key = importKemPublicKey(kemKeyFromSeed(randomBytes(32)).publicKey);
    const [one, two] = [encapsulate(key), encapsulate(key)];
    assert.notDeepEqual(one.sharedSecret, two.sharedSecret);
    assert.notDeepEqual(one.enc.subarray(0, 1_088), two.enc.subarray(0, 1_088));
    assert.notDeepEqual(one.enc.subarray(1_088), two.enc.subarray(1_088));
  });

  test('a changed ciphertext or another key gives another secret', () => {
    const key = kemKeyFromSeed(randomBytes(32));
    const { sharedSecret, enc } = encapsulate(importKemPublicKey(key.publicKey));
    assert.deepEqual(decapsulate(key, enc), sharedSecret);
    for (const index of [0, 1_087, 1_088, 1_118])
      assert.notDeepEqual(decapsulate(key, flipped(enc, index)), sharedSecret);
    assert.notDeepEqual(decapsulate(kemKeyFromSeed(randomBytes(32)), enc), sharedSecret);
  });

  test('the public key enters the secret even where X25519 ignores a bit of it', () => {
    const key = kemKeyFromSeed(randomBytes(32));
    const bytes = Buffer.from(key.publicKey);
    bytes.writeUInt8(bytes.readUInt8(1_215) ^ 0x80, 1_215);
    const { sharedSecret, enc } = encapsulate(importKemPublicKey(bytes));
    assert.notDeepEqual(decapsulate(key, enc), sharedSecret);
  });

  test('refuses seeds, keys and ciphertexts of another length', () => {
    const key = kemKeyFromSeed(Buffer.alloc(KEM_SEED_LENGTH, 7));
    const { enc } = encapsulate(importKemPublicKey(key.publicKey));
    for (const length of [0, 31, 33, 64])
      assert.throws(() => kemKeyFromSeed(Buffer.alloc(length)), withCode('crypto/length'));
    for (const length of [0, 1_184, KEM_PUBLIC_LENGTH - 1, KEM_PUBLIC_LENGTH + 1])
      assert.throws(() => importKemPublicKey(Buffer.alloc(length)), withCode('crypto/key-invalid'));
    for (const bad of [Buffer.alloc(0), enc.subarray(1), Buffer.concat([enc, Buffer.alloc(1)])])
      assert.throws(() => decapsulate(key, bad), withCode('crypto/length'));
  });

  test('refuses an ML-KEM key with a coefficient that is not reduced', () => {
    const bytes = Buffer.from(kemKeyFromSeed(Buffer.alloc(32, 7)).publicKey);
    bytes.fill(0xff, 0, 3);
    assert.throws(() => importKemPublicKey(bytes), withCode('crypto/key-invalid'));
  });

  test('refuses an X25519 half of low order, in a key and in a ciphertext', () => {
    const key = kemKeyFromSeed(Buffer.alloc(32, 7));
    const { enc } = encapsulate(importKemPublicKey(key.publicKey));
    for (const point of LOW_ORDER) {
      const bytes = Buffer.concat([key.publicKey.subarray(0, 1_184), hex(point)]);
      assert.throws(() => importKemPublicKey(bytes), withCode('crypto/key-invalid'), point);
      const forged = Buffer.concat([enc.subarray(0, 1_088), hex(point)]);
      assert.throws(() => decapsulate(key, forged), withCode('crypto/decrypt-failed'), point);
    }
  });

  test('leaves the seed to its owner and keeps no reference to caller memory', () => {
    const seed = randomBytes(32);
    const copy = Buffer.from(seed);
    const key = kemKeyFromSeed(seed);
    assert.deepEqual(seed, copy);
    const bytes = Buffer.from(key.publicKey);
    const imported = importKemPublicKey(bytes);
    bytes.fill(0);
    const { sharedSecret, enc } = encapsulate(imported);
    assert.deepEqual(decapsulate(key, enc), sharedSecret);
  });
});
