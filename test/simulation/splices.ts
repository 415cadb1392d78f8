import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { Envelope } from '../../src/domain/envelope.ts';
import type { EnvelopeId, OrderId } from '../../src/domain/ids.ts';
import { decodeEnvelope } from '../../src/envelope/codec.ts';
import type { Transmission } from '../../src/transport/memory-network.ts';
import { identityTopic } from '../../src/transport/topics.ts';
import { NETWORK } from './cast.ts';

/**
 * Somebody on the way who sees all envelopes of orders between the same parties, and puts new ones together of parts
 * of two orders (attack E2): each has every part from an honest node, and must be refused.
 */
export interface Splices {
  /** One more envelope to send after this one; none while nothing of another order was seen on this topic. */
  of(transmission: Transmission): Uint8Array[];
  /** Is this one of them? */
  made(bytes: Uint8Array): boolean;
  count(): number;
}

/** In turns: every way to mix two envelopes. */
const MIXES: readonly ((one: Envelope, other: Envelope) => Envelope)[] = [
  (one, { body }) => ({ ...one, body }),
  (one, { commit, body }) => ({ ...one, commit, body }),
  (one, { wraps }) => ({ ...one, wraps }),
  (one, { commit, wraps, body }) => ({ ...one, commit, wraps, body }),
  (one, { sig }) => ({ ...one, sig }),
  (one, { header }) => ({ ...one, header }),
  (one, other) => ({ ...other, header: { ...other.header, stream: one.header.stream } }),
  (one, other) => ({ ...one, header: { ...one.header, seq: other.header.seq } }),
];

export const createSplices = (): Splices => {
  const announcements = identityTopic(NETWORK);
  const last = new Map<string, Map<OrderId, Envelope>>();
  const made = new Set<EnvelopeId>();
  let turn = 0;

  return {
    of: ({ topic, bytes }) => {
      if (topic === announcements) return [];
      const { envelope } = decodeEnvelope(bytes);
      const { stream } = envelope.header;
      if (stream === null) return [];
      const seen = last.get(topic) ?? new Map<OrderId, Envelope>();
      last.set(topic, seen.set(stream, envelope));
      const other = [...seen].findLast(([order]) => order !== stream)?.[1];
      const mix = other && MIXES[turn++ % MIXES.length]?.(envelope, other);
      if (!mix || mix.wraps.length !== mix.header.to.length) return [];
      const spliced = encode(mix);
      const id = cidOf(spliced);
      // What differs in nothing is the honest envelope itself.
      if (Buffer.compare(spliced, bytes) === 0 || made.has(id)) return [];
      made.add(id);
      return [spliced];
    },
    made: (bytes) => made.has(cidOf(bytes)),
    count: () => made.size,
  };
};
