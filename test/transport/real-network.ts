import assert from 'node:assert/strict';
import { noise } from '@chainsafe/libp2p-noise';
import { RPC } from '@libp2p/gossipsub/message';
import { identify } from '@libp2p/identify';
import type { MessageStream, Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../src/crypto/hash.ts';
import { cidOfDigest } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createGossipsubTransport } from '../../src/transport/gossipsub-transport.ts';
import type { Incident } from '../../src/transport/gossipsub-transport.ts';
import { libp2pOptions } from '../../src/transport/libp2p-options.ts';
import { createPeerBans } from '../../src/transport/peer-bans.ts';
import { identityTopic, inboxTopic } from '../../src/transport/topics.ts';
import { limitsOf } from '../../src/transport/transport-config.ts';
import type { TransportConfig, TransportLimits } from '../../src/transport/transport-config.ts';
import type { Contact, Verdict } from '../../src/transport/transport.ts';

/** Real nodes and strangers on loopback, for tests of what one does to the other. */

export const NETWORK = 'hostile';
export const nodeOf = (name: string): string => cidOfDigest(sha256(Buffer.from(name)));
export const inboxOf = (name: string): string => inboxTopic(NETWORK, nodeOf(name));
export const IDENTITIES = identityTopic(NETWORK);

export const configOf = (name: string, limits: Partial<TransportLimits> = {}): TransportConfig => ({
  network: NETWORK,
  node: nodeOf(name),
  seed: sha256(Buffer.from(name)),
  listen: ['/ip4/127.0.0.1/tcp/0'],
  announce: [],
  limits,
});

export interface NodeOptions {
  clock?: Clock;
  limits?: Partial<TransportLimits>;
  verdict?: (bytes: Uint8Array) => Verdict;
  /** Instead of what every node of a test has. */
  config?: Partial<TransportConfig>;
}

/** A node whose libp2p the test can look into. It takes part in its inbox and the identities. */
export const openNode = async (name: string, options: NodeOptions = {}) => {
  const { clock = systemClock, limits, verdict = () => 'accept' } = options;
  const config = { ...configOf(name, limits), ...options.config };
  const bans = createPeerBans(clock, limitsOf(config));
  const libp2p = await createLibp2p(await libp2pOptions(config, clock, bans)());
  const incidents: Incident[] = [];
  const received: { text: string; via: string }[] = [];
  const subscribed: string[] = [];
  const transport = createGossipsubTransport({
    config,
    clock,
    random: systemRandom,
    shared: { libp2p: async () => libp2p, bans },
    report: (incident) => incidents.push(incident),
  });
  for (const topic of [inboxOf(name), IDENTITIES])
    transport.join(topic, (bytes, via) => {
      received.push({ text: Buffer.from(bytes).toString(), via });
      return verdict(bytes);
    });
  transport.onSubscribed((topic, peer) => subscribed.push(`${peer} ${topic}`));
  await transport.start();
  const contact: Contact = {
    node: config.node,
    peer: libp2p.peerId.toString(),
    addrs: transport.addresses(),
  };
  return {
    transport,
    libp2p,
    contact,
    peer: contact.peer,
    incidents,
    received,
    subscribed,
    texts: () => received.map(({ text }) => text),
    close: async () => {
      await transport.stop();
      await libp2p.stop();
    },
  };
};
export type Node = Awaited<ReturnType<typeof openNode>>;

/** A peer that speaks libp2p and gossipsub's wire format, and says what the test wants. */
export const openStranger = async ({ listen = [] as string[] } = {}) => {
  const connections: MessageStream[] = [];
  const libp2p = await createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      () => {
        const factory = yamux()();
        const create = factory.createStreamMuxer.bind(factory);
        factory.createStreamMuxer = (connection) => {
          connections.push(connection);
          return create(connection);
        };
        return factory;
      },
    ],
    connectionMonitor: { enabled: false },
    services: { identify: identify() },
  });
  // The other side opens its stream too; nobody here listens to it.
  await libp2p.handle('/meshsub/1.2.0', () => undefined);
  return {
    libp2p,
    peer: libp2p.peerId.toString(),
    /** The encrypted connection below the streams. */
    connections,
    dial: (node: Node) => libp2p.dial(multiaddr(node.contact.addrs[0])),
    gossip: async (node: Node): Promise<Stream> => {
      const connection = await libp2p.dial(multiaddr(node.contact.addrs[0]));
      return connection.newStream('/meshsub/1.2.0');
    },
    close: async () => {
      await libp2p.stop();
    },
  };
};

export type Packet = Parameters<typeof RPC.encode>[0];
/** A gossipsub packet with its length prefix. */
export const encodePacket = (packet: Packet): Uint8Array => {
  const bytes = RPC.encode(packet);
  const prefix: number[] = [];
  let length = bytes.length;
  for (; length >= 128; length = Math.floor(length / 128)) prefix.push((length % 128) + 128);
  return Buffer.concat([Buffer.from([...prefix, length]), bytes]);
};
/** A message as a node would send it: the first 8 bytes make it a new one. */
export const messagePacket = (topic: string, nonce: number, text: string): Uint8Array => {
  const data = Buffer.concat([Buffer.alloc(8), Buffer.from(text)]);
  data.writeUInt32BE(nonce);
  return encodePacket({ messages: [{ topic, data }] });
};

export const until = async (condition: () => boolean): Promise<void> => {
  for (let round = 0; !condition(); round++) {
    if (round > 2_000) assert.fail('the condition never came true');
    await sleep(5);
  }
};

/** Time passes so many times faster. */
export const createFastClock = (factor: number): Clock => {
  const start = Date.now();
  return {
    now: () => Math.round(start + (Date.now() - start) * factor),
    after: (delay, wake) => systemClock.after(delay / factor, wake),
  };
};
