import type { OrderEvent } from '../../src/domain/events.ts';
import {
  splitStream,
  type EnvelopeId,
  type NodeId,
  type OrderId,
  type StreamId,
} from '../../src/domain/ids.ts';
import type { EventLog, Head, LogRecord, Turn } from '../../src/log/event-log.ts';
import { chain } from '../../src/log/record.ts';
import type { Facts } from './facts.ts';
import type { Judge } from './judge.ts';

/**
 * What one node has made durable, kept outside of it: the measure for everything it says, and for its log after a
 * crash. It listens at the log and believes a record when the log reports it as written, and after a restart or a
 * failed write it reads everything again.
 */
export interface Chronicle {
  /** Stands between the node and its log. */
  listen(log: EventLog): EventLog;
  /**
   * Reads the whole log and holds it against what was known. Resolves to the orders of which it holds more than that;
   * rejects while the log is being reopened.
   */
  read(log: EventLog): Promise<OrderId[]>;
  /** A write failed and its outcome is not known yet. */
  unsure(): boolean;
  /** Is this envelope in the log? */
  holds(envelope: EnvelopeId): boolean;
  /** The highest head that this node has seen of each other, for good. */
  seen(): ReadonlyMap<NodeId, Head>;
  /** The chained hash at a position, once `read` has gone over it. */
  hashAt(position: number): Uint8Array | undefined;
  /** Batches that the log reported as written. */
  turns(): number;
}

export const createChronicle = (deps: {
  name: string;
  self: NodeId;
  judge: Judge;
  facts: Facts;
}): Chronicle => {
  const { name, self, judge, facts } = deps;
  const known = new Map<StreamId, number>();
  const sealed = new Set<EnvelopeId>();
  const seen = new Map<NodeId, Head>();
  let reported: Head | null = null;
  let hashes: Uint8Array[] = [];
  let isUnsure = false;
  let turns = 0;

  const see = (peer: NodeId, head: Head): void => {
    if (head.seq > (seen.get(peer)?.seq ?? -1)) seen.set(peer, head);
  };

  const take = (stream: StreamId, event: OrderEvent, at: number): void => {
    const [order, role] = splitStream(stream);
    facts.recorded({ name, self, order, role, event, at });
  };

  const wrote = (turn: Turn, head: Head, last: number, ids: readonly EnvelopeId[]): void => {
    turns += 1;
    for (const id of ids) sealed.add(id);
    if (turn.seen) see(turn.seen.peer, turn.seen.head);
    if (head.seq > (reported?.seq ?? 0)) reported = head;
    // With a hole before it, its place is only known once the log has been read again.
    if (isUnsure) return;
    known.set(turn.stream, last);
    for (const event of turn.events) take(turn.stream, event as OrderEvent, turn.at);
  };

  const learn = (record: LogRecord): void => {
    if (record.entry.kind === 'sealed') {
      sealed.add(record.entry.envelope);
      return;
    }
    if (record.entry.seen) see(record.entry.seen.peer, record.entry.seen.head);
    take(record.stream, record.entry.event as OrderEvent, record.at);
  };

  /** Without the mark a repetition would be taken for something new, and an equivocation for a repetition. */
  const checkMark = ({ stream, entry }: LogRecord): void => {
    if (entry.kind !== 'event') return;
    const { type, via } = entry.event as OrderEvent;
    if (via === undefined || entry.received?.some(({ envelope }) => envelope === via)) return;
    const [, role] = splitStream(stream);
    judge.violated({
      guarantee: 'G3',
      node: name,
      text: `took ${type} in as ${role} without a mark`,
    });
  };

  return {
    listen: (log) => ({
      ...log,
      append: async (turn) => {
        try {
          const appended = await log.append(turn);
          wrote(
            turn,
            appended.head,
            appended.seq,
            appended.sent.map(({ envelope }) => envelope),
          );
          return appended;
        } catch (thrown) {
          isUnsure = true;
          throw thrown;
        }
      },
    }),

    read: async (log) => {
      const records: LogRecord[] = [];
      for await (const stream of log.streams()) records.push(...(await log.read(stream)));
      records.sort((a, b) => a.position - b.position);
      let head: Head | null = null;
      hashes = [];
      for (const record of records) {
        head = chain(head, record.hash);
        hashes.push(head.hash);
      }
      if (reported && !same(hashes[reported.seq - 1], reported.hash))
        judge.violated({
          guarantee: 'G1',
          node: name,
          text: `record ${reported.seq} was reported as written, and is gone`,
        });
      const news = new Set<OrderId>();
      for (const record of records) {
        checkMark(record);
        if (record.seq <= (known.get(record.stream) ?? 0)) continue;
        known.set(record.stream, record.seq);
        learn(record);
        news.add(splitStream(record.stream)[0]);
      }
      if (head && head.seq > (reported?.seq ?? 0)) reported = head;
      isUnsure = false;
      return [...news];
    },

    unsure: () => isUnsure,
    holds: (envelope) => sealed.has(envelope),
    seen: () => seen,
    hashAt: (position) => hashes[position - 1],
    turns: () => turns,
  };
};

export const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0;
