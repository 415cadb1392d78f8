import type { KeyStateId } from '../domain/ids.ts';
import type { VerifiedBlock } from './verify-block.ts';

/**
 * Blocks whose predecessor has not arrived. Bounded: the oldest goes when it is full, which loses nothing for ever,
 * because blocks are found again by their CID.
 */
export interface WaitingBlocks {
  has(cid: KeyStateId): boolean;
  add(block: VerifiedBlock, prev: KeyStateId): void;
  /** Takes out the blocks that waited for `prev`. */
  take(prev: KeyStateId): VerifiedBlock[];
  /** Takes out everything that builds on `prev`, directly or not: it turned out to be wrong. */
  drop(prev: KeyStateId): void;
  /** Predecessors that are not waiting themselves: what has to be fetched. Ascending. */
  missing(): KeyStateId[];
  readonly size: number;
}

export const createWaitingBlocks = (limit: number): WaitingBlocks => {
  /** In the order of arrival. */
  const blocks = new Map<KeyStateId, { block: VerifiedBlock; prev: KeyStateId }>();
  const byPrev = new Map<KeyStateId, Set<KeyStateId>>();

  const remove = (cid: KeyStateId): VerifiedBlock | undefined => {
    const entry = blocks.get(cid);
    if (!entry) return undefined;
    blocks.delete(cid);
    const siblings = byPrev.get(entry.prev);
    siblings?.delete(cid);
    if (siblings?.size === 0) byPrev.delete(entry.prev);
    return entry.block;
  };

  const take = (prev: KeyStateId): VerifiedBlock[] =>
    [...(byPrev.get(prev) ?? [])].map(remove).filter((block) => block !== undefined);

  return {
    has: (cid) => blocks.has(cid),
    add: (block, prev) => {
      const [oldest] = blocks.keys();
      if (blocks.size >= limit && oldest !== undefined) remove(oldest);
      blocks.set(block.cid, { block, prev });
      byPrev.set(prev, (byPrev.get(prev) ?? new Set()).add(block.cid));
    },
    take,
    drop: (prev) => {
      const wrong = [prev];
      for (const cid of wrong) wrong.push(...take(cid).map((block) => block.cid));
    },
    missing: () => [...byPrev.keys()].filter((prev) => !blocks.has(prev)).toSorted(),
    get size() {
      return blocks.size;
    },
  };
};
