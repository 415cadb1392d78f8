import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { aesGcmOpen, aesGcmSeal } from '../../src/crypto/aead.ts';
import { flipped, hex, readVectors, withCode } from './vectors.ts';

interface Vector {
  name: string;
  key: string;
  nonce: string;
  plaintext: string;
  aad: string;
  ciphertext: string;
  tag: string;
}
const { vectors } = readVectors<{ vectors: Vector[] }>('aes-gcm');

const sample = () => {
  const input = { key: randomBytes(32), nonce: randomBytes(12), aad: randomBytes(20) };
  const plaintext = randomBytes(100);
  return { ...input, plaintext, sealed: aesGcmSeal({ ...input, plaintext }) };
};

suite('AES-256-GCM', () => {
  for (const vector of vectors) {
    test(`published ${vector.name}`, () => {
      const key = hex(vector.key);
      const [nonce, aad, plaintext] = [hex(vector.nonce), hex(vector.aad), hex(vector.plaintext)];
      for (const form of [key, Uint8Array.from(key), createSecretKey(key)]) {
        const sealed = aesGcmSeal({ key: form, nonce, plaintext, aad });
        assert.equal(sealed.toString('hex'), vector.ciphertext + vector.tag);
        assert.deepEqual(aesGcmOpen({ key: form, nonce, sealed, aad }), plaintext);
      }
    });
  }

  test('refuses every changed byte of ciphertext and tag', () => {
    const { sealed, plaintext, ...rest } = sample();
    assert.deepEqual(aesGcmOpen({ ...rest, sealed }), plaintext);
    for (let index = 0; index < sealed.length; index++)
      assert.throws(
        () => aesGcmOpen({ ...rest, sealed: flipped(sealed, index) }),
        withCode('crypto/decrypt-failed'),
      );
  });

  test('refuses another key, nonce or associated data, all with one error', () => {
    const input = sample();
    const wrong = [
      { ...input, key: flipped(input.key, 31) },
      { ...input, nonce: flipped(input.nonce, 0) },
      { ...input, aad: flipped(input.aad, 5) },
      { ...input, aad: Buffer.alloc(0) },
      { ...input, sealed: flipped(input.sealed, 0) },
    ];
    const messages = wrong.map((bad) => {
      try {
        return aesGcmOpen(bad).toString('hex');
      } catch (thrown) {
        assert.ok(withCode('crypto/decrypt-failed')(thrown));
        return (thrown as Error).message;
      }
    });
    assert.equal(new Set(messages).size, 1);
  });

  test('refuses truncation, of the tag too', () => {
    const { sealed, ...rest } = sample();
    for (const length of [0, 1, 15, 16, sealed.length - 1])
      assert.throws(
        () => aesGcmOpen({ ...rest, sealed: sealed.subarray(0, length) }),
        withCode('crypto/decrypt-failed'),
      );
  });

  test('refuses keys and nonces of another length', () => {
    const input = sample();
    const keys = [16, 24, 31, 33].flatMap((n) => [randomBytes(n), createSecretKey(randomBytes(n))]);
    for (const key of keys) {
      assert.throws(() => aesGcmSeal({ ...input, key }), withCode('crypto/length'));
      assert.throws(() => aesGcmOpen({ ...input, key }), withCode('crypto/length'));
    }
    for (const nonce of [0, 8, 11, 13, 16].map((n) => randomBytes(n))) {
      assert.throws(() => aesGcmSeal({ ...input, nonce }), withCode('crypto/length'));
      assert.throws(() => aesGcmOpen({ ...input, nonce }), withCode('crypto/length'));
    }
  });
});
