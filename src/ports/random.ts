import { randomBytes } from 'node:crypto';

/** The only source of randomness. Replaced by a seeded one in the simulator. */
export interface Random {
  /** `length` unpredictable bytes, uniformly distributed. */
  bytes(length: number): Buffer;
}

/** The operating system's generator through OpenSSL. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length) };
