import type { Random } from '../ports/random.ts';

/** What goes wrong on every link of a memory network. */
export interface Faults {
  /** Probability that a message is lost, 0..1. */
  loss: number;
  /** Probability that a message arrives a second time, 0..1. */
  duplicate: number;
  delay: Delay;
  /** A message may be overtaken by at most so many that were sent after it on the same link; 0 keeps the order. */
  reorder: number;
}

/** Time on the way, milliseconds. `exponential` has the long tail of a real network. */
export interface Delay {
  kind: 'fixed' | 'uniform' | 'exponential';
  mean: number;
}

export const NO_FAULTS: Faults = {
  loss: 0,
  duplicate: 0,
  delay: { kind: 'fixed', mean: 0 },
  reorder: 0,
};

/** Uniform in [0, 1), 48 bits. */
export const drawUnit = (random: Random): number => random.bytes(6).readUIntBE(0, 6) / 2 ** 48;

/** True with the given probability. Draws nothing where there is nothing to decide. */
export const drawChance = (random: Random, probability: number): boolean =>
  probability > 0 && drawUnit(random) < probability;

/** Uniform in 0..count-1. */
export const drawIndex = (random: Random, count: number): number =>
  count > 1 ? Math.floor(drawUnit(random) * count) : 0;

/** Whole milliseconds, 0 or more. */
export const drawDelay = (random: Random, { kind, mean }: Delay): number => {
  if (mean === 0) return 0;
  switch (kind) {
    case 'fixed':
      return mean;
    case 'uniform':
      return Math.round(drawUnit(random) * 2 * mean);
    case 'exponential':
      return Math.round(-Math.log(1 - drawUnit(random)) * mean);
  }
};
