import { shortId } from '../../src/domain/ids.ts';
import type { PeerView } from '../../src/domain/views.ts';
import { columns, facts } from './columns.ts';
import { relative } from './moments.ts';

export const peerList = (peers: readonly PeerView[], now: number): string => {
  if (peers.length === 0) return 'no peers yet: milagro peer add FILE --role ROLE';
  return columns([
    ['name', 'id', 'trusted as', 'keys', 'connection', 'notes'],
    ...peers.map((peer) => [
      peer.name,
      `…${shortId(peer.id)}`,
      peer.roles.join(', '),
      `state ${peer.seq}`,
      connection(peer, now),
      notes(peer, now).join('; '),
    ]),
  ]);
};

export const peerPage = (peer: PeerView, now: number): string =>
  [
    peer.name,
    facts([
      ['id', peer.id],
      ['fingerprint', peer.fingerprint],
      ['trusted as', peer.roles.join(', ')],
      ['keys', `state ${peer.seq}, ${peer.keyState}`],
      ['connection', connection(peer, now)],
      ['addresses', peer.addrs.length === 0 ? '-' : peer.addrs.join(' ')],
      ['notes', notes(peer, now).join('; ') || null],
    ]),
  ].join('\n');

const connection = ({ connected, lastSeen }: PeerView, now: number): string => {
  if (connected) return 'connected';
  return lastSeen === null ? 'never seen' : `seen ${relative(lastSeen, now)}`;
};

const notes = ({ revoked, duplicity, blamed }: PeerView, now: number): string[] => [
  ...(blamed === null
    ? []
    : [`blamed: ${blamed.code} in order ${shortId(blamed.order)}, ${relative(blamed.at, now)}`]),
  ...(duplicity ? ['duplicity: two histories of its keys'] : []),
  ...(revoked ? ['revoked'] : []),
];
