import type { Header } from '../domain/envelope.ts';
import type { EnvelopeId, KeyStateId, NodeId, OrderId, Role } from '../domain/ids.ts';
import { parseMessage, type Message, type Typed } from '../domain/messages.ts';
import { hasSeat, partiesOf, partyOf, type Party } from '../domain/terms.ts';
import type { Counters } from '../envelope/counters.ts';
import { inspectEnvelope, type Inspected } from '../envelope/inspect.ts';
import { openEnvelope } from '../envelope/open.ts';
import { EnvelopeError, MilagroError, NodeError, reason } from '../errors.ts';
import type { Head } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Verdict } from '../transport/transport.ts';
import type { Acknowledger } from './acknowledger.ts';
import type { Actors } from './actors.ts';
import type { HeadsMessage } from './announcer.ts';
import type { Directory } from './directory.ts';
import { createHeld } from './held.ts';
import type { Notice } from './notice.ts';
import { createRateLimit, ENVELOPES } from './rate-limit.ts';
import { createRecent } from './recent.ts';
import type { ReceivedMessage } from './role-actor.ts';
import { createSerial } from './serial.ts';

/**
 * The one door for envelopes, from the network and from this node's own other roles. Whatever is refused is refused
 * before private keys work for it; whatever is taken in is acknowledged only when it is durable (guarantee G1).
 */
export interface Inbox {
  /** Judges bytes from the network at once; what it accepts is worked on afterwards. */
  receive(bytes: Uint8Array): Verdict;
  /** Brings an envelope of this node's role `from` to its other roles. True when it is durable there. */
  deliver(bytes: Uint8Array, from: Role): Promise<boolean>;
  /** A role of this node has made progress in an order: envelopes that came too early may be taken in now. */
  began(order: OrderId): void;
  lastSeen(node: NodeId): number | null;
  /** Resolves when nothing is being worked on any more. */
  stop(): Promise<void>;
}

export interface InboxDeps {
  self: NodeId;
  clock: Clock;
  directory: Directory;
  actors: Actors;
  acknowledger: Acknowledger;
  acknowledged: (envelope: EnvelopeId, by: NodeId) => void;
  /** Gets the key state of a party from peers. */
  resolve: (party: Party) => Promise<unknown>;
  /** Has the order ended in every role of this node? */
  isOver: (order: OrderId) => boolean;
  /** What an acknowledgement says of this node's own log. */
  shown: (by: NodeId, head: Head | null) => Promise<void>;
  /** Who is where in whose chain: nothing of an order. */
  heads: (from: NodeId, typed: HeadsMessage) => void;
  counters: Counters;
  notice: (notice: Notice) => void;
}

/** Nobody honest sends these; all other refusals may happen between honest nodes. */
const DISHONEST: ReadonlySet<string> = new Set([
  'envelope/too-large',
  'envelope/malformed',
  'envelope/suite',
  'envelope/signature',
]);

/** What an answer follows, or nothing. */
const UNACKNOWLEDGED: ReadonlySet<string> = new Set(['ack', 'heads.asked', 'heads.told']);

/** The node's own trouble, not the envelope's: the sender shall try again. */
const TRANSIENT: ReadonlySet<string> = new Set(['node/internal', 'node/rolled-back']);

type Delivery =
  /** Durable, or known, or of no use for good. */
  | { kind: 'done' }
  /** Too early: its order is not known here. */
  | { kind: 'early' }
  | { kind: 'refused'; code: string };

export const createInbox = (deps: InboxDeps): Inbox => {
  const { self, clock, directory, actors, acknowledger, counters, notice } = deps;
  const admits = createRateLimit(clock, ENVELOPES);
  const done = createRecent<string | undefined>();
  const held = createHeld(clock);
  const seenAt = new Map<NodeId, number>();
  /** What one role tells another of this node arrives in the order in which it was said. */
  const local = createSerial();
  const working = new Map<EnvelopeId, Promise<void>>();

  const inspect = (bytes: Uint8Array, local: boolean): Inspected =>
    inspectEnvelope(bytes, {
      self,
      holds: (key, header) => directory.holds(key) || isLate(key, header.stream),
      registry: directory.registry,
      mayUse: ({ stream, key }) =>
        (stream !== null && actors.roles(stream).length > 0) ||
        directory.isRecent(key, clock.now()),
      admits: (header) => local || admits(header.from),
      now: clock.now(),
      seen: (id, header) => !local && answerAgain(id, header),
      counters,
    });

  /** For keys that were destroyed after the order: nobody reads it, and its sender need not send it again. */
  const isLate = (key: KeyStateId, order: OrderId | null): boolean =>
    !directory.holds(key) && order !== null && deps.isOver(order);

  /** The same bytes again, perhaps because the acknowledgement was lost: it is given again, nothing else happens. */
  const answerAgain = (id: EnvelopeId, header: Header): boolean => {
    if (working.has(id)) return true;
    if (!done.has(id)) return false;
    acknowledge(id, header, done.get(id));
    return true;
  };

  const acknowledge = (id: EnvelopeId, header: Header, code?: string): void => {
    const mine = header.to.find((to) => to.id === self)?.key;
    if (UNACKNOWLEDGED.has(header.type) || header.from === self || mine === undefined) return;
    acknowledger.acknowledge({
      to: header.from,
      theirs: readableBy(header),
      mine: believedOf(mine),
      envelope: id,
      ...(code !== undefined && { code }),
    });
  };

  /** The sender may have destroyed the keys that it signed with; which of two histories is its own is not known. */
  const readableBy = ({ from, key }: Header): KeyStateId => {
    const { keyId, revoked } = directory.current(from);
    return revoked || directory.registry.duplicity(from).length > 0 ? key : keyId;
  };

  /** Who wrote to this state of its own knows it; a later one perhaps not yet, and a former one is not believed for ever. */
  const believedOf = (mine: KeyStateId): KeyStateId =>
    directory.holds(mine) && directory.isRecent(mine, clock.now())
      ? mine
      : directory.newestHeld().keyId;

  const receive = (bytes: Uint8Array): Verdict => {
    try {
      const inspected = inspect(bytes, false);
      seenAt.set(inspected.header.from, clock.now());
      const work = take(inspected).finally(() => working.delete(inspected.id));
      working.set(inspected.id, work);
      return 'accept';
    } catch (thrown) {
      if (!(thrown instanceof EnvelopeError)) throw thrown;
      return DISHONEST.has(thrown.code) ? 'reject' : 'ignore';
    }
  };

  /** Never rejects: what could not be made durable is not acknowledged, so its sender sends it again. */
  const take = async (inspected: Inspected): Promise<void> => {
    const { header, id } = inspected;
    try {
      const delivery = await open(inspected);
      if (delivery.kind === 'early') {
        held.hold(inspected);
        return;
      }
      const code = delivery.kind === 'refused' ? delivery.code : undefined;
      done.set(id, code);
      acknowledge(id, header, code);
    } catch (thrown) {
      const code = thrown instanceof MilagroError ? thrown.code : 'node/internal';
      notice({
        level: 'warn',
        event: 'envelope.not-taken',
        type: header.type,
        from: header.from,
        code,
        reason: reason(thrown),
      });
    }
  };

  const open = async (inspected: Inspected, from?: Role): Promise<Delivery> => {
    if (isLate(inspected.to.key, inspected.header.stream)) return { kind: 'done' };
    const keys = directory.keys(inspected.to.key);
    const { message: typed, head, cek } = openEnvelope(inspected, { keys, parseMessage, counters });
    try {
      if (typed.type === 'ack') return await acknowledgedBy(inspected.header.from, typed.message);
      if (typed.type === 'log.asked') return { kind: 'done' };
      if (typed.type === 'heads.asked' || typed.type === 'heads.told') {
        deps.heads(inspected.header.from, typed);
        return { kind: 'done' };
      }
      const { header, id, bytes } = inspected;
      return await route(
        { kind: 'message', typed, from: header.from, seq: header.seq, id, bytes, cek, head },
        header,
        from,
      );
    } finally {
      cek.fill(0);
    }
  };

  const acknowledgedBy = async (
    node: NodeId,
    { cids, refused, seen }: Message<'ack'>,
  ): Promise<Delivery> => {
    await deps.shown(node, seen);
    for (const envelope of cids) deps.acknowledged(envelope, node);
    if (refused)
      notice({
        level: 'warn',
        event: 'envelope.refused',
        by: node,
        code: refused.code,
        envelopes: cids.length,
      });
    return { kind: 'done' };
  };

  /** To every role of this node in the order, but the one that sent it. */
  const route = async (
    message: ReceivedMessage,
    header: Header,
    from?: Role,
  ): Promise<Delivery> => {
    const order = header.stream;
    if (order === null) return { kind: 'refused', code: 'node/unexpected' };
    await meet(message.typed, header.from);
    const roles = (await rolesFor(order, message.typed)).filter((role) => role !== from);
    // Only a beneficiary is sent a share: it has overtaken the request that makes this node one.
    if (message.typed.type === 'share.released' && !roles.includes('beneficiary'))
      return { kind: 'early' };
    const deliveries: Delivery[] = [];
    for (const role of roles) deliveries.push(await toRole(order, role, message, header));
    // One role that waits makes all wait: what the others took in already is known to them when it comes again.
    return (
      deliveries.find(({ kind }) => kind === 'early') ??
      deliveries.find(({ kind }) => kind === 'done') ??
      deliveries[0] ?? { kind: 'early' }
    );
  };

  /** Parties whom an order of a trusted principal names are looked up before anybody decides about it. */
  const meet = async (typed: Typed, principal: NodeId): Promise<void> => {
    if (!directory.standing(principal)?.roles.includes('principal')) return;
    const strangers = namedIn(typed).filter(({ key }) => !directory.knows(key));
    await Promise.all(
      strangers.map((party) =>
        deps.resolve(party).catch((thrown: unknown) => {
          notice({ level: 'warn', event: 'party.not-found', id: party.id, reason: reason(thrown) });
        }),
      ),
    );
  };

  const toRole = async (
    order: OrderId,
    role: Role,
    message: ReceivedMessage,
    header: Header,
  ): Promise<Delivery> => {
    try {
      const actor = actors.of(order, role);
      const { context } = await actor.view();
      const { terms, redemption } = context;
      if (!terms && !begins(message.typed)) return { kind: 'early' };
      if (terms) {
        const redeemer = redemption?.beneficiary;
        const pinned =
          partyOf(terms, header.from) ?? (redeemer?.id === header.from ? redeemer : undefined);
        // It may be the beneficiary, of whom this role has not heard yet.
        if (!pinned && terms.beneficiary === null && !redemption) return { kind: 'early' };
        if (!pinned) throw new NodeError('node/not-party', 'the sender has no part in this order');
        if (!maySign(pinned, header.key))
          throw new NodeError('node/not-party', 'signed with another key state than the order’s');
      }
      await actor.take(message);
      return { kind: 'done' };
    } catch (thrown) {
      if (thrown instanceof NodeError && !TRANSIENT.has(thrown.code))
        return { kind: 'refused', code: thrown.code };
      throw thrown;
    }
  };

  /** The pinned state, or one that builds on it; of two histories only the pinned state itself (guarantee G13). */
  const maySign = ({ id, key }: Party, signed: KeyStateId): boolean =>
    signed === key ||
    (directory.follows(key, signed) && directory.registry.duplicity(id).length === 0);

  /** Every seat of this node in the order, as far as it is known, and what the message itself gives it. */
  const rolesFor = async (order: OrderId, typed: Typed): Promise<Role[]> => {
    const known = actors.roles(order);
    const roles = new Set(known);
    const [first] = known;
    const terms =
      typed.type === 'order.proposed'
        ? typed.message.terms
        : first && (await actors.of(order, first).view()).context.terms;
    if (terms)
      for (const role of ['beneficiary', 'fiduciary'] as const)
        if (hasSeat(terms, role, self)) roles.add(role);
    if (
      typed.type === 'redemption.requested' &&
      typed.message.handover &&
      typed.message.beneficiary.id === self
    )
      roles.add('beneficiary');
    return [...roles];
  };

  return {
    receive,
    deliver: (bytes, from) =>
      local.run(async () => {
        const delivery = await open(inspect(bytes, true), from);
        return delivery.kind !== 'early';
      }),
    began: (order) => {
      for (const inspected of held.release(order)) {
        if (working.has(inspected.id)) continue;
        working.set(
          inspected.id,
          take(inspected).finally(() => working.delete(inspected.id)),
        );
      }
    },
    lastSeen: (node) => seenAt.get(node) ?? null,
    stop: async () => {
      await Promise.all(working.values());
    },
  };
};

/** Can this message be the first that a role hears of an order? */
const begins = ({ type, message }: Typed): boolean =>
  type === 'order.proposed' || (type === 'redemption.requested' && message.handover !== undefined);

/** Parties that a message brings into an order. */
const namedIn = ({ type, message }: Typed): Party[] => {
  if (type === 'order.proposed') return partiesOf(message.terms);
  if (type !== 'redemption.requested') return [];
  const { beneficiary, handover } = message;
  return [beneficiary, ...(handover ? partiesOf(handover.terms) : [])];
};
