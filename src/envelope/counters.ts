import { EnvelopeError, type EnvelopeCode } from '../errors.ts';

/** How often envelopes were refused, by code: what an operator watches. */
export interface Counters {
  add(code: EnvelopeCode): void;
  all(): ReadonlyMap<EnvelopeCode, number>;
}

export const createCounters = (): Counters => {
  const counts = new Map<EnvelopeCode, number>();
  return {
    add: (code) => void counts.set(code, (counts.get(code) ?? 0) + 1),
    all: () => counts,
  };
};

/** Runs one stage of opening and counts its refusal. */
export const counted = <T>(counters: Pick<Counters, 'add'>, stage: () => T): T => {
  try {
    return stage();
  } catch (thrown) {
    if (thrown instanceof EnvelopeError) counters.add(thrown.code);
    throw thrown;
  }
};
