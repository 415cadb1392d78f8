import type { ConnectionGater, PeerId as Libp2pPeerId } from '@libp2p/interface';
import type { KadDHTComponents } from '@libp2p/kad-dht';
import type { Ping } from '@libp2p/ping';
import { multiaddr } from '@multiformats/multiaddr';
import type { PeerBans } from './peer-bans.ts';
import { discoveryOf, type TransportConfig } from './transport-config.ts';
import type { PeerId } from './transport.ts';

/**
 * Parts of libp2p for the ways to other nodes that an operator may switch on. Nothing of them is there while off, not
 * even their code in memory: together they are a tenth of an idle node.
 */

/** A client listens at one relay for each that it has; which, is settled when it is connected to them. */
export const relayListeners = (config: TransportConfig): string[] => {
  const { relay, relays } = discoveryOf(config);
  return relay === 'off' ? [] : relays.map(() => '/p2p-circuit');
};

export const relayTransports = async (config: TransportConfig) => {
  if (discoveryOf(config).relay === 'off') return [];
  const { circuitRelayTransport } = await import('@libp2p/circuit-relay-v2');
  const relays = relayPeers(config);
  const isOther = (peer: Uint8Array | Libp2pPeerId): boolean => !relays.has(peer.toString());
  // Any peer that offers to be a relay would be taken for one.
  return [
    circuitRelayTransport({ discoveryFilter: { has: isOther, add: ignore, remove: ignore } }),
  ];
};

export const relayGater = (config: TransportConfig, bans: PeerBans): ConnectionGater => {
  const relays = relayPeers(config);
  return {
    denyInboundRelayedConnection: (relay, peer) =>
      !relays.has(relay.toString()) || bans.has(peer.toString()),
    denyInboundRelayReservation: (peer) => bans.has(peer.toString()),
    denyOutboundRelayedConnection: (peer) => bans.has(peer.toString()),
  };
};

export const discoveryServices = async (config: TransportConfig) => {
  const { relay, dht } = discoveryOf(config);
  return {
    ...(relay === 'server' && { relay: await relayServer() }),
    ...(dht && (await distributedHashTable(config))),
  };
};

const relayServer = async () => {
  const { circuitRelayServer } = await import('@libp2p/circuit-relay-v2');
  return circuitRelayServer({
    // Gossip does not run on connections that may end any moment; what a relay carries is bounded like all else.
    reservations: { applyDefaultLimit: false, maxReservations: MAX_RESERVATIONS },
    maxInboundHopStreams: MAX_RELAYED_PER_PEER,
    maxOutboundStopStreams: MAX_RELAYED_PER_PEER,
  });
};

const distributedHashTable = async ({ network }: TransportConfig) => {
  const { kadDHT, passthroughMapper } = await import('@libp2p/kad-dht');
  const { ping } = await import('@libp2p/ping');
  const createDht = kadDHT({
    protocol: `/milagro/${network}/kad/1.0.0`,
    // Nodes of a private network have private addresses, and serve each other.
    peerInfoMapper: passthroughMapper,
    clientMode: false,
    // A record made while nobody was connected has reached nobody: each is told again. Milliseconds.
    reprovide: { interval: 300_000, threshold: RECORD_LIFE, validity: RECORD_LIFE },
    querySelfInterval: 300_000,
    initialQuerySelfInterval: 1_000,
  });
  return {
    ping: ping(),
    dht: (components: DhtComponents) => createDht(components as KadDHTComponents),
  };
};

export const discoverers = async (config: TransportConfig) => {
  if (!discoveryOf(config).mdns) return [];
  const { mdns } = await import('@libp2p/mdns');
  return [mdns({ serviceTag: `milagro-${config.network}.local` })];
};

/** Peers that need not gossip: a relay may be any libp2p node. */
export const relayPeers = (config: TransportConfig): ReadonlySet<PeerId> =>
  new Set(discoveryOf(config).relays.map(peerOf));

/** Nodes to stay connected to, whatever contacts come and go: their addresses, by peer. */
export const keptPeers = (config: TransportConfig): ReadonlyMap<PeerId, readonly string[]> => {
  const { relay, relays } = discoveryOf(config);
  const kept = new Map<PeerId, string[]>();
  for (const address of [...(config.bootstrap ?? []), ...(relay === 'off' ? [] : relays)]) {
    const peer = peerOf(address);
    kept.set(peer, [...(kept.get(peer) ?? []), address]);
  }
  return kept;
};

/** libp2p puts its ping there before it makes the DHT. */
type DhtComponents = Omit<KadDHTComponents, 'ping'> & { ping?: Ping };

const ignore = (): undefined => undefined;

/** Milliseconds: two days, as the specification says. */
const RECORD_LIFE = 172_800_000;

const MAX_RESERVATIONS = 64;
const MAX_RELAYED_PER_PEER = 32;

/** The last peer in an address: the one it leads to. */
const peerOf = (address: string): PeerId =>
  multiaddr(address)
    .getComponents()
    .findLast(({ name }) => name === 'p2p')?.value ?? '';
