import type { EnvelopeId, KeyStateId, NodeId } from '../domain/ids.ts';
import type { Message } from '../domain/messages.ts';
import { sealEnvelope } from '../envelope/seal.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sealer } from './plan-envelope.ts';

/**
 * Tells senders what this node has made durable. Acknowledgements wait a moment to share one envelope: they are off
 * the critical path of an order, and would double its cost otherwise.
 */
export interface Acknowledger {
  /** Only for what is durable (guarantee G1). `code` says that it was refused for good. */
  acknowledge(receipt: Receipt): void;
  /** Asks for an acknowledgement, and so for what the peer has seen of this node's log. */
  ask(to: NodeId, theirs: KeyStateId, mine: KeyStateId): void;
  stop(): void;
}

export interface Receipt {
  /** The sender of the envelope, the state of its keys that signed, and the state of mine it was sealed to. */
  to: NodeId;
  theirs: KeyStateId;
  mine: KeyStateId;
  envelope: EnvelopeId;
  code?: string;
}

const PAUSE = 50;
const MOST = 256;
const VALID = 60_000;

export const createAcknowledger = (deps: {
  log: Pick<EventLog, 'head' | 'peerHead' | 'starts'>;
  clock: Clock;
  sealer: Sealer;
  /** The state of this node's keys to sign with: the one given, or another where its keys are gone. */
  signing(mine: KeyStateId): KeyStateId;
  publish(node: NodeId, bytes: Uint8Array): Promise<void>;
}): Acknowledger => {
  const { log, clock, sealer } = deps;
  /** Receipts that fit into one envelope share the recipient, both key states and the code. */
  const batches = new Map<string, Receipt[]>();
  let cancel: (() => void) | undefined;
  let count = 0;

  /** Outside any order there is no log to count in: the number of this start, then of this envelope. */
  const nextSeq = (): number => log.starts * 2 ** 32 + ++count;

  const flush = (): void => {
    cancel = undefined;
    const ready = [...batches.values()];
    batches.clear();
    for (const batch of ready) send(batch);
  };

  const send = (batch: readonly Receipt[]): void => {
    const [first] = batch;
    if (!first) return;
    const message: Message<'ack'> = {
      cids: batch.map(({ envelope }) => envelope),
      seen: log.peerHead(first.to) ?? null,
      ...(first.code !== undefined && { refused: { code: first.code } }),
    };
    seal('ack', first, message);
  };

  const seal = (
    type: 'ack' | 'log.asked',
    { to, theirs, mine }: Pick<Receipt, 'to' | 'theirs' | 'mine'>,
    message: Message<'ack' | 'log.asked'>,
  ): void => {
    const at = clock.now();
    const { bytes, cek } = sealEnvelope({
      type,
      stream: null,
      seq: nextSeq(),
      at,
      until: at + VALID,
      recipients: [sealer.states(theirs)],
      message,
      head: log.head(),
      keys: sealer.keys(deps.signing(mine)),
      random: sealer.random,
      encapsulate: sealer.encapsulate,
    });
    cek.fill(0);
    void deps.publish(to, bytes);
  };

  return {
    ask: (to, theirs, mine) => seal('log.asked', { to, theirs, mine }, {}),
    acknowledge: (receipt) => {
      const key = [receipt.to, receipt.theirs, receipt.mine, receipt.code ?? ''].join(' ');
      const batch = batches.get(key) ?? [];
      batches.set(key, batch);
      if (batch.some(({ envelope }) => envelope === receipt.envelope)) return;
      batch.push(receipt);
      if (batch.length < MOST) {
        cancel ??= clock.after(PAUSE, flush);
        return;
      }
      batches.delete(key);
      send(batch);
    },
    stop: () => {
      cancel?.();
      batches.clear();
    },
  };
};
