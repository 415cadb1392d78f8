import type { EnvelopeId, NodeId, OrderId, Role } from '../domain/ids.ts';
import type { MessageType } from '../domain/messages.ts';
import type { EventLog, Sent } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/**
 * Brings every stored envelope to each of its recipients: at once, when a recipient appears, and again with growing
 * pauses until it is acknowledged or no longer valid. Only stored bytes are ever sent; they are read from the log
 * again for a repetition, so that ten thousand waiting envelopes cost no memory.
 */
export interface Outbox {
  /** Sends what a turn has just made durable. */
  add(sent: readonly Sent[]): void;
  /** Sends stored envelopes of an order again, acknowledged or not. */
  again(order: OrderId, type: MessageType, to: readonly NodeId[]): Promise<void>;
  acknowledged(envelope: EnvelopeId, by: NodeId): void;
  /** A recipient can be reached now: send it all that waits. */
  appeared(node: NodeId): void;
  /** A role has no use any more for what it sent in an order: nobody need acknowledge it. */
  drop(order: OrderId, role: Role): void;
  /** Takes up what a former run of this node left unacknowledged. */
  resume(): Promise<void>;
  /** Envelopes that some recipient has not acknowledged, counted per recipient. */
  waiting(): number;
  stop(): void;
}

export interface OutboxDeps {
  self: NodeId;
  log: Pick<EventLog, 'pending' | 'sent' | 'settle'>;
  clock: Clock;
  random: Random;
  /** Hands bytes to the network; must not reject. */
  publish(node: NodeId, bytes: Uint8Array): Promise<void>;
  /** Delivers to another role of this same node, through the same door as any other envelope. */
  deliver(bytes: Uint8Array, from: Role): Promise<boolean>;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 300_000;
/** Envelopes repeated in one go to one recipient: a node that was away for long is not flooded. */
const WINDOW = 64;

interface Item {
  order: OrderId;
  seq: number;
  role: Role;
  until: number;
  /** When it was last handed to the network, ms. */
  sentAt: number;
}

/** All that waits for one recipient. */
interface Lane {
  items: Map<EnvelopeId, Item>;
  pause: number;
  cancel: (() => void) | undefined;
}

export const createOutbox = (deps: OutboxDeps): Outbox => {
  const { log, clock, random } = deps;
  const lanes = new Map<NodeId, Lane>();
  let stopped = false;

  const laneOf = (node: NodeId): Lane => {
    let lane = lanes.get(node);
    if (!lane) {
      lane = { items: new Map(), pause: FIRST_PAUSE, cancel: undefined };
      lanes.set(node, lane);
    }
    return lane;
  };

  const arm = (node: NodeId, lane: Lane): void => {
    if (stopped || lane.cancel || lane.items.size === 0) return;
    lane.cancel = clock.after(jittered(lane.pause, random), () => {
      lane.cancel = undefined;
      const due = clock.now() - lane.pause / 2;
      lane.pause = Math.min(lane.pause * 2, LONGEST_PAUSE);
      void repeat(node, lane, due);
    });
  };

  /** Sends again what was last sent at or before `due`. */
  const repeat = async (node: NodeId, lane: Lane, due: number): Promise<void> => {
    let window = WINDOW;
    for (const [envelope, item] of lane.items) {
      if (item.until < clock.now()) {
        lane.items.delete(envelope);
        log.settle(item.order, item.seq, node);
      } else if (isDue(item, due, clock.now()) && window-- > 0) {
        await resend(node, envelope, item);
      }
      if (stopped) return;
    }
    arm(node, lane);
  };

  const resend = async (node: NodeId, envelope: EnvelopeId, item: Item): Promise<void> => {
    item.sentAt = clock.now();
    try {
      const { bytes } = await log.sent(item.order, item.seq);
      await hand(node, envelope, item, bytes);
    } catch {
      // The log is reopening, or this node stops: the item stays and is tried again after the pause.
    }
  };

  const hand = async (
    node: NodeId,
    envelope: EnvelopeId,
    item: Item,
    bytes: Uint8Array,
  ): Promise<void> => {
    if (node !== deps.self) return deps.publish(node, bytes);
    if (await deps.deliver(bytes, item.role)) settle(envelope, node);
  };

  const settle = (envelope: EnvelopeId, by: NodeId): void => {
    const lane = lanes.get(by);
    const item = lane?.items.get(envelope);
    if (!lane || !item) return;
    lane.items.delete(envelope);
    log.settle(item.order, item.seq, by);
    lane.pause = FIRST_PAUSE;
    if (lane.items.size > 0) return;
    lane.cancel?.();
    lane.cancel = undefined;
  };

  const queue = (node: NodeId, sent: Sent): Item => {
    const { order, seq, role, until } = sent;
    const item: Item = { order, seq, role, until, sentAt: clock.now() };
    laneOf(node).items.set(sent.envelope, item);
    return item;
  };

  return {
    add: (sent) => {
      for (const envelope of sent) {
        for (const node of envelope.waiting) {
          const item = queue(node, envelope);
          hand(node, envelope.envelope, item, envelope.bytes).catch(() => undefined);
          arm(node, laneOf(node));
        }
      }
    },
    again: async (order, type, to) => {
      for (let seq = 1; ; seq++) {
        const sent = await log.sent(order, seq).catch(() => undefined);
        if (!sent) return;
        if (sent.type !== type) continue;
        for (const node of sent.to) if (to.includes(node)) await deps.publish(node, sent.bytes);
      }
    },
    acknowledged: settle,
    appeared: (node) => {
      const lane = lanes.get(node);
      if (!lane) return;
      lane.cancel?.();
      lane.cancel = undefined;
      lane.pause = FIRST_PAUSE;
      void repeat(node, lane, clock.now());
    },
    drop: (order, role) => {
      for (const [node, { items }] of lanes)
        for (const [envelope, item] of items)
          if (item.order === order && item.role === role) settle(envelope, node);
    },
    resume: async () => {
      for await (const sent of log.pending()) for (const node of sent.waiting) queue(node, sent);
      for (const [node, lane] of lanes) void repeat(node, lane, clock.now());
    },
    waiting: () => [...lanes.values()].reduce((sum, { items }) => sum + items.size, 0),
    stop: () => {
      stopped = true;
      for (const lane of lanes.values()) lane.cancel?.();
    },
  };
};

/** Sent long enough ago; or later than now, when the clock has gone back meanwhile. */
const isDue = ({ sentAt }: Item, due: number, now: number): boolean =>
  sentAt <= due || sentAt > now;

/** Between 75 % and 125 %, so that nodes which lost each other at one moment do not come back at one moment. */
const jittered = (pause: number, random: Random): number =>
  Math.round(pause * (0.75 + random.bytes(2).readUInt16BE(0) / 131_070));
