import type { NodeId } from '../domain/ids.ts';
import { identityTopic, inboxTopic } from './topics.ts';

/** What the libp2p of a node is made from. */
export interface TransportConfig {
  /** Name of the network; nodes of two networks share no topic. */
  network: string;
  node: NodeId;
  /** Ed25519 seed of the peer key, 32 bytes. SECRET; copied at once, the caller wipes it. */
  seed: Uint8Array;
  /** Multiaddrs, /ip4/…/tcp/… or /ip6/…/tcp/…; port 0 takes a free one. Empty: dials only. */
  listen: readonly string[];
  /** Multiaddrs told to others in the place of those listened on; empty: those. */
  announce: readonly string[];
  /** Multiaddrs with /p2p/: connections that are kept, though they are to nobody in particular. */
  bootstrap?: readonly string[];
  discovery?: Partial<Discovery>;
  limits?: Partial<TransportLimits>;
}

/** Ways to nodes whose address is not known, or does not lead to them. Nodes of this network only. */
export interface Discovery {
  /**
   * Circuit relay (libp2p specs: relay/circuit-v2). client: reaches others through relays, and is reached through
   * `relays`. server: forwards between others, too. A relay sees who talks to whom and how much, and nothing of it.
   */
  relay: 'off' | 'client' | 'server';
  /** Multiaddrs with /p2p/ of nodes with `relay: server`. */
  relays: readonly string[];
  /** Finds holders of documents through nodes that this one is not connected to (libp2p specs: kad-dht). */
  dht: boolean;
  /** Finds nodes in the local network, and tells them of this one (RFC 6762). */
  mdns: boolean;
}

export const discoveryOf = ({ discovery }: TransportConfig): Discovery => ({
  relay: 'off',
  relays: [],
  dht: false,
  mdns: false,
  ...discovery,
});

/** What strangers may cost. Everything is far above what an honest peer needs. */
export interface TransportLimits {
  /** Inbound connections are refused above, outbound ones of contacts are not. */
  connections: number;
  /** From one IP address: a single host cannot take all the places. */
  connectionsPerHost: number;
  /** New inbound connections a second from one IP address. */
  inboundPerSecond: number;
  /** Read from one connection, all protocols together; more is left in the sender's buffers. */
  bytesPerSecond: number;
  /** Gossip messages, subscriptions and control messages a second read from one stream; more is left with the sender. */
  messagesPerSecond: number;
  /** Messages judged `reject` until a peer is banned; one is forgiven a minute. */
  rejects: number;
  /** Milliseconds. */
  ban: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  connections: 300,
  connectionsPerHost: 64,
  inboundPerSecond: 10,
  bytesPerSecond: 8 * 1_048_576,
  messagesPerSecond: 2_000,
  rejects: 8,
  ban: 600_000,
};

export const limitsOf = ({ limits }: TransportConfig): TransportLimits => ({
  ...DEFAULT_LIMITS,
  ...limits,
});

/** The only topics a node takes part in. */
export const ownTopics = ({ network, node }: TransportConfig): readonly string[] => [
  identityTopic(network),
  inboxTopic(network, node),
];
