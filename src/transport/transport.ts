import type { NodeId } from '../domain/ids.ts';

/**
 * Moves opaque bytes between nodes on named topics. Unreliable by contract: it may lose, repeat, reorder and delay.
 * What it carries is signed and encrypted by its sender, so it is not trusted with anything but effort.
 */
export interface Transport {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes part in a topic. `receive` judges each message synchronously, cheap checks only; its verdict scores the sender. */
  join(topic: string, receive: (bytes: Uint8Array, via: PeerId) => Verdict): void;
  /** Resolves to the number of peers it was handed to; 0 when nobody is known to be subscribed. Never rejects. */
  publish(topic: string, bytes: Uint8Array): Promise<number>;
  /** Is called with the topic whenever a peer's subscription appears. */
  onSubscribed(listener: (topic: string, peer: PeerId) => void): void;
  /** Remembers where a node may be reached and tries to keep one connection to it. */
  connect(contact: Contact): void;
  /** Stops keeping the connection. */
  forget(peer: PeerId): void;
  /** Peers connected now. */
  peers(): readonly PeerId[];
  /** Own multiaddrs, with the peer id. */
  addresses(): readonly string[];
}

/** libp2p peer id, text. */
export type PeerId = string;
export type Verdict = 'accept' | 'ignore' | 'reject';

export interface Contact {
  node: NodeId;
  peer: PeerId;
  /** Multiaddrs: advice, tried in order. */
  addrs: readonly string[];
}
