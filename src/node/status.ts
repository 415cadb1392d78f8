import type { Role } from '../domain/ids.ts';
import type { PeerView, StatusView } from '../domain/views.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Transport } from '../transport/transport.ts';
import type { Directory } from './directory.ts';
import type { Peer } from './roster.ts';

interface About {
  network: string;
  name: string;
  roles: readonly Role[];
  version: string;
  log: EventLog;
  transport: Transport;
  directory: Directory;
}

/** How the node is, for `milagro status` and the reference's clients. */
export const statusView = (
  about: About,
  {
    logState,
    ...now
  }: { timeStamp: number; orders: number; unacknowledged: number; logState: string },
): StatusView => {
  const { log, transport, directory } = about;
  const head = log.head();
  const own = directory.current(directory.self);
  return {
    application: 'Milagro Distributed Trust',
    apiVersion: 'v1',
    version: about.version,
    nodeCID: directory.self,
    fingerprint: fingerprint(directory.self),
    name: about.name,
    network: about.network,
    nodeType: nodeType(about.roles),
    plugin: 'milagro',
    extensionVendor: 'Milagro',
    peerId: own.keys.peerId,
    listening: [...transport.addresses()],
    connections: transport.peers().length,
    log: {
      records: head?.seq ?? 0,
      head: head && Buffer.from(head.hash).toString('hex'),
      state: logState,
    },
    ...now,
  };
};

/** The reference knows one type a node; one that plays several roles is `multi` there. */
const nodeType = (roles: readonly Role[]): string => {
  const [only, ...others] = roles;
  return only !== undefined && others.length === 0 ? only : 'multi';
};

export const peerView = (peer: Peer, about: About, lastSeen: number | null): PeerView => {
  const { directory, transport } = about;
  const state = directory.current(peer.id);
  return {
    id: peer.id,
    name: peer.name,
    roles: peer.roles,
    keyState: state.keyId,
    seq: state.seq,
    fingerprint: fingerprint(peer.id),
    connected: transport.peers().includes(state.keys.peerId),
    lastSeen,
    addrs: [...state.addrs],
    revoked: state.revoked,
    duplicity: directory.registry.duplicity(peer.id).length > 0,
    blamed: peer.blamed,
  };
};
