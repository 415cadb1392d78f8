import { wordlist } from '@scure/bip39/wordlists/english.js';
import { taggedHash } from '../crypto/hash.ts';
import type { NodeId } from '../domain/ids.ts';

/**
 * A NodeId in words, for two people to compare by voice when an identity is handed over.
 *
 * Eight words of the BIP-39 English list are 88 bits of a digest. To show another identity under the same words takes
 * about 2^88 trials, each a signed inception block (2^88 / N for one of N identities). Two identities of the attacker's
 * own with equal words cost 2^44; that gains nothing, as he owns both. A shorter prefix compared is weaker: all eight.
 */
const WORDS = 8;
const BITS_PER_WORD = 11;

/** Eight lower-case words, space between. */
export const fingerprint = (id: NodeId): string => {
  const digest = taggedHash('milagro/fingerprint/v1', id);
  return Array.from({ length: WORDS }, (_, i) => wordlist[wordAt(digest, i)]).join(' ');
};

/** The i-th group of 11 bits, most significant first. */
const wordAt = (digest: Buffer, i: number): number => {
  const bit = i * BITS_PER_WORD;
  const window = digest.readUIntBE(bit >> 3, 3);
  return (window >> (24 - BITS_PER_WORD - (bit & 7))) & 0x7ff;
};
