import { createHash } from 'node:crypto';
import type { Random } from '../../src/ports/random.ts';

/** SHA-256 in counter mode over the seed: the same bytes for the same seed, in every process. */
export const createSeededRandom = (seed: string | number): Random => {
  let counter = 0;
  return {
    bytes: (length) => {
      const blocks: Buffer[] = [];
      for (let produced = 0; produced < length; produced += 32)
        blocks.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
      return Buffer.concat(blocks).subarray(0, length);
    },
  };
};
