import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { createBase58check } from '@scure/base';
import { Address, NETWORK, OutScript, TEST_NETWORK } from '@scure/btc-signer';
import fc from 'fast-check';
import { coinOf } from '../../src/coins/coins.ts';

interface Group<Vector> {
  origin: string;
  vectors: Vector[];
}
interface Vectors {
  addresses: Group<{ coin: string; walletKey?: string; xOnly?: string; address: string }>[];
  wallets: Group<{
    coin: string;
    exported: string;
    walletKey?: string;
    address?: string;
    script?: string;
  }>[];
  exports: Group<{ coin: string; secret: string; exported: string }>[];
}
const fixture = new URL('../../fixtures/coins/bitcoin.json', import.meta.url);
const published = JSON.parse(readFileSync(fixture, 'utf8')) as Vectors;

const hex = (text: string) => Buffer.from(text, 'hex');
const base58check = createBase58check(sha256);
const publicKey = (secret: Uint8Array) => Buffer.from(secp256k1.getPublicKey(secret, true));
const script = (address: string, network = NETWORK) =>
  Buffer.from(OutScript.encode(Address(network).decode(address))).toString('hex');

describe('published addresses', () => {
  for (const { origin, vectors } of published.addresses)
    it(origin, () => {
      for (const { coin, walletKey, xOnly, address } of vectors) {
        // Taproot knows x only: both points that have it must give the address.
        const keys = xOnly ? [`02${xOnly}`, `03${xOnly}`] : [walletKey ?? ''];
        for (const key of keys) assert.equal(coinOf(coin).address(hex(key)), address);
      }
    });
});

describe('published wallets: what is exported makes the address', () => {
  for (const { origin, vectors } of published.wallets)
    it(origin, () => {
      for (const { coin, exported, walletKey, address, script: expected } of vectors) {
        const secret = Buffer.from(base58check.decode(exported).subarray(1, 33));
        const key = publicKey(secret);
        if (walletKey) assert.equal(key.toString('hex'), walletKey);
        if (address) assert.equal(coinOf(coin).address(key), address);
        if (expected) assert.equal(script(coinOf(coin).address(key)), expected);
        assert.equal(coinOf(coin).exportKey(secret).toString('ascii'), exported);
      }
    });
});

describe('published keys', () => {
  for (const { origin, vectors } of published.exports)
    it(origin, () => {
      for (const { coin, secret, exported } of vectors)
        for (const name of [coin, `${coin}:p2pkh`, `${coin}:p2tr`])
          assert.equal(coinOf(name).exportKey(hex(secret)).toString('ascii'), exported);
    });
});

const secrets = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => secp256k1.utils.isValidSecretKey(bytes));

describe('for any secret', () => {
  const kinds = ['', ':p2pkh', ':p2tr'];

  it('the export holds network, secret and the mark of a compressed key', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(...kinds), (secret, kind) => {
        for (const [chain, version] of [
          ['bitcoin', 0x80],
          ['bitcoin-testnet', 0xef],
        ] as const) {
          const exported = coinOf(chain + kind).exportKey(secret);
          const payload = base58check.decode(exported.toString('ascii'));
          assert.deepEqual(Buffer.from(payload), Buffer.from([version, ...secret, 0x01]));
        }
      }),
    );
  });

  it('testnet and mainnet differ in the address and agree in the script', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(...kinds), (secret, kind) => {
        const key = publicKey(secret);
        const main = coinOf(`bitcoin${kind}`).address(key);
        const test = coinOf(`bitcoin-testnet${kind}`).address(key);
        assert.equal(script(test, TEST_NETWORK), script(main));
        assert.throws(() => script(test));
        assert.throws(() => script(main, TEST_NETWORK));
      }),
      { numRuns: 30 },
    );
  });

  it('the holder of the exported key, and no script, can spend from the Taproot address', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const address = coinOf('bitcoin:p2tr').address(publicKey(secret));
        const output = hex(script(address)).subarray(2);
        const spending = tweaked(secret);
        assert.deepEqual(Buffer.from(schnorr.getPublicKey(spending)), output);
      }),
      { numRuns: 30 },
    );
  });
});

/** taproot_tweak_seckey of BIP 341 with an empty script tree, written from its text. */
const tweaked = (secret: Uint8Array): Uint8Array => {
  const { Fn } = secp256k1.Point;
  const d = Fn.fromBytes(secret);
  const even = publicKey(secret)[0] === 0x02 ? d : Fn.neg(d);
  const x = publicKey(secret).subarray(1);
  const tag = sha256(Buffer.from('TapTweak'));
  const tweak = sha256(Buffer.concat([tag, tag, x]));
  return Fn.toBytes(Fn.add(even, Fn.fromBytes(tweak)));
};
