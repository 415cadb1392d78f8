import type { EnvelopeId } from '../domain/ids.ts';

/**
 * What became of the last envelopes, so that a flood of repetitions costs a look-up each. It may forget: the log
 * remembers every envelope of an order for good.
 */
export interface Recent<T> {
  has(id: EnvelopeId): boolean;
  get(id: EnvelopeId): T | undefined;
  set(id: EnvelopeId, value: T): void;
}

const MOST = 8_192;

export const createRecent = <T>(): Recent<T> => {
  const values = new Map<EnvelopeId, T>();
  return {
    has: (id) => values.has(id),
    get: (id) => values.get(id),
    set: (id, value) => {
      values.delete(id);
      values.set(id, value);
      if (values.size <= MOST) return;
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    },
  };
};
