import type { Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { TransportLibp2p } from './libp2p-options.ts';
import type { PeerId } from './transport.ts';

/** gossipsub opens one stream each way to every peer, and does not open a lost one again by itself. */

const isGossip = ({ protocol, status }: Stream): boolean =>
  protocol.startsWith('/meshsub/') && status === 'open';

const streamsOf = (libp2p: TransportLibp2p, peer: PeerId): Stream[] =>
  libp2p.getConnections(peerIdFromString(peer)).flatMap(({ streams }) => streams.filter(isGossip));

/** Is there a stream for what we send? */
export const canSendTo = (libp2p: TransportLibp2p, peer: PeerId): boolean =>
  streamsOf(libp2p, peer).some(({ direction }) => direction === 'outbound');

/** Are there streams both ways? */
export const isGossiping = (libp2p: TransportLibp2p, peer: PeerId): boolean =>
  canSendTo(libp2p, peer) &&
  streamsOf(libp2p, peer).some(({ direction }) => direction === 'inbound');

/** Bytes that wait here because the peer, or the way to it, is too slow. */
export const unsentTo = (libp2p: TransportLibp2p, peer: PeerId): number =>
  streamsOf(libp2p, peer).reduce((sum, { writeBufferLength }) => sum + writeBufferLength, 0);

/** Closes all connections to a peer, at once and without a farewell. */
export const cutOff = (libp2p: TransportLibp2p, peer: PeerId, why: string): void => {
  for (const connection of libp2p.getConnections(peerIdFromString(peer)))
    connection.abort(new Error(why));
};
