import { createHash } from 'node:crypto';
import { EPOCH } from './virtual-time.ts';

/** What happened in a run, a line each: virtual time, who, what. The same for the same seed, byte for byte. */
export interface Trace {
  note(at: number, who: string, what: string): void;
  lines(): readonly string[];
  /** SHA-256 over all lines, hex. */
  digest(): string;
}

/** @param keep without it only the digest is kept, for many runs in a row */
export const createTrace = (keep: boolean): Trace => {
  const lines: string[] = [];
  const hash = createHash('sha256');
  return {
    note: (at, who, what) => {
      const line = `${((at - EPOCH) / 1_000).toFixed(3).padStart(10)} ${who.padEnd(7)} ${what}`;
      hash.update(line).update('\n');
      if (keep) lines.push(line);
    },
    lines: () => lines,
    digest: () => hash.copy().digest('hex'),
  };
};
