import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { coinNames, coinOf, requestedCoin } from '../../src/coins/coins.ts';
import { CoinError } from '../../src/errors.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const GENERATOR = hex('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';

describe('the table of coins', () => {
  it('is what orders can name', () => {
    assert.deepEqual(coinNames(), [
      'bitcoin',
      'bitcoin:p2pkh',
      'bitcoin:p2tr',
      'bitcoin-testnet',
      'bitcoin-testnet:p2pkh',
      'bitcoin-testnet:p2tr',
      'ethereum',
    ]);
    for (const name of coinNames()) {
      assert.equal(coinOf(name).name, name);
      assert.match(name, /^[a-z0-9:-]{1,32}$/);
    }
  });

  it('gives one wallet key another address for every coin', () => {
    const addresses = coinNames().map((name) => coinOf(name).address(GENERATOR));
    assert.equal(new Set(addresses).size, addresses.length);
  });

  it('knows no other spelling of a name, and lists what it knows', () => {
    const strange = ['', 'Bitcoin', 'bitcoin ', 'bitcoin:p2wpkh', '0', '1', '60', 'toString'];
    for (const name of [...strange, '__proto__', 'constructor'])
      assert.throws(
        () => coinOf(name),
        (error) => {
          assert.ok(error instanceof CoinError);
          assert.equal(error.code, 'coin/unknown');
          assert.match(error.message, /known are bitcoin, bitcoin:p2pkh, .*, ethereum$/);
          return true;
        },
      );
  });

  it('takes the numbers of SLIP-44 from clients, for their names', () => {
    assert.equal(requestedCoin('0').name, 'bitcoin');
    assert.equal(requestedCoin('1').name, 'bitcoin-testnet');
    assert.equal(requestedCoin('60').name, 'ethereum');
    assert.equal(requestedCoin('bitcoin:p2tr').name, 'bitcoin:p2tr');
    for (const text of ['2', '00', ' 0', 'get', 'doge'])
      assert.throws(() => requestedCoin(text), { code: 'coin/unknown' });
  });
});

for (const name of coinNames())
  describe(`${name} refuses`, () => {
    const coin = coinOf(name);

    it('a wallet key that is not a compressed point of the curve', () => {
      const point = secp256k1.Point.BASE;
      const wrong = {
        empty: Buffer.alloc(0),
        'x only': GENERATOR.subarray(1),
        uncompressed: point.toBytes(false),
        'one byte more': Buffer.concat([GENERATOR, Buffer.alloc(1)]),
        'the identity': Buffer.alloc(33),
        'the identity, one byte': Buffer.alloc(1),
        'prefix 00': GENERATOR.with(0, 0),
        'prefix 01': GENERATOR.with(0, 1),
        'prefix 04': GENERATOR.with(0, 4),
        'x = 0, not on the curve': hex(`02${'00'.repeat(32)}`),
        'x = 5, not on the curve': hex(`02${'00'.repeat(31)}05`),
        'x = p + 1, not reduced': hex(`02${'ff'.repeat(27)}fefffffc30`),
      };
      for (const [what, key] of Object.entries(wrong))
        assert.throws(() => coin.address(key), { code: 'coin/key-invalid' }, what);
    });

    it('a secret that is not a scalar in 1..n-1, and does not repeat it', () => {
      const wrong = [
        hex(''),
        hex('5a'.repeat(31)),
        hex('5a'.repeat(33)),
        Buffer.alloc(32),
        hex(ORDER),
        hex('ff'.repeat(32)),
      ];
      for (const secret of wrong)
        assert.throws(
          () => coin.exportKey(secret),
          (error) => {
            assert.ok(error instanceof CoinError);
            assert.equal(error.code, 'coin/key-invalid');
            assert.doesNotMatch(String(error.stack), /5a5a|90, ?90/);
            return true;
          },
        );
    });

    it('nothing at the edges of the range, and leaves the secret as it was', () => {
      const largest = hex(ORDER);
      largest.writeUInt8(0x40, 31);
      for (const secret of [Buffer.alloc(32).fill(1, 31), largest]) {
        const before = Buffer.from(secret);
        assert.ok(coin.exportKey(secret).length >= 51);
        assert.deepEqual(secret, before);
      }
    });
  });
