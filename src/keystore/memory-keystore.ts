import { createSecretKey } from 'node:crypto';
import { KeystoreError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import type { Keystore } from './keystore.ts';
import { softwareKeystore } from './software-keystore.ts';

/** A keystore that can be lost and come back, as a token does (attack H2). */
export interface MemoryKeystore extends Keystore {
  /** While false, `seal` and `open` reject with keystore/unavailable. */
  setAvailable(available: boolean): void;
}

/**
 * For tests and the simulator: nothing on disk, and every byte it makes follows from `random`.
 * @param deps.kek 32 bytes, copied; a node that is restarted needs the one it had. Default: drawn from `random`.
 */
export const createMemoryKeystore = (deps: {
  random: Random;
  kek?: Uint8Array;
}): MemoryKeystore => {
  const kek = createSecretKey(deps.kek ?? deps.random.bytes(32));
  const inner = softwareKeystore({ kek, random: deps.random });
  let available = true;
  const required = (): Keystore => {
    if (!available) throw new KeystoreError('keystore/unavailable', 'the keystore does not answer');
    return inner;
  };
  return {
    seal: async (...args) => required().seal(...args),
    open: async (...args) => required().open(...args),
    close: () => inner.close(),
    setAvailable: (next) => {
      available = next;
    },
  };
};
