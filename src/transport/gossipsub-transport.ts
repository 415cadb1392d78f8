import { TopicValidatorResult } from '@libp2p/gossipsub';
import type { SubscriptionChangeData, TopicValidatorFn } from '@libp2p/gossipsub';
import type { PeerId as Libp2pPeerId, PeerInfo } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { createLibp2p } from 'libp2p';
import { reason, TransportError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { watchConnections } from './connection-watch.ts';
import { dialable, requirePeerId } from './contact-address.ts';
import { createDialer } from './dialer.ts';
import { keptPeers, relayPeers } from './discovery.ts';
import { canSendTo, cutOff, unsentTo } from './gossip-streams.ts';
import { libp2pOptions } from './libp2p-options.ts';
import type { TransportLibp2p } from './libp2p-options.ts';
import { createPeerBans } from './peer-bans.ts';
import type { PeerBans } from './peer-bans.ts';
import { createSendGate } from './send-gate.ts';
import { createSubscriptionNews } from './subscription-news.ts';
import { inboxTopic } from './topics.ts';
import { unwrapTransmission, wrapTransmission } from './transmission.ts';
import { discoveryOf, limitsOf, ownTopics } from './transport-config.ts';
import type { TransportConfig } from './transport-config.ts';
import { MAX_MESSAGE_BYTES } from './transport.ts';
import type { PeerId, Receive, Transport, Verdict } from './transport.ts';

export interface GossipsubTransportDeps {
  config: TransportConfig;
  clock: Clock;
  random: Random;
  /**
   * A libp2p made from `libp2pOptions` with these bans, by somebody who has other uses for it and stops it.
   * Absent: the transport makes one of its own.
   */
  shared?: { libp2p: () => Promise<TransportLibp2p>; bans: PeerBans };
  /** Is told what an operator should see in the log. */
  report?: (incident: Incident) => void;
}

export type Incident =
  | { type: 'peer.banned'; peer: PeerId }
  | { type: 'receiver.failed'; topic: string; error: unknown };

/** The transport of a real network: docs/protocol.md, section 3. Joins only the node's inbox and the identities. */
export const createGossipsubTransport = (deps: GossipsubTransportDeps): Transport => {
  const { config, clock, random, shared, report = () => undefined } = deps;
  const limits = limitsOf(config);
  const bans = shared?.bans ?? createPeerBans(clock, limits);
  const options = libp2pOptions(config, clock, bans);
  const receivers = new Map<string, Receive>();
  const listeners: ((topic: string, peer: PeerId) => void)[] = [];
  /** Who reads an inbox: the one whom sending there waits for. */
  const readers = new Map<string, PeerId>();
  let phase: 'new' | 'running' | 'stopped' = 'new';
  let libp2p: TransportLibp2p | undefined;
  let release: (() => void) | undefined;

  const dialer = createDialer({
    clock,
    random,
    dial: async (target, signal) => {
      await libp2p?.dial(dialable(target), { signal });
    },
    isConnected: (peer) => connectionsOf(peer).length > 0,
  });
  const news = createSubscriptionNews({
    clock,
    canSendTo: (peer) => libp2p !== undefined && canSendTo(libp2p, peer),
    tell: (topic, peer) => {
      for (const listener of listeners) attempt(topic, () => listener(topic, peer));
    },
  });
  const sendGate = createSendGate(clock, (peer) =>
    libp2p === undefined ? 0 : unsentTo(libp2p, peer),
  );

  const kept = keptPeers(config);
  for (const [peer, addrs] of kept) dialer.connect({ peer, addrs });

  const keptAt = (peer: PeerId): readonly string[] => kept.get(peer) ?? [];
  const connectionsOf = (peer: PeerId) => libp2p?.getConnections(peerIdFromString(peer)) ?? [];

  // --- what arrives

  /** A bug of whoever is called must not let a stranger stop the node. */
  const attempt = <T>(topic: string, call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      report({ type: 'receiver.failed', topic, error });
      return undefined;
    }
  };

  const judge = (topic: string, bytes: Uint8Array, via: PeerId): Verdict =>
    attempt(topic, () => receivers.get(topic)?.(bytes, via)) ?? 'ignore';

  const validator =
    (topic: string): TopicValidatorFn =>
    (peer, { data }) => {
      const via = peer.toString();
      const bytes = unwrapTransmission(data);
      const verdict = bytes === undefined ? 'reject' : judge(topic, bytes, via);
      if (verdict === 'reject' && bans.reject(via)) {
        report({ type: 'peer.banned', peer: via });
        if (libp2p !== undefined) cutOff(libp2p, via, 'banned');
      }
      return RESULTS[verdict];
    };

  const onSubscriptions = ({ detail }: CustomEvent<SubscriptionChangeData>): void => {
    const peer = detail.peerId.toString();
    for (const { topic, subscribe } of detail.subscriptions)
      if (subscribe) news.subscribed(peer, topic);
  };
  const onConnect = ({ detail }: CustomEvent<Libp2pPeerId>): void =>
    dialer.connected(detail.toString());
  const onDisconnect = ({ detail }: CustomEvent<Libp2pPeerId>): void => {
    news.disconnected(detail.toString());
    dialer.disconnected(detail.toString());
  };
  /** Not kept: it stays if it gossips. */
  const onNeighbour = ({ detail: { id } }: CustomEvent<PeerInfo>): void => {
    if (libp2p === undefined || connectionsOf(id.toString()).length > 0) return;
    if (libp2p.getConnections().length < MAX_NEIGHBOURS)
      void libp2p.dial(id).catch(() => undefined);
  };

  // --- life

  const take = (node: TransportLibp2p): void => {
    const { pubsub } = node.services;
    node.addEventListener('peer:connect', onConnect);
    node.addEventListener('peer:disconnect', onDisconnect);
    if (discoveryOf(config).mdns) node.addEventListener('peer:discovery', onNeighbour);
    pubsub.addEventListener('subscription-change', onSubscriptions);
    for (const topic of receivers.keys()) subscribe(node, topic);
    // A shared libp2p may have met peers before.
    for (const topic of [...ownTopics(config), ...readers.keys()])
      for (const peer of pubsub.getSubscribers(topic)) news.subscribed(peer.toString(), topic);
    const unwatch = watchConnections({
      libp2p: node,
      clock,
      limits,
      silent: relayPeers(config),
      onRound: () => dialer.review(),
    });
    release = () => {
      unwatch();
      node.removeEventListener('peer:connect', onConnect);
      node.removeEventListener('peer:disconnect', onDisconnect);
      node.removeEventListener('peer:discovery', onNeighbour);
      pubsub.removeEventListener('subscription-change', onSubscriptions);
      for (const topic of receivers.keys()) {
        if (node.status === 'started') pubsub.unsubscribe(topic);
        pubsub.topicValidators.delete(topic);
      }
    };
  };

  const subscribe = ({ services: { pubsub } }: TransportLibp2p, topic: string): void => {
    pubsub.topicValidators.set(topic, validator(topic));
    pubsub.subscribe(topic);
  };

  const start = async (): Promise<void> => {
    if (phase === 'stopped') throw stopped();
    if (phase === 'running')
      throw new TransportError('transport/start', 'the transport is already running');
    phase = 'running';
    try {
      libp2p = await (shared?.libp2p() ?? createLibp2p(await options()));
      await libp2p.start();
    } catch (cause) {
      phase = 'stopped';
      throw new TransportError('transport/start', reason(cause), { cause });
    }
    if (isStopped()) {
      if (shared === undefined) await libp2p.stop();
      throw stopped();
    }
    take(libp2p);
    dialer.start();
  };
  const isStopped = (): boolean => phase === 'stopped';

  const stop = async (): Promise<void> => {
    phase = 'stopped';
    dialer.stop();
    news.stop();
    release?.();
    release = undefined;
    if (shared === undefined) await libp2p?.stop();
  };

  // --- what is sent

  const send = async (node: TransportLibp2p, topic: string, bytes: Uint8Array): Promise<number> => {
    if (phase !== 'running') return 0;
    try {
      const transmission = wrapTransmission(random, bytes);
      const { recipients } = await node.services.pubsub.publish(topic, transmission);
      return recipients.length;
    } catch {
      // gossipsub is stopping.
      return 0;
    }
  };

  return {
    start,
    stop,
    join: (topic, receive) => {
      if (phase === 'stopped') throw stopped();
      if (!ownTopics(config).includes(topic))
        throw new TransportError('transport/topic', `not a topic of this node: ${topic}`);
      const isNew = !receivers.has(topic);
      receivers.set(topic, receive);
      if (isNew && libp2p !== undefined && release !== undefined) subscribe(libp2p, topic);
    },
    publish: async (topic, message) => {
      const node = libp2p;
      if (node === undefined || release === undefined || message.length > MAX_MESSAGE_BYTES)
        return 0;
      const reader = readers.get(topic);
      const bytes = Uint8Array.from(message);
      if (reader === undefined) return send(node, topic, bytes);
      return sendGate(reader, () => send(node, topic, bytes));
    },
    onSubscribed: (listener) => {
      listeners.push(listener);
    },
    connect: (contact) => {
      requirePeerId(contact.peer);
      readers.set(inboxTopic(config.network, contact.node), contact.peer);
      dialer.connect({ peer: contact.peer, addrs: [...contact.addrs, ...keptAt(contact.peer)] });
    },
    forget: (peer) => {
      for (const [topic, reader] of readers) if (reader === peer) readers.delete(topic);
      if (kept.has(peer)) return dialer.connect({ peer, addrs: keptAt(peer) });
      dialer.forget(peer);
      for (const connection of connectionsOf(peer))
        void connection.close().catch((error: Error) => connection.abort(error));
    },
    peers: () => libp2p?.getPeers().map(String) ?? [],
    connections: () =>
      (libp2p?.getConnections() ?? []).map(({ remotePeer, remoteAddr, direction }) => ({
        peer: remotePeer.toString(),
        address: remoteAddr.toString(),
        direction,
      })),
    addresses: () => (release === undefined ? [] : (libp2p?.getMultiaddrs().map(String) ?? [])),
  };
};

const RESULTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/** Connections above which a neighbour in the local network is not called. */
const MAX_NEIGHBOURS = 64;

const stopped = (): TransportError =>
  new TransportError('transport/stopped', 'the transport has been stopped');
