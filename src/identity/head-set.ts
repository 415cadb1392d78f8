import { taggedHash } from '../crypto/hash.ts';
import type { IdentityHead } from '../domain/identity.ts';
import { digestOfCid, type NodeId } from '../domain/ids.ts';

/**
 * The identities that a node stands for, each with the heads of its chain, and digests of them by which two nodes find
 * out cheaply whose heads one of them has missed (docs/protocol.md, section 1, Announcements).
 *
 *     mark(id)  = H("milagro/heads/v1", id, [[seq, cid] of each head, ascending by cid]), 32 bytes
 *     tag(id)   = the first 8 bytes of the SHA-256 digest in the id; its first byte names one of 256 parts
 *     digest    = XOR of all marks, 32 bytes; of a part likewise, cut to 8 bytes
 *     sketch    = tag(id) || first 8 bytes of mark(id), for each id
 *
 * Nothing of this depends on the order in which the set came about. All of it is advice that makes a node look up
 * heads; the blocks that these name are verified. XOR is not collision resistant against somebody who chooses hundreds
 * of members, but members are chosen by the operator.
 */
export interface HeadSet {
  /** The heads of an identity are these now; it joins where it was not a member. */
  put(id: NodeId, heads: readonly IdentityHead[]): void;
  delete(id: NodeId): void;
  readonly size: number;
  /** 32 bytes; zeros when it is empty. */
  digest(): Buffer;
  /** The digest of each part in their order: 2,048 bytes. */
  parts(): Buffer;
  /** Parts of this set that are not empty and differ from those: a bit for each, 32 bytes. @param parts 2,048 bytes */
  differing(parts: Uint8Array): Buffer;
  /** The sketch of the parts whose bit is set, or of all: 16 bytes a member. */
  sketch(differing?: Uint8Array): Buffer;
  /** The member of a tag, if its mark begins otherwise. @param line 16 bytes of a sketch */
  unlike(line: Uint8Array): NodeId | undefined;
  /** What has happened to the set since this was last called. */
  news(): { before: Buffer; changed: NodeId[] };
}

const PARTS = 256;
/** Of the digest of a part, of a tag and of a mark in a sketch, bytes. */
const SHORT = 8;
export const SKETCH_LINE = 2 * SHORT;
const MARK = 32;

interface Part {
  digest: Buffer;
  /** By tag, hex. */
  members: Map<string, { id: NodeId; mark: Buffer }>;
}

export const createHeadSet = (): HeadSet => {
  const parts = Array.from({ length: PARTS }, (): Part => ({
    digest: Buffer.alloc(MARK),
    members: new Map(),
  }));
  const changed = new Set<NodeId>();
  const digest = Buffer.alloc(MARK);
  let before = Buffer.alloc(MARK);
  let size = 0;

  const partOf = (tag: Uint8Array): Part => {
    const part = parts[tag[0] ?? 0];
    if (!part) throw new RangeError('a byte names one of 256 parts');
    return part;
  };

  const turn = (part: Part, mark: Buffer): void => {
    xor(part.digest, mark);
    xor(digest, mark);
  };

  const remove = (id: NodeId): void => {
    const tag = tagOf(id);
    const part = partOf(tag);
    const member = part.members.get(tag.toString('hex'));
    if (member?.id !== id) return;
    part.members.delete(tag.toString('hex'));
    turn(part, member.mark);
    changed.delete(id);
    size -= 1;
  };

  const put = (id: NodeId, heads: readonly IdentityHead[]): void => {
    const tag = tagOf(id);
    const part = partOf(tag);
    const mark = markOf(id, heads);
    const former = part.members.get(tag.toString('hex'));
    if (former?.mark.equals(mark)) return;
    // Whoever makes an id with the tag of another, at 2^64 tries, takes its place here and nowhere else.
    if (former) remove(former.id);
    part.members.set(tag.toString('hex'), { id, mark });
    turn(part, mark);
    changed.add(id);
    size += 1;
  };

  const partDigests = (): Buffer =>
    Buffer.concat(parts.map((part) => part.digest.subarray(0, SHORT)));

  return {
    put,
    delete: remove,
    get size() {
      return size;
    },
    digest: () => Buffer.from(digest),
    parts: partDigests,
    differing: (theirs) => {
      const bits = Buffer.alloc(PARTS / 8);
      for (const [i, { members, digest: mine }] of parts.entries()) {
        const other = theirs.subarray(i * SHORT, (i + 1) * SHORT);
        if (members.size > 0 && !mine.subarray(0, SHORT).equals(other)) setBit(bits, i);
      }
      return bits;
    },
    sketch: (differing) =>
      Buffer.concat(
        parts
          .filter((_, i) => differing === undefined || hasBit(differing, i))
          .flatMap(({ members }) => [...members.values()])
          .flatMap(({ id, mark }) => [tagOf(id), mark.subarray(0, SHORT)]),
      ),
    unlike: (line) => {
      const tag = Buffer.from(line.subarray(0, SHORT));
      const member = partOf(tag).members.get(tag.toString('hex'));
      if (!member || member.mark.subarray(0, SHORT).equals(line.subarray(SHORT))) return undefined;
      return member.id;
    },
    news: () => {
      const since = { before, changed: [...changed] };
      before = Buffer.from(digest);
      changed.clear();
      return since;
    },
  };
};

const tagOf = (id: NodeId): Buffer => Buffer.from(digestOfCid(id).subarray(0, SHORT));

const markOf = (id: NodeId, heads: readonly IdentityHead[]): Buffer =>
  taggedHash(
    'milagro/heads/v1',
    id,
    heads.map(({ seq, cid }) => [seq, cid]),
  );

const xor = (target: Buffer, other: Buffer): void => {
  for (const [i, byte] of other.entries()) target[i] = (target[i] ?? 0) ^ byte;
};

const setBit = (bits: Buffer, i: number): void => {
  bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
};

const hasBit = (bits: Uint8Array, i: number): boolean =>
  ((bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
