import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Coin } from './coin.ts';
import { checkSecret, checkWalletKey } from './key-check.ts';

/** Ethereum and every chain with its addresses (the chain is chosen when a transaction is signed, EIP-155). */

export const ethereumCoin = (): Coin => ({
  name: 'ethereum',
  keyFormat: 'hex',
  // Yellow Paper, section 4.1: the last 20 bytes of Keccak-256 of x || y.
  address: (walletKey) => {
    checkWalletKey(walletKey);
    const point = secp256k1.Point.fromBytes(walletKey).toBytes(false);
    return checksumAddress(keccak_256(point.subarray(1)).subarray(-20));
  },
  // 64 hex digits without 0x: the one form that geth, MetaMask and foundry all import.
  exportKey: (secret) => {
    checkSecret(secret);
    return hexDigits(secret);
  },
});

/**
 * EIP-55: a hex letter is a capital where the digit of the hash of the lower-case text in its place is 8 or more.
 * @param address 20 bytes
 * @returns `0x` and 40 digits
 */
export const checksumAddress = (address: Uint8Array): string => {
  const text = hexDigits(address).toString('ascii');
  const hash = hexDigits(keccak_256(Buffer.from(text, 'ascii'))).toString('ascii');
  const digits = text.replaceAll(/[a-f]/g, (letter, i: number) =>
    hash.charAt(i) >= '8' ? letter.toUpperCase() : letter,
  );
  return `0x${digits}`;
};

const DIGITS = Buffer.from('0123456789abcdef', 'ascii');

/** Lower-case hex as ASCII bytes, never as a string: it may be a secret, and a Buffer can be wiped. */
const hexDigits = (bytes: Uint8Array): Buffer => {
  const digits = Buffer.alloc(bytes.length * 2);
  bytes.forEach((byte, i) => {
    DIGITS.copy(digits, 2 * i, byte >> 4, (byte >> 4) + 1);
    DIGITS.copy(digits, 2 * i + 1, byte & 15, (byte & 15) + 1);
  });
  return digits;
};
