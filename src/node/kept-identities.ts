import type { NodeId } from '../domain/ids.ts';
import { createHeadSet } from '../identity/head-set.ts';
import type { Joined, Registry } from '../identity/registry.ts';
import type { VerifiedBlock } from '../identity/verify-block.ts';
import { corrupt } from '../log/corruption.ts';
import { headsKey, type ChainHeads } from './head-rows.ts';
import type { Roster } from './roster.ts';
import { createSerial } from './serial.ts';

/**
 * The registry on disk. Beside its blocks stands how far each chain goes, and one digest of all chains. A block that is
 * gone is public and can be fetched again: until then its identity is withheld, never taken for an older one. That
 * which says what is missing cannot be fetched; without it the node does not start.
 */
export interface KeptIdentities {
  /**
   * Fills the registry. @param pinned identities that must be there
   * @throws LogError log/corrupt naming the row that is wrong or missing
   */
  restore(pinned: Iterable<NodeId>): Promise<void>;
  /** Makes blocks durable that have joined the registry. What failed before is written with it. */
  keep(joined: readonly Joined[]): Promise<void>;
}

export const createKeptIdentities = (deps: {
  roster: Roster;
  registry: Registry;
}): KeptIdentities => {
  const { roster, registry } = deps;
  const known = createHeadSet();
  const serial = createSerial();
  /** Whether they were written is not known, or not yet. */
  let unwritten: { blocks: readonly Joined[]; chains: readonly ChainHeads[] }[] = [];

  const restore = async (pinned: Iterable<NodeId>): Promise<void> => {
    const chains = new Map<NodeId, ChainHeads>();
    for await (const chain of roster.heads()) {
      chains.set(chain.id, chain);
      known.put(chain.id, chain.heads);
    }
    const blocks: VerifiedBlock[] = [];
    for await (const block of roster.blocks()) blocks.push(block);
    const began = blocks.filter(({ op }) => op.prev === null).map(({ cid }) => cid);
    for (const id of [...began, ...pinned])
      if (!chains.has(id)) throw corrupt(`row ${headsKey(id)}`, 'is missing');
    const digest = await roster.known();
    if (chains.size > 0 && (!digest || Buffer.compare(digest, known.digest()) !== 0))
      throw corrupt('row known', 'is missing, or older than identities that this node knew');
    registry.restore(blocks);
    for (const { id, heads } of chains.values())
      registry.expect(
        id,
        heads.map(({ cid }) => cid),
      );
  };

  const write = async (): Promise<void> => {
    const taken = unwritten;
    const chains = taken.flatMap((one) => one.chains);
    for (const { id, heads } of chains) known.put(id, heads);
    await roster.putBlocks(
      taken.flatMap(({ blocks }) => blocks),
      chains,
      known.digest(),
    );
    unwritten = unwritten.slice(taken.length);
  };

  return {
    restore,
    keep: async (joined) => {
      if (joined.length === 0) return;
      const ids = new Set(joined.map(({ id }) => id));
      // What is only half back must be missed after the next start, too.
      const whole = [...ids].filter((id) => registry.lacking(id).length === 0);
      const chains = whole.map((id) => ({ id, heads: registry.heads(id) }));
      unwritten.push({ blocks: joined, chains });
      await serial.run(write);
    },
  };
};
