import { Type, type Static } from 'typebox';
import { bytes, bytesBetween, cid, closed, integer, time } from './schema.ts';

/**
 * What travels between nodes: a message, padded and encrypted for its recipients, signed by its sender
 * (docs/protocol.md, section 2). Whoever carries it sees the header and the size class of the body, nothing else.
 */

/** The only suite: X-Wing, HKDF-SHA-256, AES-256-GCM, Ed25519, SHA-256. There is no negotiation, so no downgrade. */
export const SUITE = 'milagro-1';
export const VERSION = 1;

export const MAX_ENVELOPE_BYTES = 65_536;
export const MAX_RECIPIENTS = 40;

/** A node and one state of its keys. */
export const KeyRef = closed({ id: cid(), key: cid() });
export type KeyRef = Static<typeof KeyRef>;

const distinct = (to: readonly KeyRef[]): boolean =>
  new Set(to.map(({ id }) => id)).size === to.length;

export const Header = closed({
  v: Type.Literal(VERSION),
  suite: Type.Literal(SUITE),
  /** Message type, e.g. `order.proposed`. */
  type: Type.String({ pattern: '^[a-z]{1,32}(\\.[a-z]{1,32})?$' }),
  /** The sender, and the state of its keys that signs. */
  from: cid(),
  key: cid(),
  /** No id twice. */
  to: Type.Refine(
    Type.Array(KeyRef, { minItems: 1, maxItems: MAX_RECIPIENTS }),
    distinct,
    () => 'must name nobody twice',
  ),
  /** The order that it belongs to; null outside any order. */
  stream: Type.Union([cid(), Type.Null()]),
  /** Strictly increasing per sender and stream. */
  seq: integer(1),
  /** When it was sealed, and until when it may be taken in, by the sender's clock. */
  at: time(),
  until: time(),
});
export type Header = Static<typeof Header>;

/** One recipient's way to the content key: X-Wing ciphertext and the key, encrypted. */
export const Wrap = closed({ enc: bytes(1_120), key: bytes(48) });
export type Wrap = Static<typeof Wrap>;

export const Envelope = closed({
  header: Header,
  /** H("milagro/cek/v1", content key): one envelope has one content key and so one meaning for everybody. */
  commit: bytes(32),
  /** In the order of `header.to`. */
  wraps: Type.Array(Wrap, { minItems: 1, maxItems: MAX_RECIPIENTS }),
  /** AES-256-GCM ciphertext and tag. */
  body: bytesBetween(1, MAX_ENVELOPE_BYTES),
  /** Ed25519 by the sender over all of the above. */
  sig: bytes(64),
});
export type Envelope = Static<typeof Envelope>;

/** An envelope as evidence: all that its sender signed, with the wraps, which prove nothing, by their hash. */
export const Detached = closed({
  header: Header,
  commit: bytes(32),
  /** H("milagro/wraps/v1", wraps). */
  wraps: bytes(32),
  body: bytesBetween(1, MAX_ENVELOPE_BYTES),
  sig: bytes(64),
});
export type Detached = Static<typeof Detached>;

/** Position of the sender's log when it sealed: peers remember the highest and so notice a node that was rolled back. */
export const Head = closed({ seq: integer(0), hash: bytes(32) });
export type Head = Static<typeof Head>;

/** What the body holds. `head` is null while the sender's log is empty; `message` has the shape of `header.type`. */
export const Content = closed({
  head: Type.Union([Head, Type.Null()]),
  message: Type.Unknown(),
});
export type Content = Static<typeof Content>;
