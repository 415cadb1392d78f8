import type { NodeId } from '../domain/ids.ts';

/**
 * Moves opaque bytes between nodes on named topics. Unreliable by contract: it may lose, repeat, reorder and delay.
 * What it carries is signed and encrypted by its sender, so it is not trusted with anything but effort.
 */
export interface Transport {
  /** @throws TransportError transport/start (address in use, already started), transport/stopped */
  start(): Promise<void>;
  /** For good: a stopped transport is not started again. Nothing of it runs on. */
  stop(): Promise<void>;
  /**
   * Takes part in a topic, before or after the start. `receive` judges each message synchronously, cheap checks only,
   * and does not throw; its verdict scores the sender. One receiver a topic: the last one.
   * @throws TransportError transport/stopped, transport/topic (none that this transport can join)
   */
  join(topic: string, receive: Receive): void;
  /**
   * Resolves to the number of peers it was handed to; 0 when nobody is known to be subscribed, when not running, and
   * for more than MAX_MESSAGE_BYTES. Never rejects. Publishing the same bytes again sends them again.
   */
  publish(topic: string, bytes: Uint8Array): Promise<number>;
  /** Is called with the topic whenever a peer's subscription appears, once it can be sent to. Does not throw. */
  onSubscribed(listener: (topic: string, peer: PeerId) => void): void;
  /**
   * Remembers where a node may be reached and tries to keep one connection to it. The last contact of a peer holds.
   * @throws TransportError transport/unreachable: no peer can have this id
   */
  connect(contact: Contact): void;
  /** Stops keeping the connection, and closes it, unless the operator wants it in any case (bootstrap, relays). */
  forget(peer: PeerId): void;
  /** Peers connected now. */
  peers(): readonly PeerId[];
  /** The same with their addresses, to be shown. */
  connections(): readonly Connection[];
  /** Own multiaddrs, with the peer id. Empty when not running. */
  addresses(): readonly string[];
}

/** The largest message, bytes: the largest envelope. */
export const MAX_MESSAGE_BYTES = 65_536;

/** libp2p peer id, text. */
export type PeerId = string;

/**
 * accept: valid, passed on to other subscribers. ignore: of no use here (stale, repeated, from a stranger), costs the
 * sender nothing. reject: invalid for everybody, whatever they know, so nobody honest sends it or passes it on; a few
 * of these and the peer is banned.
 */
export type Verdict = 'accept' | 'ignore' | 'reject';

/** `via` is the peer that handed it over, not necessarily the one that wrote it. `bytes` stay as they are. */
export type Receive = (bytes: Uint8Array, via: PeerId) => Verdict;

export interface Contact {
  node: NodeId;
  peer: PeerId;
  /** Multiaddrs: advice, tried in order. */
  addrs: readonly string[];
}

export interface Connection {
  peer: PeerId;
  /** Multiaddr of the other end. */
  address: string;
  direction: 'inbound' | 'outbound';
}
