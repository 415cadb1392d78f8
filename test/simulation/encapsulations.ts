import { ml_kem768_x25519 as xwing } from '@noble/post-quantum/hybrid.js';
import type { Encapsulate, Encapsulation } from '../../src/crypto/kem.ts';
import type { Random } from '../../src/ports/random.ts';
import { drawIndex } from '../../src/transport/network-faults.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Encapsulation is the one computation whose randomness OpenSSL draws by itself. Here it is derandomized X-Wing of
 * another library, which costs 2 ms: so each recipient has a few made once in a process, and a run picks among them.
 * An envelope is as unique as ever, because the key that wraps it is also bound to its header.
 */
export interface Encapsulations {
  /** Draws its choices from `random`. */
  encapsulate(random: Random): Encapsulate;
}

const EACH = 16;
/** Keys that are drawn in one run and never seen again give way; what is made anew is the same. */
const MOST = 128;
/** ML-KEM message and X25519 seed. */
const MESSAGE_BYTES = 64;

export const createEncapsulations = (): Encapsulations => {
  const pools = new Map<string, Encapsulation[]>();

  const poolOf = (publicKey: Buffer): Encapsulation[] => {
    const name = publicKey.toString('base64', 0, 48);
    const known = pools.get(name);
    if (known) return known;
    const random = seededRandom(0, `encapsulations ${name}`);
    const pool = Array.from({ length: EACH }, () => {
      const made = xwing.encapsulate(publicKey, random.bytes(MESSAGE_BYTES));
      return { sharedSecret: Buffer.from(made.sharedSecret), enc: Buffer.from(made.cipherText) };
    });
    pools.set(name, pool);
    const [oldest] = pools.keys();
    if (pools.size > MOST && oldest !== undefined) pools.delete(oldest);
    return pool;
  };

  return {
    encapsulate: (random) => (key) => {
      const pool = poolOf(key.bytes);
      const picked = pool[drawIndex(random, pool.length)];
      if (!picked) throw new RangeError('an empty pool');
      // A copy: the caller wipes the secret when it has used it.
      return { sharedSecret: Buffer.from(picked.sharedSecret), enc: Buffer.from(picked.enc) };
    },
  };
};
