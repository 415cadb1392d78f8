import type { EnvelopeId } from '../domain/ids.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Correspondence, SendPassing } from './passing-mail.ts';

/**
 * Tells senders what this node has made durable. Acknowledgements wait a moment to share one envelope: they are off
 * the critical path of an order, and would double its cost otherwise.
 */
export interface Acknowledger {
  /** Only for what is durable (guarantee G1). `code` says that it was refused for good. */
  acknowledge(receipt: Receipt): void;
  stop(): void;
}

/** `theirs` signed the envelope, which was sealed to `mine`. */
export interface Receipt extends Correspondence {
  envelope: EnvelopeId;
  code?: string;
}

const PAUSE = 50;
const MOST = 256;

export const createAcknowledger = (deps: {
  log: Pick<EventLog, 'peerHead'>;
  clock: Clock;
  send: SendPassing;
}): Acknowledger => {
  const { log, clock } = deps;
  /** Receipts that fit into one envelope share the recipient, both key states and the code. */
  const batches = new Map<string, Receipt[]>();
  let cancel: (() => void) | undefined;

  const flush = (): void => {
    cancel = undefined;
    const ready = [...batches.values()];
    batches.clear();
    for (const batch of ready) send(batch);
  };

  const send = (batch: readonly Receipt[]): void => {
    const [first] = batch;
    if (!first) return;
    deps.send('ack', first, {
      cids: batch.map(({ envelope }) => envelope),
      seen: log.peerHead(first.to) ?? null,
      ...(first.code !== undefined && { refused: { code: first.code } }),
    });
  };

  return {
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
