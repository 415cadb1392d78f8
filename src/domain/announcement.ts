import { Type, type Static } from 'typebox';
import { cid, closed, integer } from './schema.ts';
import { MAX_OPERATIONS } from './identity.ts';

/**
 * What nodes tell each other about identities, on a topic that all read: how far the chains go that they know, and
 * whose chains they look for. Unsigned advice: what it leads to is signed, and checked block by block.
 */
export const MAX_ANNOUNCED = 64;

export const Announcement = closed({
  v: Type.Literal(1),
  /** Blocks that no other builds on; two of one identity are a fork. */
  heads: Type.Array(closed({ id: cid(), seq: integer(0, MAX_OPERATIONS - 1), cid: cid() }), {
    maxItems: MAX_ANNOUNCED,
  }),
  /** Identities that the sender would like to hear of. */
  wanted: Type.Array(cid(), { maxItems: MAX_ANNOUNCED }),
  /** Where the sender can be reached: whoever looks for what it announces may fetch it there. */
  contact: closed({
    peer: Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' }),
    addrs: Type.Array(Type.String({ pattern: '^/[\\x21-\\x7e]{1,255}$' }), { maxItems: 16 }),
  }),
});
export type Announcement = Static<typeof Announcement>;
