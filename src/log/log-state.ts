import type { NodeId, OrderId, SecretId, StreamId } from '../domain/ids.ts';
import type { Head, LogRecord } from './event-log.ts';

/**
 * What the log keeps in memory: enough to number the next record without reading, and nothing that grows with the
 * length of a stream. It is a fold of the records: the same function advances it when a turn is staged and when the
 * disk is read, so memory and disk cannot come to mean different things.
 */
export interface LogState {
  head: Head | null;
  /** In the order in which they began. */
  streams: Map<StreamId, StreamState>;
  /** Last number that this node has used in the order, over all its roles. */
  numbers: Map<OrderId, number>;
  /** Position of the record that drew the secret; DESTROYED once it is gone. Ids stay for ever: none is used twice. */
  secrets: Map<SecretId, number>;
  /** Highest head that each peer has shown. */
  peers: Map<NodeId, Head>;
}

export interface StreamState {
  /** Number and hash of the last record, written or about to be. */
  seq: number;
  hash: Uint8Array;
  /** Number of the last record known to be on disk; 0 while the stream is only staged. */
  durable: number;
}

export const DESTROYED = 0;

export const emptyState = (): LogState => ({
  head: null,
  streams: new Map(),
  numbers: new Map(),
  secrets: new Map(),
  peers: new Map(),
});

export const orderOf = (stream: StreamId): OrderId => stream.slice(0, stream.indexOf('/'));

/** Takes in one record; `head` is the node's head with it. */
export const fold = (state: LogState, record: LogRecord, head: Head): void => {
  state.head = head;
  const stream = state.streams.get(record.stream);
  if (stream) Object.assign(stream, { seq: record.seq, hash: record.hash });
  else state.streams.set(record.stream, { seq: record.seq, hash: record.hash, durable: 0 });

  const { entry } = record;
  if (entry.kind === 'sealed') {
    state.numbers.set(orderOf(record.stream), entry.seq);
    return;
  }
  for (const id of entry.secrets ?? []) state.secrets.set(id, record.position);
  for (const id of entry.destroyed ?? []) state.secrets.set(id, DESTROYED);
  if (entry.seen) {
    const { peer, head: shown } = entry.seen;
    // A copy: the decoded hash is a view that would keep the whole record alive.
    state.peers.set(peer, { seq: shown.seq, hash: Uint8Array.from(shown.hash) });
  }
};

/** True when this is more than the peer has shown before; only then a record says so. */
export const shows = (state: LogState, { peer, head }: { peer: NodeId; head: Head }): boolean =>
  head.seq > (state.peers.get(peer)?.seq ?? -1);
