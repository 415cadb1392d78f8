import { Type, type Static } from 'typebox';
import { bytes, bytesBetween, cid, closed, integer } from './schema.ts';
import { MAX_OPERATIONS } from './identity.ts';

/** A block that no other builds on; two of one identity are a fork. */
const head = () => closed({ id: cid(), seq: integer(0, MAX_OPERATIONS - 1), cid: cid() });

/**
 * What nodes tell each other about identities, on a topic that all read: how far the chains go that they know, and
 * whose chains they look for. Unsigned advice: what it leads to is signed, and checked block by block.
 */
export const MAX_ANNOUNCED = 64;

export const Announcement = closed({
  v: Type.Literal(1),
  /** Who speaks, or so it says. */
  from: cid(),
  /** Its own, those that changed since its last announcement, and those that somebody looks for. */
  heads: Type.Array(head(), { maxItems: MAX_ANNOUNCED }),
  /** Identities that the sender would like to hear of. */
  wanted: Type.Array(cid(), { maxItems: MAX_ANNOUNCED }),
  /** Digest of all that it stands for (src/identity/head-set.ts); `before`: when `heads` are all that changed since. */
  known: closed({ digest: bytes(32), before: Type.Union([bytes(32), Type.Null()]) }),
  /** Where the sender can be reached: whoever looks for what it announces may fetch it there. */
  contact: closed({
    peer: Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' }),
    addrs: Type.Array(Type.String({ pattern: '^/[\\x21-\\x7e]{1,255}$' }), { maxItems: 16 }),
  }),
});
export type Announcement = Static<typeof Announcement>;

/** Lines in a question about heads, and heads in an answer: it fits into an envelope body of 16 KiB, as the question does. */
export const MAX_ASKED = 1_000;
export const MAX_TOLD = 100;

/** A question about heads, between nodes that have pinned each other: digests of 256 parts, or lines of a sketch. */
export const HeadsAsked = Type.Union([
  closed({ nr: integer(1), parts: bytes(2_048) }),
  closed({ nr: integer(1), sketch: bytesBetween(16, 16 * MAX_ASKED) }),
]);
export type HeadsAsked = Static<typeof HeadsAsked>;

/**
 * The answer to question `nr`: which parts differ, a bit for each, or the heads that differ from the first `done` lines
 * of the sketch. `digest`: of all that the sender stands for now. Or, unasked, newer heads of the recipient itself.
 */
export const HeadsTold = Type.Union([
  closed({ nr: integer(1), digest: bytes(32), differing: bytes(32) }),
  closed({
    nr: integer(1),
    digest: bytes(32),
    done: integer(1, MAX_ASKED),
    heads: Type.Array(head(), { maxItems: MAX_TOLD }),
  }),
  closed({ heads: Type.Array(head(), { maxItems: MAX_TOLD }) }),
]);
export type HeadsTold = Static<typeof HeadsTold>;
