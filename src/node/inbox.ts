import type { Header } from '../domain/envelope.ts';
import type { EnvelopeId, KeyStateId, NodeId, OrderId, Role } from '../domain/ids.ts';
import { parseMessage, type Message } from '../domain/messages.ts';
import type { Counters } from '../envelope/counters.ts';
import { inspectEnvelope, type Inspected } from '../envelope/inspect.ts';
import { openEnvelope } from '../envelope/open.ts';
import { EnvelopeError, MilagroError, reason } from '../errors.ts';
import type { Head } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Verdict } from '../transport/transport.ts';
import type { Acknowledger } from './acknowledger.ts';
import type { HeadsMessage } from './announcer.ts';
import { createHeld } from './held.ts';
import { createRateLimit, ENVELOPES } from './rate-limit.ts';
import { createRecent } from './recent.ts';
import { createRouter, type Delivery, type RouterDeps } from './router.ts';
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

export interface InboxDeps extends RouterDeps {
  clock: Clock;
  acknowledger: Acknowledger;
  acknowledged: (envelope: EnvelopeId, by: NodeId) => void;
  /** Has the order ended in every role of this node? */
  isOver: (order: OrderId) => boolean;
  /** What an acknowledgement says of this node's own log. */
  shown: (by: NodeId, head: Head | null) => Promise<void>;
  /** Who is where in whose chain: nothing of an order. */
  heads: (from: NodeId, typed: HeadsMessage) => void;
  counters: Counters;
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

export const createInbox = (deps: InboxDeps): Inbox => {
  const { self, clock, directory, actors, acknowledger, counters, notice } = deps;
  const route = createRouter(deps);
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
