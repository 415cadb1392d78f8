import { encode } from '../domain/canonical.ts';
import type { NodeId } from '../domain/ids.ts';
import { NodeError } from '../errors.ts';
import type { EventLog, Head } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Notice } from './notice.ts';

/**
 * Notices that this node was started on an older copy of its data (guarantee G5). Every envelope shows its sender's
 * log head, every acknowledgement tells the highest that the recipient has seen. A node that hears of a head which its
 * log does not contain has lost records that others rely on: to go on would mean to sign and to number things a second
 * time. It therefore asks its peers when it starts, before any role takes a turn, and stays sealed once it knows.
 */
export interface RollbackGuard {
  /** Waits while peers are being asked. @throws NodeError node/rolled-back */
  pass(): Promise<void>;
  /** What a peer says it has seen of this node. */
  shown(by: NodeId, head: Head | null): Promise<void>;
  /** A peer can be asked now. */
  appeared(peer: NodeId): void;
  start(): void;
  stop(): void;
  state(): 'asking' | 'open' | 'rolled back';
  /** The operator accepts the loss: heads that others have seen so far count no more. */
  recover(): Promise<Head[]>;
}

/** How long a start waits for peers to appear and to answer, ms. */
const PATIENCE = 3_000;

export const createRollbackGuard = (deps: {
  log: Pick<EventLog, 'head' | 'headAt'>;
  clock: Clock;
  /** Nodes that may have seen this one. */
  peers(): readonly NodeId[];
  /** Sends an envelope that is answered by nothing but an acknowledgement. */
  ask(peer: NodeId): void;
  /** Lost heads that the operator has accepted, kept for good. */
  accepted: readonly Head[];
  accept(heads: readonly Head[]): Promise<void>;
  notice(notice: Notice): void;
}): RollbackGuard => {
  const { log, clock, notice } = deps;
  const accepted = new Set(deps.accepted.map(keyOf));
  const lost = new Map<string, Head>();
  const asked = new Set<NodeId>();
  let state: 'asking' | 'open' = 'asking';
  let cancel: (() => void) | undefined;
  const opened = Promise.withResolvers<void>();

  const open = (): void => {
    cancel?.();
    state = 'open';
    opened.resolve();
  };

  const shown = async (by: NodeId, head: Head | null): Promise<void> => {
    if (head && !accepted.has(keyOf(head)) && !(await contains(head))) {
      if (!lost.has(keyOf(head)))
        notice({
          level: 'error',
          event: 'log.rolled-back',
          peer: by,
          seen: head.seq,
          here: log.head()?.seq ?? 0,
        });
      lost.set(keyOf(head), head);
    }
    if (asked.delete(by) && asked.size === 0 && state === 'asking') open();
  };

  const contains = async (head: Head): Promise<boolean> => {
    const own = await log.headAt(head.seq);
    return own !== undefined && Buffer.compare(own.hash, head.hash) === 0;
  };

  return {
    pass: async () => {
      if (state === 'asking') await opened.promise;
      if (lost.size > 0)
        throw new NodeError(
          'node/rolled-back',
          'peers have seen records that this log does not hold: it is an older copy. Restore the newest one, or accept the loss with `milagro recover`',
        );
    },
    shown,
    appeared: (peer) => {
      if (state !== 'asking' || !deps.peers().includes(peer)) return;
      asked.add(peer);
      deps.ask(peer);
    },
    start: () => {
      if (deps.peers().length === 0) open();
      else cancel = clock.after(PATIENCE, open);
    },
    stop: () => {
      cancel?.();
      opened.resolve();
    },
    state: () => (lost.size > 0 ? 'rolled back' : state),
    recover: async () => {
      const heads = [...lost.values()];
      await deps.accept(heads);
      for (const head of heads) accepted.add(keyOf(head));
      lost.clear();
      return heads;
    },
  };
};

const keyOf = ({ seq, hash }: Head): string => Buffer.from(encode([seq, hash])).toString('base64');
