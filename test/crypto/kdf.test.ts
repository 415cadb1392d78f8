import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hkdfSha256 } from '../../src/crypto/kdf.ts';
import { hex, readVectors, withCode } from './vectors.ts';

interface Vector {
  name: string;
  secret: string;
  info: string;
  length: number;
  okm: string;
}
const { vectors } = readVectors<{ vectors: Vector[] }>('hkdf');

suite('HKDF-SHA-256', () => {
  for (const { name, secret, info, length, okm } of vectors) {
    test(`RFC 5869 ${name}`, () => {
      const derived = hkdfSha256({ secret: hex(secret), info: hex(info), length });
      assert.equal(derived.toString('hex'), okm);
    });
  }

  test('equals an independent implementation for any info and length', () => {
    for (const length of [1, 16, 31, 32, 33, 64, 1_000, 8_160]) {
      const [secret, info] = [randomBytes(32), randomBytes(length % 90)];
      assert.deepEqual(
        Uint8Array.from(hkdfSha256({ secret, info, length })),
        hkdf(sha256, Uint8Array.from(secret), undefined, Uint8Array.from(info), length),
      );
    }
  });

  test('separates by info', () => {
    const secret = randomBytes(32);
    const derive = (info: string) => hkdfSha256({ secret, info: Buffer.from(info), length: 32 });
    assert.notDeepEqual(derive('a'), derive('b'));
    assert.deepEqual(derive('a'), derive('a'));
  });

  test('refuses lengths that HKDF cannot give', () => {
    for (const length of [0, -1, 1.5, Number.NaN, 8_161])
      assert.throws(
        () => hkdfSha256({ secret: randomBytes(32), info: new Uint8Array(), length }),
        withCode('crypto/length'),
      );
  });
});
