import { cidOf, taggedHash } from '../crypto/hash.ts';
import { decodeOwn } from '../domain/canonical.ts';
import {
  MAX_BLOCK_BYTES,
  type Block,
  type Duplicity,
  type IdentityHead,
  type Operation,
} from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { IdentityError, type IdentityCode } from '../errors.ts';
import { checkFollows, keyState, linkOf, type KeyState, type Link } from './key-state.ts';
import { verifyBlock, type VerifiedBlock } from './verify-block.ts';
import { createWaitingBlocks } from './waiting-blocks.ts';

/**
 * All identities that this node knows: an operation-based CRDT (docs/protocol.md, section 1). Its content is the set
 * of valid blocks, joined by union, so that two nodes which have seen the same blocks agree, whatever the order.
 *
 * 1. A block is in the set only with its whole chain back to an inception; until then it waits, outside.
 * 2. The key state of an identity is the greatest of its blocks: a revocation before any other (who revokes is
 *    believed, on whatever branch), then the longest chain, then the smaller CID. Nothing of it depends on arrival.
 * 3. Blocks are only added. A fork is therefore never forgotten, and a pinned key state never goes away.
 *
 * Only the set's content is here; the caller keeps the blocks on disk, authenticated, and restores them at the next
 * start.
 */
export interface Registry {
  /**
   * Takes a block in. A known one changes nothing.
   * @throws IdentityError every code of `verifyBlock` and `checkFollows`; identity/limit (an identity that is forked
   * already brings forks without end)
   */
  merge(bytes: Uint8Array): Merged;
  /**
   * Takes in, in whatever order, what an earlier registry of this node verified, joined and had kept authenticated.
   * Signatures and proofs are not looked at again; that each block follows its predecessor is.
   * @throws IdentityError every code of `checkFollows`
   */
  restore(blocks: readonly VerifiedBlock[]): void;
  has(block: KeyStateId): boolean;
  /** An earlier registry of this node held these blocks of an identity: without them it is not known what it is now. */
  expect(id: NodeId, blocks: readonly KeyStateId[]): void;
  /** Those of them that are not here. */
  lacking(id: NodeId): KeyStateId[];
  /** Identities that lack any. */
  incomplete(): NodeId[];
  /** The key state of an identity now. @throws IdentityError identity/unknown, identity/incomplete */
  resolve(id: NodeId): KeyState;
  /** The key state that a block made, on whatever branch: what an order pinned. @throws IdentityError identity/unknown */
  stateAt(keyId: KeyStateId): KeyState;
  /** Places in the chain of `id` that are claimed by more than one block. Not empty: it takes part in no new order. */
  duplicity(id: NodeId): Duplicity[];
  /** Blocks that no other builds on, of one identity or of all, ordered by id and CID: what is announced. */
  heads(id?: NodeId): IdentityHead[];
  /** CIDs of blocks that waiting ones build on: to be fetched. Ascending. */
  missing(): KeyStateId[];
  /**
   * The states that follow `from` on the way to `to`, oldest first: none when both are one, null when `to` does not build
   * on `from`. @throws IdentityError identity/unknown
   */
  between(from: KeyStateId, to: KeyStateId): KeyState[] | null;
  /** Bytes from the inception to this block. @throws IdentityError identity/unknown */
  chain(keyId: KeyStateId): Uint8Array[];
  /** All blocks of an identity, forks among them, predecessors first. @throws IdentityError identity/unknown */
  blocks(id: NodeId): Joined[];
  /** H("milagro/registry/v1", CIDs of the set, ascending), 32 bytes: equal sets, equal digests. */
  digest(): Buffer;
  /** Identities known. */
  readonly size: number;
  /** Blocks outside the set, waiting for their predecessor. */
  readonly waiting: number;
}

/** What one merge did to the set. */
export interface Merged {
  /** Blocks that joined, predecessors first: the caller makes them durable. */
  joined: Joined[];
  /** Identities that are new or whose key state is another than before. */
  changed: NodeId[];
  /** Forks as they are now, where a block joined one. */
  duplicity: Duplicity[];
  /** Blocks that had waited and proved wrong: dropped. */
  refused: { cid: KeyStateId; code: IdentityCode }[];
}

export interface Joined {
  id: NodeId;
  cid: KeyStateId;
  bytes: Uint8Array;
}

/** A fork needs two blocks to be proven. More are taken so that an honest branch is not shut out by a dishonest one. */
const MAX_FORK_BLOCKS = 16;
const MAX_WAITING = 1_024;

/** A block of the set. Its operation is decoded again where it is needed: most identities are never asked for. */
interface Member extends Link {
  id: NodeId;
  prev: KeyStateId | null;
  bytes: Uint8Array;
  state?: KeyState;
}

interface Identity {
  best: Member;
  /** Blocks by their seq. */
  places: Member[][];
  /** Blocks beyond the first at their place. */
  forks: number;
}

/** @param deps.verify replaced by a caller that remembers what it has verified; by default every block is */
export const createRegistry = (deps: { verify?: typeof verifyBlock } = {}): Registry => {
  const verify = deps.verify ?? verifyBlock;
  const members = new Map<KeyStateId, Member>();
  const identities = new Map<NodeId, Identity>();
  /** Blocks that are expected and were not here when this was last looked at. */
  const expected = new Map<NodeId, readonly KeyStateId[]>();
  const waiting = createWaitingBlocks(MAX_WAITING);

  const merge = (bytes: Uint8Array): Merged => {
    const merged = nothing();
    const known = bytes.length <= MAX_BLOCK_BYTES ? cidOf(bytes) : '';
    if (members.has(known) || waiting.has(known)) return merged;
    try {
      admit(verify(bytes), merged);
    } catch (thrown) {
      waiting.drop(known);
      throw thrown;
    }
    joinWaiting(merged);
    return merged;
  };

  const restore = (blocks: readonly VerifiedBlock[]): void => {
    // Predecessors first: nothing has to wait, of which there is room for few.
    for (const block of blocks.toSorted((a, b) => a.op.seq - b.op.seq)) {
      if (members.has(block.cid)) continue;
      const merged = nothing();
      admit(block, merged);
      joinWaiting(merged);
    }
  };

  const admit = (block: VerifiedBlock, merged: Merged): void => {
    const { prev } = block.op;
    if (prev !== null && !members.has(prev)) waiting.add(block, prev);
    else join(block, merged);
  };

  /** Goes on with whatever waited for the blocks that joined. */
  const joinWaiting = (merged: Merged): void => {
    for (const { cid } of merged.joined) {
      for (const block of waiting.take(cid)) {
        try {
          join(block, merged);
        } catch (thrown) {
          if (!(thrown instanceof IdentityError)) throw thrown;
          merged.refused.push({ cid: block.cid, code: thrown.code });
          waiting.drop(block.cid);
        }
      }
    }
  };

  const join = (block: VerifiedBlock, merged: Merged): void => {
    const member = memberOf(block);
    const before = identities.get(member.id);
    if (before) checkForks(before, member);
    const identity = before ?? { best: member, places: [], forks: 0 };
    const place = (identity.places[member.seq] ??= []);
    place.push(member);
    members.set(member.cid, member);
    identities.set(member.id, identity);
    merged.joined.push({ id: member.id, cid: member.cid, bytes: member.bytes });
    if (place.length > 1) {
      identity.forks += 1;
      merged.duplicity.push(duplicityAt(member.id, place));
    }
    if (before && !isGreater(member, identity.best)) return;
    identity.best = member;
    if (!merged.changed.includes(member.id)) merged.changed.push(member.id);
  };

  const memberOf = (block: VerifiedBlock): Member => {
    const { op, cid, bytes } = block;
    const common = { ...linkOf(block), prev: op.prev, bytes };
    if (op.prev === null) return { ...common, id: cid };
    const previous = memberAt(op.prev);
    checkFollows(previous, op);
    return { ...common, id: previous.id };
  };

  const memberAt = (cid: KeyStateId): Member => {
    const member = members.get(cid);
    if (!member) throw new IdentityError('identity/unknown', `no block ${cid}`);
    return member;
  };

  const identityOf = (id: NodeId): Identity => {
    const identity = identities.get(id);
    if (!identity) throw new IdentityError('identity/unknown', `no identity ${id}`);
    return identity;
  };

  const lacking = (id: NodeId): KeyStateId[] => {
    const missing = (expected.get(id) ?? []).filter((cid) => !members.has(cid));
    if (missing.length === 0) expected.delete(id);
    return missing;
  };

  const resolve = (id: NodeId): KeyState => {
    const [missing] = lacking(id);
    if (missing !== undefined)
      throw new IdentityError(
        'identity/incomplete',
        `block ${missing} of ${id} is gone from the disk: it is fetched from peers when one has it, or comes with \`milagro peer add\``,
      );
    return stateOf(identityOf(id).best);
  };

  const headsOf = (id: NodeId): IdentityHead[] => {
    const all = identityOf(id).places.flat();
    const continued = new Set(all.map(({ prev }) => prev));
    return all
      .filter(({ cid }) => !continued.has(cid))
      .map(({ seq, cid }) => ({ id, seq, cid }))
      .toSorted((a, b) => compareText(a.cid, b.cid));
  };

  const chain = (keyId: KeyStateId): Uint8Array[] => {
    const blocks: Uint8Array[] = [];
    for (let cid: KeyStateId | null = keyId; cid !== null;) {
      const member = memberAt(cid);
      blocks.push(member.bytes);
      cid = member.prev;
    }
    return blocks.toReversed();
  };

  const between = (from: KeyStateId, to: KeyStateId): KeyState[] | null => {
    const start = memberAt(from);
    const path: KeyState[] = [];
    let member = memberAt(to);
    while (member.cid !== from) {
      if (member.prev === null || member.seq <= start.seq) return null;
      path.push(stateOf(member));
      member = memberAt(member.prev);
    }
    return path.toReversed();
  };

  return {
    merge,
    restore,
    has: (block) => members.has(block),
    resolve,
    expect: (id, blocks) => {
      if (blocks.some((cid) => !members.has(cid))) expected.set(id, blocks);
    },
    lacking,
    incomplete: () => [...expected.keys()].filter((id) => lacking(id).length > 0),
    stateAt: (keyId) => stateOf(memberAt(keyId)),
    duplicity: (id) =>
      identityOf(id)
        .places.filter((place) => place.length > 1)
        .map((place) => duplicityAt(id, place)),
    heads: (id) =>
      id === undefined ? [...identities.keys()].toSorted().flatMap(headsOf) : headsOf(id),
    missing: () => waiting.missing(),
    between,
    chain,
    blocks: (id) =>
      identityOf(id)
        .places.flat()
        .map(({ cid, bytes }) => ({ id, cid, bytes })),
    digest: () => taggedHash('milagro/registry/v1', [...members.keys()].toSorted()),
    get size() {
      return identities.size;
    },
    get waiting() {
      return waiting.size;
    },
  };
};

/** A limit makes the content depend on the order of arrival, but only of an identity that is forked at every node. */
const checkForks = ({ places, forks }: Identity, { id, seq }: Member): void => {
  if (places[seq] !== undefined && forks >= MAX_FORK_BLOCKS)
    throw new IdentityError('identity/limit', `too many forks of ${id}`);
};

const isGreater = (a: Member, b: Member): boolean => {
  if (a.revoked !== b.revoked) return a.revoked;
  if (a.seq !== b.seq) return a.seq > b.seq;
  return a.cid < b.cid;
};

const duplicityAt = (id: NodeId, place: readonly Member[]): Duplicity => ({
  id,
  seq: place[0]?.seq ?? 0,
  cids: place.map(({ cid }) => cid).toSorted(),
});

const stateOf = (member: Member): KeyState => (member.state ??= decodeState(member));

const decodeState = ({ id, cid, bytes }: Member): KeyState => {
  const { op } = decodeOwn(bytes) as Block;
  return keyState(id, cid, decodeOwn(op) as Operation);
};

const nothing = (): Merged => ({ joined: [], changed: [], duplicity: [], refused: [] });

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
