import type { OrderContext } from '../../machines/order-context.ts';
import {
  splitStream,
  streamId,
  type NodeId,
  type OrderId,
  type Role,
  type StreamId,
} from '../domain/ids.ts';
import { NodeError } from '../errors.ts';
import type { DocumentStore } from '../docstore/document-store.ts';
import type { Counters } from '../envelope/counters.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compute } from '../ports/compute.ts';
import type { Random } from '../ports/random.ts';
import { identityTopic, inboxTopic } from '../transport/topics.ts';
import type { Transport } from '../transport/transport.ts';
import { createAcknowledger } from './acknowledger.ts';
import { createActors } from './actors.ts';
import { createCommands } from './commands.ts';
import { createDeadlines } from './deadlines.ts';
import type { Directory } from './directory.ts';
import type { CustodyDeps, CustodyPolicy } from './effects/deps.ts';
import { exportCertificate } from './export-certificate.ts';
import { exportKey } from './export-key.ts';
import { createHistory } from './history.ts';
import { createIdempotency } from './idempotency.ts';
import { createInbox } from './inbox.ts';
import { createIdentities } from './identities.ts';
import { createAnnouncer } from './announcer.ts';
import type { Notice } from './notice.ts';
import type { OwnKeys } from './own-keys.ts';
import { createRollbackGuard } from './rollback-guard.ts';
import type { Loss, Roster } from './roster.ts';
import { createOrderIndex } from './order-index.ts';
import { createOutbox } from './outbox.ts';
import { pinnedState, type Sealer } from './plan-envelope.ts';
import { createQueries } from './queries.ts';
import { createRecovery } from './recovery.ts';
import type { Committed } from './role-actor.ts';
import type { NodeService } from './service.ts';
import { untilSettled } from './settled.ts';
import { peerView, statusView } from './status.ts';
import { createTakenOn, type Became } from './taken-on.ts';

/** A node: its roles, between a log and a transport. Everything it touches of the world comes in through its ports. */
export interface MilagroNode extends NodeService {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface NodePorts {
  network: string;
  name: string;
  roles: readonly Role[];
  version: string;
  clock: Clock;
  random: Random;
  log: EventLog;
  keystore: Keystore;
  transport: Transport;
  directory: Directory;
  documents: DocumentStore;
  ownKeys: OwnKeys;
  roster: Roster;
  /** What the operator gave up after a rollback. */
  loss: Loss;
  encapsulate: Sealer['encapsulate'];
  compute: Compute;
  policy: CustodyPolicy;
  counters: Counters;
  /** Writes an exported key to a new file that only its owner reads, and returns the path. */
  writeExport(name: string, content: Buffer): Promise<string>;
  /** Told about what the operator may want to know; never a secret. */
  notice(notice: Notice): void;
}

export const createNode = (ports: NodePorts): MilagroNode => {
  const { clock, random, log, directory, transport, network } = ports;
  const self = directory.self;
  const watchers = new Set<(order: OrderId) => void>();
  const index = createOrderIndex();
  const takenOn = createTakenOn();

  const sealer: Sealer = {
    self,
    random,
    encapsulate: ports.encapsulate,
    keys: (state) => directory.keys(state),
    states: (state) => directory.stateAt(state),
  };
  const custody: CustodyDeps = {
    network,
    self,
    random,
    compute: ports.compute,
    keys: sealer.keys,
    states: sealer.states,
    standing: (node) => directory.standing(node),
    load: (principal, except, now) => takenOn.load(principal, except, now),
    claim: (order, principal, now) => takenOn.claim(order, principal, now),
    policy: ports.policy,
  };
  const publish = async (node: NodeId, bytes: Uint8Array): Promise<void> => {
    // Parties of an order need not be pinned: whoever is written to is kept in reach.
    if (!reached.has(node)) reach(node);
    await transport.publish(inboxTopic(network, node), bytes);
  };

  const committed = (change: Committed): void => {
    const stream = streamId(change.order, change.role);
    note(stream, change);
    outbox.add(change.sent);
    if (isSettled(change)) outbox.drop(change.order, change.role);
    if (change.finished) void tidy();
    for (const { message, to } of change.resend) void outbox.again(change.order, message, to);
    deadlines.set(stream, change.finished ? [] : change.context.deadlines);
    for (const blame of change.context.blames) noteBlame(change.order, blame);
    for (const { type } of change.events)
      ports.notice({
        level: 'info',
        event: type,
        order: change.order,
        role: change.role,
        state: change.state,
      });
    inbox.began(change.order);
    for (const watcher of watchers) watcher(change.order);
  };

  const note = (stream: StreamId, became: Became & { context: OrderContext }): void => {
    const { context, finished } = became;
    const pinned = pinnedState(context, self);
    index.note(stream, { createdAt: context.createdAt, finished, pinned });
    takenOn.note(...splitStream(stream), became);
  };

  /** Keys of former states go as soon as no order needs them. */
  const tidy = (): Promise<void> =>
    identities.destroyUnused().catch((thrown: unknown) => {
      ports.notice({ level: 'warn', event: 'keys.not-destroyed', reason: String(thrown) });
    });

  const noteBlame = (
    order: OrderId,
    blame: { node: NodeId; code: string; at: number; upheld: boolean },
  ): void => {
    if (!blame.upheld || directory.peer(blame.node)?.blamed !== null) return;
    void directory
      .blame(blame.node, { order, code: blame.code, at: blame.at })
      .catch((thrown: unknown) => {
        ports.notice({
          level: 'error',
          event: 'blame.not-kept',
          node: blame.node,
          reason: String(thrown),
        });
      });
  };

  const actors = createActors({
    self,
    log,
    clock,
    keystore: ports.keystore,
    custody,
    sealer,
    committed,
    unsure: (stream) => void recover(stream),
    pass: async (stream) => {
      await guard.pass();
      if (ended.has(stream))
        throw new NodeError('node/rolled-back', 'this order ended here when its records were lost');
    },
  });
  const ended = new Set(ports.loss.streams);
  const guard = createRollbackGuard({
    log,
    clock,
    notice: ports.notice,
    accepted: ports.loss.heads,
    peers: () => directory.peers().map(({ id }) => id),
    ask: (peer) =>
      acknowledger.ask(peer, directory.current(peer).keyId, directory.newestHeld().keyId),
    accept: async (heads) => {
      for (const stream of index.openStreams()) ended.add(stream);
      const loss = { heads: [...ports.loss.heads, ...heads], streams: [...ended] };
      await ports.roster.putLoss(loss);
    },
  });
  const announcer = createAnnouncer({
    directory,
    documents: ports.documents,
    clock,
    random,
    publish: async (bytes) => void (await transport.publish(identityTopic(network), bytes)),
    contact: () => ({
      peer: directory.newestHeld().keys.peerId,
      addrs: transport.addresses().slice(0, 16),
    }),
    approach: (id, { peer, addrs }) => transport.connect({ node: id, peer, addrs }),
    learned: ({ changed }) => {
      for (const id of changed) if (directory.peer(id) || reached.has(id)) reach(id);
    },
    notice: ports.notice,
  });
  const identities = createIdentities({
    directory,
    ownKeys: ports.ownKeys,
    announcer,
    index,
    clock,
  });
  const deadlines = createDeadlines({
    clock,
    passed: async (stream, deadline) => {
      const [order, role] = splitStream(stream);
      await actors.of(order, role).take({
        kind: 'own',
        fact: (_context, turn) => ({ type: 'deadline.passed', at: turn.now, node: self, deadline }),
      });
    },
  });
  const acknowledger = createAcknowledger({
    log,
    clock,
    sealer,
    publish,
    signing: (mine) => (directory.holds(mine) ? mine : directory.newestHeld().keyId),
  });
  const outbox = createOutbox({
    self,
    log,
    clock,
    random,
    publish,
    deliver: (bytes, from) => inbox.deliver(bytes, from),
  });
  const inbox = createInbox({
    self,
    clock,
    directory,
    actors,
    acknowledger,
    resolve: (party) => announcer.resolveState(party),
    acknowledged: (envelope, by) => outbox.acknowledged(envelope, by),
    shown: (by, head) => guard.shown(by, head),
    counters: ports.counters,
    notice: ports.notice,
  });
  const queries = createQueries({ actors, directory });
  const history = createHistory({ self, log });
  const commands = createCommands({
    self,
    actors,
    directory,
    clock,
    random,
    idempotency: createIdempotency(log),
  });

  /** Takes up what the log holds of a role, after a start and after a write whose outcome was not known. */
  const takeUp = async (stream: StreamId): Promise<void> => {
    const [order, role] = splitStream(stream);
    const view = await actors.of(order, role).view();
    if (view.records === 0) return;
    note(stream, view);
    deadlines.set(stream, view.finished ? [] : view.context.deadlines);
    for (const blame of view.context.blames) noteBlame(order, blame);
  };

  const recover = createRecovery({
    log,
    takeUp: async (stream) => {
      await takeUp(stream);
      await outbox.resume();
      const [order] = splitStream(stream);
      inbox.began(order);
      for (const watcher of watchers) watcher(order);
    },
    notice: ports.notice,
  });

  const start = async (): Promise<void> => {
    for await (const stream of log.streams()) await takeUp(stream);
    transport.join(inboxTopic(network, self), (bytes) => inbox.receive(bytes));
    transport.join(identityTopic(network), (bytes) => announcer.receive(bytes));
    transport.onSubscribed((topic) => {
      if (topic === identityTopic(network)) announcer.appeared();
      const node = nodeOfTopic.get(topic);
      if (node === undefined) return;
      guard.appeared(node);
      outbox.appeared(node);
    });
    for (const { id } of directory.peers()) reach(id);
    await transport.start();
    await ports.documents.start();
    guard.start();
    await announcer.start();
    await tidy();
    await outbox.resume();
  };

  /** Which node listens on a topic: topics are digests, so they are looked up, not read. */
  const nodeOfTopic = new Map<string, NodeId>();
  const reached = new Set<NodeId>();
  const reach = (id: NodeId): void => {
    reached.add(id);
    nodeOfTopic.set(inboxTopic(network, id), id);
    const contact = directory.contact(id);
    if (contact) transport.connect(contact);
  };

  return {
    start,
    stop: async () => {
      outbox.stop();
      acknowledger.stop();
      deadlines.stop();
      guard.stop();
      announcer.stop();
      await ports.documents.stop();
      await transport.stop();
      await inbox.stop();
      await log.close();
      await ports.keystore.close();
    },
    status: async () =>
      statusView(ports, {
        timeStamp: clock.now(),
        orders: index.size(),
        unacknowledged: outbox.waiting(),
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
    settled: (order, goal, ms) => untilSettled({ clock, queries, watchers }, order, goal, ms),
    order: (order) => queries.order(order),
    orders: async ({ page, perPage, newestFirst }) => {
      const ids = index.page({ page, perPage, newestFirst });
      return { orders: await Promise.all(ids.map((id) => queries.order(id))), total: index.size() };
    },
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    exportKey: (order) => exportKey({ ...ports, actors }, order),
    exportCertificate: (order) => exportCertificate({ network, actors, directory }, order),
    rotateIdentity: (replace) => identities.rotate(replace),
    revokeIdentity: () => identities.revoke(),
    resolveIdentity: (id) => identities.view(id, true),
    recover: async () => ({
      heads: (await guard.recover()).map(({ seq }) => seq),
      endedRoles: ended.size,
    }),
    exportIdentity: async () => directory.exportOwn(),
    peers: async () =>
      directory.peers().map((peer) => peerView(peer, ports, inbox.lastSeen(peer.id))),
    addPeer: async (peer) => {
      const id =
        'file' in peer
          ? await identities.read(peer.file)
          : (await identities.view(peer.id, true)).id;
      const added = await directory.pin({ ...peer, id }, clock.now());
      reach(added.id);
      return peerView(added, ports, inbox.lastSeen(added.id));
    },
    removePeer: async (id) => {
      const contact = directory.contact(id);
      await directory.remove(id);
      if (contact) transport.forget(contact.peer);
    },
    clearBlame: async (id) =>
      peerView(await directory.clearBlame(id, clock.now()), ports, inbox.lastSeen(id)),
    logRecords: (order, role) => history.records(order, role),
    replay: (order) => history.replay(order),
    verifyLog: async () => {
      const { head, ...counts } = await log.verify();
      return {
        ...counts,
        head: head && { seq: head.seq, hash: Buffer.from(head.hash).toString('hex') },
      };
    },
  };
};

/** The key is where it belongs: nobody needs what this role has still to say. */
const isSettled = ({ role, state }: Committed): boolean =>
  (role === 'fiduciary' && state === 'closed') || (role === 'principal' && state === 'redeemed');
