import { splitStream, type NodeId } from '../domain/ids.ts';
import type { Message } from '../domain/messages.ts';
import { NodeError } from '../errors.ts';
import type { Head } from '../log/event-log.ts';
import { identityTopic, inboxTopic } from '../transport/topics.ts';
import { createAcknowledger } from './acknowledger.ts';
import { createActors } from './actors.ts';
import { createAftermath } from './aftermath.ts';
import { createAnnouncer } from './announcer.ts';
import { createCommands } from './commands.ts';
import { createContacts } from './contacts.ts';
import { createDeadlines } from './deadlines.ts';
import type { CustodyDeps } from './effects/deps.ts';
import { createHistory } from './history.ts';
import { createIdempotency } from './idempotency.ts';
import { createIdentities } from './identities.ts';
import { createInbox } from './inbox.ts';
import { createOperator } from './operator.ts';
import { createOrderIndex } from './order-index.ts';
import { createOutbox } from './outbox.ts';
import { createPassingMail, type PassingType } from './passing-mail.ts';
import type { Sealer } from './plan-envelope.ts';
import { createQueries } from './queries.ts';
import { createRecovery } from './recovery.ts';
import { createRollbackGuard } from './rollback-guard.ts';
import { createRollbackInquiry } from './rollback-inquiry.ts';
import type { NodePorts } from './node-ports.ts';
import type { NodeService } from './service.ts';
import { createTakenOn } from './taken-on.ts';

/** A node: its roles, between a log and a transport. Everything it touches of the world comes in through its ports. */
export interface MilagroNode extends NodeService {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const createNode = (ports: NodePorts): MilagroNode => {
  const { clock, random, log, directory, transport, network } = ports;
  const self = directory.self;
  const contacts = createContacts({ network, directory, transport });
  const index = createOrderIndex();
  const takenOn = createTakenOn();

  const sealer: Sealer = {
    self,
    random,
    encapsulate: ports.encapsulate,
    keys: (state) => directory.keys(state),
    states: (state) => directory.stateAt(state),
    show: (head) => ports.shownHeads.show(head),
  };
  const custody: CustodyDeps = {
    network,
    self,
    random,
    compute: ports.compute,
    keys: sealer.keys,
    states: sealer.states,
    follows: (state, later) => directory.follows(state, later),
    isRecent: (state, now) => directory.isRecent(state, now),
    standing: (node) => directory.standing(node),
    load: (principal, except, now) => takenOn.load(principal, except, now),
    claim: (order, principal, now) => takenOn.claim(order, principal, now),
    policy: ports.policy,
  };
  const actors = createActors({
    self,
    log,
    clock,
    keystore: ports.keystore,
    custody,
    sealer,
    committed: (change) => aftermath.committed(change),
    unsure: (stream) => void recover(stream),
    pass: async (stream) => {
      await guard.pass();
      if (ended.has(stream))
        throw new NodeError('node/rolled-back', 'this order ended here when its records were lost');
    },
  });
  const ended = new Set(ports.loss.streams);
  const inquiry = createRollbackInquiry({
    clock,
    peers: () => directory.peers().map(({ id }) => id),
    isPeer: (node) => directory.peer(node) !== undefined,
    ask: (peer) => write(peer, 'log.asked', {}),
    notice: ports.notice,
  });
  const guard = createRollbackGuard({
    log,
    notice: ports.notice,
    inquiry,
    foreignState: () => {
      const { keyId, seq, revoked } = directory.current(self);
      // Of two histories it has its own: then somebody else has made the other one, and these data are not older.
      return revoked || directory.newestHeld().seq >= seq ? undefined : keyId;
    },
    loss: ports.loss,
    keep: (loss) => ports.roster.putLoss({ ...loss, streams: [...ended] }),
    giveUp: () => {
      for (const stream of index.openStreams()) ended.add(stream);
    },
  });
  const announcer = createAnnouncer({
    directory,
    documents: ports.documents,
    clock,
    random,
    publish: (bytes) => contacts.announce(bytes),
    send: (to, { type, message }, theirs) => write(to, type, message, theirs),
    contact: () => contacts.own(),
    approach: (id, contact) => contacts.approach(id, contact),
    learned: ({ changed }) => {
      if (changed.includes(self)) guard.learnedOwn();
      for (const id of changed)
        if (directory.peer(id) || contacts.isReached(id)) contacts.reach(id);
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
  const send = createPassingMail({
    log,
    clock,
    sealer,
    publish: (node, bytes) => contacts.send(node, bytes),
    signing: (mine) => (directory.holds(mine) ? mine : directory.newestHeld().keyId),
  });
  const write = <T extends PassingType>(
    to: NodeId,
    type: T,
    message: Message<T>,
    theirs = directory.current(to).keyId,
  ): void => send(type, { to, theirs, mine: directory.newestHeld().keyId }, message);
  const acknowledger = createAcknowledger({ log, clock, send });
  const outbox = createOutbox({
    self,
    log,
    clock,
    random,
    publish: (node, bytes) => contacts.send(node, bytes),
    deliver: (bytes, from) => inbox.deliver(bytes, from),
  });
  const inbox = createInbox({
    self,
    clock,
    directory,
    actors,
    acknowledger,
    resolve: (party) => announcer.resolveState(party),
    isOver: (order) => index.isOver(order),
    acknowledged: (envelope, by) => outbox.acknowledged(envelope, by),
    shown: (by, head) => guard.shown(by, believed(by, head)),
    heads: (from, typed) => announcer.told(from, typed),
    counters: ports.counters,
    notice: ports.notice,
  });
  /** A peer that makes up a head of this node has answered, and said nothing. */
  const believed = (by: NodeId, head: Head | null): Head | null => {
    if (head === null || ports.shownHeads.isOwn(head)) return head;
    ports.notice({ level: 'warn', event: 'log.head-invented', peer: by, seen: head.seq });
    return null;
  };
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

  const aftermath = createAftermath({
    self,
    clock,
    directory,
    index,
    takenOn,
    actors,
    outbox,
    inbox,
    deadlines,
    identities,
    notice: ports.notice,
  });
  const recover = createRecovery({
    log,
    takeUp: async (stream) => {
      await aftermath.takeUp(stream);
      void aftermath.tidy();
      await outbox.resume();
      const [order] = splitStream(stream);
      inbox.began(order);
      aftermath.tell(order);
    },
    notice: ports.notice,
  });

  const start = async (): Promise<void> => {
    for await (const stream of log.streams()) await aftermath.takeUp(stream);
    transport.join(inboxTopic(network, self), (bytes) => inbox.receive(bytes));
    transport.join(identityTopic(network), (bytes) => announcer.receive(bytes));
    transport.onSubscribed((topic) => {
      if (topic === identityTopic(network)) announcer.appeared();
      const node = contacts.nodeOf(topic);
      if (node === undefined) return;
      inquiry.appeared(node);
      outbox.appeared(node);
    });
    for (const { id } of directory.peers()) contacts.reach(id);
    await transport.start();
    await ports.documents.start();
    await guard.start();
    inquiry.start();
    await announcer.start();
    await aftermath.tidy();
    await outbox.resume();
  };

  const operator = createOperator({
    ports,
    actors,
    aftermath,
    commands,
    contacts,
    guard,
    history,
    identities,
    inbox,
    index,
    outbox,
    queries,
    endedRoles: () => ended.size,
  });

  return {
    ...operator,
    start,
    stop: async () => {
      outbox.stop();
      acknowledger.stop();
      deadlines.stop();
      inquiry.stop();
      announcer.stop();
      aftermath.stop();
      await ports.documents.stop();
      await transport.stop();
      await inbox.stop();
      await log.close();
      await ports.keystore.close();
    },
  };
};
