import { noise } from '@chainsafe/libp2p-noise';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey } from '@libp2p/interface';
import type { Ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import type { Libp2pOptions } from 'libp2p';
import { signKeyFromSeed } from '../crypto/signature.ts';
import type { Clock } from '../ports/clock.ts';
import { boundedYamux } from './bounded-muxer.ts';
import {
  discoverers,
  discoveryServices,
  relayGater,
  relayListeners,
  relayTransports,
} from './discovery.ts';
import { gossipOptions } from './gossip-options.ts';
import { meteredGossipsub } from './metered-gossipsub.ts';
import type { PeerBans } from './peer-bans.ts';
import { limitsOf, ownTopics } from './transport-config.ts';
import type { TransportConfig } from './transport-config.ts';

/** What the libp2p of a node must have for the gossipsub transport; it may have more. */
export interface TransportServices extends Record<string, unknown> {
  identify: Identify;
  pubsub: GossipSub;
  ping?: Ping;
}
export type TransportLibp2p = Libp2p<TransportServices>;

/**
 * Makes the options of a node's libp2p: TCP, Noise, yamux, identify, gossipsub. It contacts nobody but the peers it is told
 * to dial: relays, DHT and local discovery only where the operator wants them, and never those of the public. The bans
 * are those of the transport that uses it. The seed is copied before this returns.
 */
export const libp2pOptions = (
  config: TransportConfig,
  clock: Clock,
  bans: PeerBans,
): (() => Promise<Libp2pOptions<TransportServices>>) => {
  const privateKey = peerPrivateKey(config.seed);
  const limits = limitsOf(config);
  return async () => ({
    start: false,
    privateKey,
    // Tells a stranger neither the platform nor the version.
    nodeInfo: { name: 'milagro', version: '1', userAgent: 'milagro' },
    addresses: {
      listen: [...config.listen, ...relayListeners(config)],
      announce: [...config.announce],
    },
    transports: [
      tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } }),
      ...(await relayTransports(config)),
    ],
    peerDiscovery: await discoverers(config),
    connectionEncrypters: [noise()],
    streamMuxers: [boundedYamux(clock, limits)],
    connectionGater: {
      denyInboundEncryptedConnection: (peer) => bans.has(peer.toString()),
      denyDialPeer: (peer) => bans.has(peer.toString()),
      ...relayGater(config, bans),
    },
    connectionManager: {
      maxConnections: limits.connections,
      inboundConnectionThreshold: limits.inboundPerSecond,
      // Who connects and then is silent holds a place of these for as long as the upgrade may take.
      maxIncomingPendingConnections: 64,
      inboundUpgradeTimeout: 5_000,
      inboundStreamProtocolNegotiationTimeout: 5_000,
      dialTimeout: 20_000,
      addressDialTimeout: 5_000,
      maxPeerAddrsToDial: 16,
      // The contact says in which order.
      addressSorter: () => 0,
    },
    // A peer that has vanished without a word is noticed, one that computes for some seconds is not given up.
    connectionMonitor: { pingInterval: 10_000, pingTimeout: { minTimeout: 15_000 } },
    services: {
      identify: identify(),
      pubsub: meteredGossipsub(gossipOptions(ownTopics(config)), clock, limits),
      ...(await discoveryServices(config)),
    },
  });
};

/** libp2p keeps an Ed25519 key as seed and public key, 64 bytes, in memory of its own. SECRET. */
const peerPrivateKey = (seed: Uint8Array): PrivateKey => {
  const { publicKey } = signKeyFromSeed(seed);
  return privateKeyFromRaw(Buffer.concat([seed, publicKey]));
};
