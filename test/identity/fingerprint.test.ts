import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { cidOfDigest } from '../../src/domain/ids.ts';
import { taggedHash } from '../../src/crypto/hash.ts';
import { fingerprint } from '../../src/identity/fingerprint.ts';

const idOf = (n: number) => cidOfDigest(Buffer.alloc(32, n));

describe('fingerprint', () => {
  it('is the first 88 bits of the digest in words', () => {
    for (let n = 0; n < 64; n++) {
      const bits = taggedHash('milagro/fingerprint/v1', idOf(n))
        .toString('hex')
        .replaceAll(/./g, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'));
      const words = Array.from(
        { length: 8 },
        (_, i) => wordlist[Number.parseInt(bits.slice(i * 11, i * 11 + 11), 2)],
      );
      assert.equal(fingerprint(idOf(n)), words.join(' '));
    }
  });

  it('differs between ids', () => {
    const all = Array.from({ length: 256 }, (_, n) => fingerprint(idOf(n)));
    assert.equal(new Set(all).size, 256);
  });
});
