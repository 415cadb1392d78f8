import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { coinOf } from '../../src/coins/coins.ts';
import { checksumAddress } from '../../src/coins/ethereum.ts';

interface Vectors {
  checksums: { origin: string; addresses: string[] };
  wallets: { origin: string; secret: string; address: string }[];
}
const fixture = new URL('../../fixtures/coins/ethereum.json', import.meta.url);
const { checksums, wallets } = JSON.parse(readFileSync(fixture, 'utf8')) as Vectors;
const hex = (text: string) => Buffer.from(text, 'hex');

it(`capitals: ${checksums.origin}`, () => {
  for (const address of checksums.addresses)
    assert.equal(checksumAddress(hex(address.slice(2))), address);
});

describe('published wallets', () => {
  for (const { origin, secret, address } of wallets)
    it(origin, () => {
      const coin = coinOf('ethereum');
      assert.equal(coin.address(secp256k1.getPublicKey(hex(secret), true)), address);
      assert.equal(coin.exportKey(hex(secret)).toString('ascii'), secret);
    });
});

it('exports 64 lower-case digits for any secret', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      fc.pre(secp256k1.utils.isValidSecretKey(secret));
      const exported = coinOf('ethereum').exportKey(secret).toString('ascii');
      assert.match(exported, /^[0-9a-f]{64}$/);
      assert.deepEqual(hex(exported), Buffer.from(secret));
    }),
  );
});
