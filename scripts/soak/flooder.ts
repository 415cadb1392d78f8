import type { Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { Envelope } from '../../src/domain/envelope.ts';
import { inboxTopic } from '../../src/transport/topics.ts';
import { encodePacket, openStranger } from '../../test/transport/real-network.ts';
import { ask, pause, type LocalNode } from '../local-network.ts';

/**
 * Strangers that send one node envelopes that no honest node sends, each of them new, as fast as they are told to. Who
 * is thrown out comes back under another name.
 */
export interface Flooder {
  /** Sends so many a second until it is stopped. */
  start(perSecond: number): void;
  /** What happened until now. */
  soFar(): Flood;
  stop(): Promise<Flood>;
}

export interface Flood {
  /** Written to a connection. */
  sent: number;
  /** Not even written: the node does not read so fast. */
  heldBack: number;
  /** Connections that the node ended. */
  thrownOut: number;
}

const STRANGERS = 4;
const TICK = 20;

interface Party {
  id: string;
  keyState: string;
}

/** Of a node that has only ever had the keys it began with. */
const partyOf = ({ id }: LocalNode): Party => ({ id, keyState: id });

export const createFlooder = async (target: LocalNode, honest: LocalNode): Promise<Flooder> => {
  const { peerId } = await ask<{ peerId: string }>(target, 'id', 'show');
  const [to, from] = [partyOf(target), partyOf(honest)];
  const topic = inboxTopic('local', to.id);
  const address = multiaddr(`/ip4/127.0.0.1/tcp/${target.port}/p2p/${peerId}`);
  const flood: Flood = { sent: 0, heldBack: 0, thrownOut: 0 };
  let number = 0;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;

  const next = (kind: number): Uint8Array => {
    const data = envelopes[kind % envelopes.length]?.({ to, from, number: ++number });
    return encodePacket({ messages: [{ topic, data: data ?? Buffer.alloc(0) }] });
  };

  const flooding = async (index: number, perSecond: number): Promise<void> => {
    while (!stopped) {
      const stranger = await openStranger();
      try {
        const connection = await stranger.libp2p.dial(address);
        const stream = await connection.newStream('/meshsub/1.2.0');
        await pour(stream, index, perSecond);
      } catch {
        // Refused at the door, for now.
        await pause(100);
      } finally {
        if (!stopped) flood.thrownOut += 1;
        await stranger.close();
      }
    }
  };

  /** Until the stream ends. The last stranger sends what is rejected, and so ends soon; the others what is ignored. */
  const pour = async (stream: Stream, index: number, perSecond: number): Promise<void> => {
    const share = perSecond / STRANGERS;
    const began = performance.now();
    for (let due = 0; !stopped && stream.status === 'open'; await pause(TICK)) {
      const until = ((performance.now() - began) * share) / 1_000;
      for (; due < until && stream.status === 'open'; due++)
        if (stream.writableNeedsDrain) flood.heldBack += 1;
        else {
          stream.send(next(index === STRANGERS - 1 ? 0 : 1 + (due % (envelopes.length - 1))));
          flood.sent += 1;
        }
    }
  };

  return {
    start: (perSecond) => {
      running = Promise.all(
        Array.from({ length: STRANGERS }, (_, index) => flooding(index, perSecond)),
      );
    },
    soFar: () => ({ ...flood }),
    stop: async () => {
      stopped = true;
      await running;
      return flood;
    },
  };
};

interface Parts {
  to: Party;
  from: Party;
  number: number;
}

const envelope = ({ to, from, number }: Parts): Envelope => ({
  header: {
    v: 1,
    suite: 'milagro-1',
    type: 'order.proposed',
    from: from.id,
    key: from.keyState,
    to: [{ id: to.id, key: to.keyState }],
    stream: null,
    seq: number,
    at: Date.now(),
    until: Date.now() + 3_600_000,
  },
  commit: Buffer.alloc(32, 1),
  wraps: [{ enc: Buffer.alloc(1_120, 2), key: Buffer.alloc(48, 3) }],
  body: Buffer.alloc(1_024 + 16, 4),
  sig: Buffer.alloc(64, 5),
});

const nobody = (number: number): Party => {
  const id = cidOf(Buffer.from(`nobody ${number}`));
  return { id, keyState: id };
};

/** The first is rejected; the others may happen between honest nodes, and are ignored. */
const envelopes: readonly ((parts: Parts) => Uint8Array)[] = [
  // Signed by nobody, in the name of a node that is known.
  (parts) => encode(envelope(parts)),
  // Of a sender who is not known, for a node that is another, and of yesterday.
  (parts) => encode(envelope({ ...parts, from: nobody(parts.number) })),
  (parts) => encode(envelope({ ...parts, to: nobody(parts.number) })),
  (parts) => {
    const late = envelope(parts);
    return encode({ ...late, header: { ...late.header, until: late.header.at - 86_400_000 } });
  },
];
