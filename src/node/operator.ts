import type { NodeId } from '../domain/ids.ts';
import type { PeerView } from '../domain/views.ts';
import type { Actors } from './actors.ts';
import type { Aftermath } from './aftermath.ts';
import type { Commands } from './commands.ts';
import type { Contacts } from './contacts.ts';
import { exportCertificate } from './export-certificate.ts';
import { exportKey } from './export-key.ts';
import type { History } from './history.ts';
import type { Identities } from './identities.ts';
import type { Inbox } from './inbox.ts';
import type { NodePorts } from './node-ports.ts';
import type { OrderIndex } from './order-index.ts';
import type { Outbox } from './outbox.ts';
import type { Queries } from './queries.ts';
import type { RollbackGuard } from './rollback-guard.ts';
import type { NodeService } from './service.ts';
import { untilSettled } from './settled.ts';
import { peerView, statusView } from './status.ts';

/** The parts of a node, as its operator sees them: each method is one call of one part. */
export const createOperator = (parts: {
  ports: NodePorts;
  actors: Actors;
  aftermath: Aftermath;
  commands: Commands;
  contacts: Contacts;
  guard: RollbackGuard;
  history: History;
  identities: Identities;
  inbox: Inbox;
  index: OrderIndex;
  outbox: Outbox;
  queries: Queries;
  /** Roles that ended with a loss. */
  endedRoles: () => number;
}): NodeService => {
  const { ports, actors, commands, contacts, identities, index, queries, history } = parts;
  const { clock, directory, log, network } = ports;

  const viewOf = (id: NodeId): PeerView => {
    const peer = directory.pinned(id);
    return peerView(peer, ports, parts.inbox.lastSeen(id));
  };

  return {
    status: async () =>
      statusView(ports, {
        timeStamp: clock.now(),
        orders: index.size(),
        unacknowledged: parts.outbox.waiting(),
        logState: parts.guard.state(),
      }),

    createOrder: async (wish, key) => queries.order(await commands.create(wish, key)),
    cancelOrder: async (order, text) => {
      await commands.cancel(order, text);
      return queries.order(order);
    },
    redeemOrder: async (order, beneficiary, key) => {
      await commands.redeem(order, beneficiary, key);
      return queries.order(order);
    },
    settled: (order, goal, ms) =>
      untilSettled({ clock, queries, watch: parts.aftermath.watch }, order, goal, ms),
    order: (order) => queries.order(order),
    orders: async ({ page, perPage, newestFirst }) => {
      const ids = index.page({ page, perPage, newestFirst });
      return { orders: await Promise.all(ids.map((id) => queries.order(id))), total: index.size() };
    },
    watch: (listener) => parts.aftermath.watch(listener),
    exportKey: (order) => exportKey({ ...ports, actors }, order),
    exportCertificate: (order) => exportCertificate({ network, actors, directory }, order),

    exportIdentity: async () => directory.exportOwn(),
    rotateIdentity: async (replace) => {
      const rotated = await identities.rotate(replace);
      await parts.aftermath.tidy();
      return rotated;
    },
    revokeIdentity: () => identities.revoke(),
    resolveIdentity: (id) => identities.view(id, true),

    peers: async () => directory.peers().map(({ id }) => viewOf(id)),
    addPeer: async ({ name, roles, ...source }) => {
      const id =
        'file' in source
          ? await identities.read(source.file)
          : (await identities.view(source.id, true)).id;
      await directory.pin({ id, name, roles }, clock.now());
      contacts.reach(id);
      return viewOf(id);
    },
    removePeer: async (id) => {
      await directory.remove(id);
      contacts.forget(id);
    },
    clearBlame: async (id) => {
      await directory.clearBlame(id, clock.now());
      return viewOf(id);
    },

    logRecords: (order, role) => history.records(order, role),
    replay: (order) => history.replay(order),
    verifyLog: async () => {
      const { head, ...counts } = await log.verify();
      const shown = head && { seq: head.seq, hash: Buffer.from(head.hash).toString('hex') };
      return { ...counts, head: shown };
    },
    recover: async () => {
      const lost = await parts.guard.recover();
      return { heads: lost.map(({ seq }) => seq), endedRoles: parts.endedRoles() };
    },
  };
};
