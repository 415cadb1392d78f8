import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import { TransportError } from '../errors.ts';
import type { Target } from './dialer.ts';
import type { PeerId } from './transport.ts';

/** What a contact says about where to find its peer, taken as advice from anybody. */

/** @throws TransportError transport/unreachable */
export const requirePeerId = (peer: PeerId): void => {
  try {
    peerIdFromString(peer);
  } catch (cause) {
    throw new TransportError('transport/unreachable', 'not a peer id', { cause });
  }
};

/**
 * The addresses that name the peer, or no peer: then it is added, and a connection to anybody else fails.
 * @throws TransportError transport/unreachable: none is usable
 */
export const dialable = ({ peer, addrs }: Target): Multiaddr[] => {
  const usable = addrs.flatMap((addr): Multiaddr[] => {
    try {
      const parsed = multiaddr(addr);
      const named = destinationOf(parsed);
      if (named === undefined) return [parsed.encapsulate(`/p2p/${peer}`)];
      return named === peer ? [parsed] : [];
    } catch {
      return [];
    }
  });
  if (usable.length === 0)
    throw new TransportError('transport/unreachable', `no usable address of peer ${peer}`);
  return usable;
};

/** The peer at the end of an address: after the last relay, if there is one. */
const destinationOf = (address: Multiaddr): PeerId | undefined => {
  const parts = address.getComponents();
  const afterRelay = parts.findLastIndex(({ name }) => name === 'p2p-circuit') + 1;
  return parts.slice(afterRelay).findLast(({ name }) => name === 'p2p')?.value;
};
