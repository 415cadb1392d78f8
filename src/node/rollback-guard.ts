import { encode } from '../domain/canonical.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { NodeError } from '../errors.ts';
import type { EventLog, Head } from '../log/event-log.ts';
import type { Notice } from './notice.ts';
import type { RollbackInquiry } from './rollback-inquiry.ts';
import type { Loss } from './roster.ts';
import { showsHash } from './shown-heads.ts';

/**
 * Notices that this node was started on an older copy of its data (guarantee G5). Every envelope shows its sender's
 * log head, every acknowledgement tells the highest that the recipient has seen. A node that hears of a head which its
 * log does not contain has lost records that others rely on: to go on would mean to sign and to number things a second
 * time. So has one that hears of newer keys of its own which it does not have. It asks its peers when it starts, before
 * any role takes a turn (rollback-inquiry.ts), listens as long as it runs, and once it knows it stays sealed, over
 * restarts too, until its operator decides.
 */
export interface RollbackGuard {
  /** Waits while peers are being asked. @throws NodeError node/rolled-back */
  pass(): Promise<void>;
  /** What a peer says it has seen of this node. Resolves when it is durable. */
  shown(by: NodeId, head: Head | null): Promise<void>;
  /** The own identity is another than before. */
  learnedOwn(): void;
  start(): Promise<void>;
  state(): 'asking peers' | 'verified' | 'verified, confirmed by no peer' | 'rolled back';
  /** The operator accepts the loss: what others have seen so far counts no more. */
  recover(): Promise<Head[]>;
}

export const createRollbackGuard = (deps: {
  log: Pick<EventLog, 'head' | 'headAt'>;
  inquiry: Pick<RollbackInquiry, 'finished' | 'answered' | 'state'>;
  /** The state of the own keys that counts for others, when its private keys are not here although it can still sign. */
  foreignState(): KeyStateId | undefined;
  /** As it was kept. */
  loss: Pick<Loss, 'heads' | 'states' | 'suspected'>;
  keep(loss: Pick<Loss, 'heads' | 'states' | 'suspected'>): Promise<void>;
  /** The operator gives up what is lost: no role that may be concerned goes on. Before it is kept. */
  giveUp(): void;
  notice(notice: Notice): void;
}): RollbackGuard => {
  const { log, inquiry, notice } = deps;
  const accepted = new Map(deps.loss.heads.map((head) => [keyOf(head), head]));
  const acceptedStates = new Set(deps.loss.states);
  const lost = new Map(deps.loss.suspected.map((head) => [keyOf(head), head]));
  let told: KeyStateId | undefined;
  /** Resolves when there is any, so that nobody waits for more. */
  let evidence = Promise.withResolvers<void>();
  if (lost.size > 0) evidence.resolve();

  const keep = (): Promise<void> =>
    deps.keep({
      heads: [...accepted.values()],
      states: [...acceptedStates],
      suspected: [...lost.values()],
    });

  const contains = async (head: Head): Promise<boolean> => {
    const own = await log.headAt(head.seq);
    return own !== undefined && showsHash(head, own.hash);
  };

  const shown = async (by: NodeId, head: Head | null): Promise<void> => {
    if (head && !accepted.has(keyOf(head)) && !(await contains(head)) && !lost.has(keyOf(head))) {
      lost.set(keyOf(head), head);
      evidence.resolve();
      const here = log.head()?.seq ?? 0;
      notice({ level: 'error', event: 'log.rolled-back', peer: by, seen: head.seq, here });
      await keep();
    }
    inquiry.answered(by);
  };

  const foreignState = (): KeyStateId | undefined => {
    const state = deps.foreignState();
    return state === undefined || acceptedStates.has(state) ? undefined : state;
  };

  const learnedOwn = (): void => {
    const state = foreignState();
    if (state === undefined || state === told) return;
    told = state;
    evidence.resolve();
    notice({ level: 'error', event: 'identity.overtaken', state });
  };

  const isRolledBack = (): boolean => lost.size > 0 || foreignState() !== undefined;

  return {
    pass: async () => {
      await Promise.race([inquiry.finished(), evidence.promise]);
      if (isRolledBack())
        throw new NodeError(
          'node/rolled-back',
          'peers have seen records or keys of this node that it does not hold: its data are an older copy. Restore the newest one, or accept the loss with `milagro recover`',
        );
    },
    shown,
    learnedOwn,
    start: async () => {
      // The newest log may have been put back since.
      for (const [key, head] of lost) if (await contains(head)) lost.delete(key);
      if (lost.size === 0) evidence = Promise.withResolvers();
      learnedOwn();
    },
    state: () => {
      if (isRolledBack()) return 'rolled back';
      const state = inquiry.state();
      if (state === 'asking') return 'asking peers';
      return state === 'confirmed' ? 'verified' : 'verified, confirmed by no peer';
    },
    recover: async () => {
      if (!isRolledBack()) return [];
      const heads = [...lost.values()];
      const state = foreignState();
      deps.giveUp();
      for (const head of heads) accepted.set(keyOf(head), head);
      if (state !== undefined) acceptedStates.add(state);
      lost.clear();
      evidence = Promise.withResolvers();
      await keep();
      return heads;
    },
  };
};

const keyOf = ({ seq, hash }: Head): string => Buffer.from(encode([seq, hash])).toString('base64');
