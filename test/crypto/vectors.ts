import { readFileSync } from 'node:fs';
import { CryptoError, type CryptoCode } from '../../src/errors.ts';

/** A file of published vectors in fixtures/crypto, typed by who reads it. */
export const readVectors = <T>(name: string): T => {
  const path = new URL(`../../fixtures/crypto/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as T;
};

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** The bytes with one bit of one byte flipped. */
export const flipped = (bytes: Uint8Array, index: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};

/** For `assert.throws`: a CryptoError with exactly this code. */
export const withCode =
  (code: CryptoCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof CryptoError && thrown.code === code;
