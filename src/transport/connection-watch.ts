import type { Connection } from '@libp2p/interface';
import type { Clock } from '../ports/clock.ts';
import { cutOff, isGossiping } from './gossip-streams.ts';
import type { TransportLibp2p } from './libp2p-options.ts';
import type { TransportLimits } from './transport-config.ts';
import type { PeerId } from './transport.ts';

/**
 * Closes connections that are of no use. One that has lost its gossip streams looks alive and carries nothing, and
 * nobody would open them again: closed, it is dialled anew. One that never had any only takes a place.
 */
export const watchConnections = (deps: WatchDeps): (() => void) => {
  const { libp2p, clock, limits, silent, onRound } = deps;
  const uselessSince = new Map<PeerId, number>();
  let rounds = 0;
  let cancel: () => void;

  const limitHost = ({ detail: connection }: CustomEvent<Connection>): void => {
    if (connection.direction === 'outbound') return;
    const others = libp2p
      .getConnections()
      .filter((other) => other.id !== connection.id && hostOf(other) === hostOf(connection));
    if (others.length >= limits.connectionsPerHost)
      connection.abort(new Error('too many connections from one host'));
  };

  const closeUseless = (): void => {
    const peers = libp2p.getPeers().map(String);
    for (const peer of uselessSince.keys()) if (!peers.includes(peer)) uselessSince.delete(peer);
    for (const peer of peers) {
      if (silent.has(peer) || isGossiping(libp2p, peer)) uselessSince.delete(peer);
      else if (!uselessSince.has(peer)) uselessSince.set(peer, clock.now());
      else if (clock.now() - (uselessSince.get(peer) ?? 0) >= USELESS_MS)
        cutOff(libp2p, peer, 'the connection carries no gossip');
    }
  };

  /** libp2p remembers every peer that ever connected: names are free, so strangers would fill the memory. */
  const forgetStrangers = async (): Promise<void> => {
    const connected = new Set([libp2p.peerId, ...libp2p.getPeers()].map(String));
    for (const { id } of await libp2p.peerStore.all())
      if (!connected.has(id.toString())) await libp2p.peerStore.delete(id);
  };

  const round = (): void => {
    closeUseless();
    if (++rounds % ROUNDS_TO_FORGET === 0) void forgetStrangers().catch(() => undefined);
    onRound();
    cancel = clock.after(ROUND_MS, round);
  };

  libp2p.addEventListener('connection:open', limitHost);
  cancel = clock.after(ROUND_MS, round);
  return () => {
    cancel();
    libp2p.removeEventListener('connection:open', limitHost);
  };
};

export interface WatchDeps {
  libp2p: TransportLibp2p;
  clock: Clock;
  limits: TransportLimits;
  /** Who is of use without gossip. */
  silent: ReadonlySet<PeerId>;
  /** Called every few seconds. */
  onRound: () => void;
}

const ROUND_MS = 5_000;
/** Time to agree on streams both ways. */
const USELESS_MS = 15_000;
const ROUNDS_TO_FORGET = 12;

/** The IP address, or the name, at the other end. */
const hostOf = ({ remoteAddr }: Connection): string | undefined =>
  remoteAddr.getComponents()[0]?.value;
