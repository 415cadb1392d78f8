import type { EnvelopeId, NodeId, OrderId, Role, SecretId, StreamId } from '../domain/ids.ts';

/**
 * The event log: what this node did and saw, append-only, hash-chained, encrypted (docs/protocol.md, section 6).
 * One turn of a role is one append is one atomic synced batch: its events, the envelopes it sends, the marks of what
 * it received, the secrets it drew and the answer it owes. So there is never a half-done turn to finish after a crash.
 * Only what is durable is ever told. After a failed write everything throws log/sealed until the log has reopened.
 */
export interface EventLog {
  /** Position of the last durable record of this node; null when the log is empty. */
  head(): Head | null;
  /** The head when the log was so long; undefined beyond its end. */
  headAt(position: number): Promise<Head | undefined>;

  /**
   * Writes one turn; resolves when it is durable. Waiting turns share one batch (group commit).
   * `seal` runs synchronously while the turn is staged, when positions are known but nothing is written yet.
   * @throws LogError log/key-exists (a secret id is taken; nothing is written), log/not-found (a secret to destroy is
   * not there; nothing is written), log/write-failed (outcome unknown: the log reopens by itself; read the stream
   * again before going on), log/sealed (reopening, corrupt or closed; nothing is written)
   */
  append(turn: Turn): Promise<Appended>;

  /** Resolves when the log takes turns and answers questions. @throws LogError log/sealed (corrupt or closed for good) */
  whenOpen(): Promise<void>;

  /** All records of one stream, verified, oldest first; empty when the stream does not exist. */
  read(stream: StreamId): Promise<LogRecord[]>;
  /** Streams that exist, in the order in which they began. */
  streams(): AsyncIterable<StreamId>;
  hasStream(stream: StreamId): boolean;

  /** What was first received under this number, if anything: tells a repeat from an equivocation. */
  received(stream: StreamId, sender: NodeId, seq: number): Promise<EnvelopeId | undefined>;
  /** Bytes of an envelope kept as evidence. @throws LogError log/not-found */
  evidence(id: EnvelopeId): Promise<Uint8Array>;
  /** Sealed blob of a secret. @throws LogError log/not-found (never an empty secret) */
  secret(id: SecretId): Promise<Uint8Array>;

  /** Every envelope some recipient has not acknowledged yet. */
  pending(): AsyncIterable<Sent>;
  /** One sent envelope, acknowledged or not. @throws LogError log/not-found */
  sent(order: OrderId, seq: number): Promise<Sent>;
  /** Notes acknowledgements; lazily durable, because a lost one is only asked for again. */
  settle(order: OrderId, seq: number, by: NodeId): void;

  /** The first answer given under an idempotency key, if any. */
  answer(key: string): Promise<Answer | undefined>;
  /** Highest log position that each peer has shown us (guarantee G5). */
  peerHead(peer: NodeId): Head | undefined;
  /** Counts the starts of this node; a high part for sequence numbers outside any order. */
  readonly starts: number;

  /** Reads and checks every row; turns wait meanwhile. @throws LogError log/corrupt, with the record it is about */
  verify(): Promise<Verified>;
  /** Writes what waits, then closes. Idempotent. */
  close(): Promise<void>;
}

/** A position in the node-wide order of records. `hash` chains over all records up to it: 32 bytes. */
export interface Head {
  seq: number;
  hash: Uint8Array;
}

export interface Turn {
  stream: StreamId;
  /** Name and version of the machine that decided, e.g. `principal@1`. */
  machine: string;
  /** Time of the turn, ms. */
  at: number;
  /** Facts, in order; at least one. Plain data; never a secret. */
  events: readonly LoggedEvent[];
  /** Marks of envelopes this turn took in. */
  received?: readonly Received[];
  /** Sealed blobs to keep. An id is used once and never again. */
  secrets?: readonly { id: SecretId; blob: Uint8Array }[];
  /** Secrets whose blobs go, and stay gone; also of this turn. */
  destroyed?: readonly SecretId[];
  answer?: Answer;
  /** The highest head that a peer has shown. */
  seen?: { peer: NodeId; head: Head };
  /** Seals what this turn sends. `numbers` hands out the next seq of this node in the order. */
  seal?: (head: Head, nextSeq: () => number) => readonly SealedEnvelope[];
}

/** An event of a machine: `type` is `noun.verb`, the rest is plain data. */
export interface LoggedEvent {
  type: string;
}

export interface Received {
  sender: NodeId;
  seq: number;
  envelope: EnvelopeId;
  /** The bytes, where they may be needed as evidence. */
  bytes?: Uint8Array;
}

/** `kept`: the bytes are there as evidence. */
export interface ReceivedMark {
  sender: NodeId;
  seq: number;
  envelope: EnvelopeId;
  kept: boolean;
}

export interface SealedEnvelope {
  seq: number;
  /** Message type, e.g. `order.proposed`. */
  type: string;
  envelope: EnvelopeId;
  to: readonly NodeId[];
  until: number;
  bytes: Uint8Array;
}

export interface Sent extends SealedEnvelope {
  order: OrderId;
  role: Role;
  /** Recipients that have not acknowledged. */
  waiting: readonly NodeId[];
}

export interface Answer {
  key: string;
  /** Hash of the request, 32 bytes: the same key with another body is refused. */
  request: Uint8Array;
  response: unknown;
}

export interface Appended {
  head: Head;
  /** Number of the stream's last record. */
  seq: number;
  sent: readonly Sent[];
}

/** One record of a stream. `seq` counts from 1 without gaps. */
export interface LogRecord {
  stream: StreamId;
  seq: number;
  /** Node-wide number. */
  position: number;
  at: number;
  machine: string;
  /** SHA-256 of the previous record of the stream; 32 zero bytes for the first. */
  prev: Uint8Array;
  hash: Uint8Array;
  entry: Entry;
}

/** A fact of the machine, or the proof that an envelope was sealed (the bytes are kept beside, under their CID). */
export type Entry =
  | {
      kind: 'event';
      event: LoggedEvent;
      /** On the first event of a turn: what the whole turn took in, drew, destroyed, answered and was shown. */
      received?: ReceivedMark[];
      secrets?: SecretId[];
      destroyed?: SecretId[];
      answer?: string;
      seen?: { peer: NodeId; head: Head };
    }
  | {
      kind: 'sealed';
      seq: number;
      type: string;
      envelope: EnvelopeId;
      to: NodeId[];
      until: number;
    };

export interface Verified {
  records: number;
  streams: number;
  envelopes: number;
  secrets: number;
  head: Head | null;
}
