import { hkdfSync } from 'node:crypto';
import { cidOf } from '../../src/crypto/hash.ts';
import type { Random } from '../../src/ports/random.ts';
import type { NodeId } from '../../src/domain/ids.ts';

/** The same bytes for the same seed. `drawn` are the very Buffers handed out. */
export const seededRandom = (seed: string): Random & { drawn: Buffer[] } => {
  const drawn: Buffer[] = [];
  const bytes = (length: number): Buffer => {
    const made = Buffer.from(hkdfSync('sha256', seed, '', String(drawn.length), length));
    drawn.push(made);
    return made;
  };
  return { bytes, drawn };
};

export const nodeNamed = (name: string): NodeId => cidOf(Buffer.from(name));

export const rosterOf = (n: number): NodeId[] =>
  Array.from({ length: n }, (_, i) => nodeNamed(`node ${i}`));
