import { MAX_TOLD, type HeadsAsked } from '../domain/announcement.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { NodeId } from '../domain/ids.ts';
import { SKETCH_LINE, type HeadSet } from '../identity/head-set.ts';
import type { Clock } from '../ports/clock.ts';
import type { Answer } from './catch-up.ts';
import { createRateLimit } from './rate-limit.ts';

/**
 * Answers questions about heads. Only pinned nodes get one, so many each, and none is larger than a body of 16 KiB:
 * nobody makes this node say more than a few times what he says himself.
 */
export type AnswerHeads = (from: NodeId, asked: HeadsAsked) => Answer | undefined;

/** Enough to go through ten thousand heads at once, a hundred in each answer. */
const BURST = 128;
const PER_SECOND = 2;

export const createHeadAnswers = (deps: {
  heads: HeadSet;
  headsOf(id: NodeId): IdentityHead[];
  isPinned(id: NodeId): boolean;
  clock: Clock;
}): AnswerHeads => {
  const { heads, headsOf, isPinned } = deps;
  const admits = createRateLimit(deps.clock, { burst: BURST, perSecond: PER_SECOND });

  return (from, asked) => {
    if (!isPinned(from) || !admits(from)) return undefined;
    const { nr } = asked;
    const digest = heads.digest();
    if ('parts' in asked) return { nr, digest, differing: heads.differing(asked.parts) };
    const told: IdentityHead[] = [];
    let done = 0;
    for (const line of linesOf(asked.sketch)) {
      const id = heads.unlike(line);
      const more = id === undefined ? [] : headsOf(id);
      if (told.length + more.length > MAX_TOLD) break;
      told.push(...more);
      done += 1;
    }
    return { nr, digest, done, heads: told };
  };
};

const linesOf = (sketch: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.floor(sketch.length / SKETCH_LINE) }, (_, i) =>
    sketch.subarray(i * SKETCH_LINE, (i + 1) * SKETCH_LINE),
  );
