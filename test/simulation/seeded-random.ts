import { createCipheriv, createHash } from 'node:crypto';
import type { Random } from '../../src/ports/random.ts';
import { drawIndex, drawUnit } from '../../src/transport/network-faults.ts';

/** The AES-256-CTR keystream under SHA-256(seed | label): as good as random, and the same in every process. */
export const seededRandom = (seed: number, label: string): Random => {
  const key = createHash('sha256').update(`${seed}|${label}`).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return { bytes: (length) => stream.update(Buffer.alloc(length)) };
};

/** Choices of a scenario. */
export interface Dice {
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
}

export const createDice = (random: Random): Dice => ({
  chance: (probability) => drawUnit(random) < probability,
  between: (least, most) => least + drawIndex(random, most - least + 1),
  pick: (from) => {
    const picked = from[drawIndex(random, from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  },
});
