import type { KeyObject } from 'node:crypto';
import { KeystoreError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import type { Keystore } from './keystore.ts';
import { NONCE_BYTES, openBlob, sealBlob } from './sealed-blob.ts';

/**
 * The keystore whose key-encryption key is in this process: as a KeyObject, so outside the JavaScript heap and its
 * snapshots, but readable by whoever can read the memory of the process.
 */
export const softwareKeystore = (deps: { kek: KeyObject; random: Random }): Keystore => {
  let kek: KeyObject | undefined = deps.kek;
  const unlocked = (): KeyObject => {
    if (!kek) throw new KeystoreError('keystore/unavailable', 'the keystore is closed');
    return kek;
  };
  return {
    seal: async (purpose, ref, secret) =>
      sealBlob(unlocked(), deps.random.bytes(NONCE_BYTES), purpose, ref, secret),

    open: async (purpose, ref, blob, use) => {
      const secret = openBlob(unlocked(), purpose, ref, blob);
      try {
        return await use(secret);
      } finally {
        secret.fill(0);
      }
    },

    // Letting go is all that can be done: OpenSSL clears the native copy when the KeyObject is collected.
    close: async () => {
      kek = undefined;
    },
  };
};
