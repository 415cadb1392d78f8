import type { NodeId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Notice } from './notice.ts';

/**
 * When has a node that starts asked enough? Whoever may know more of its log than it does itself is asked as soon as he
 * can be reached, and again until he answers, also long after the start. The first turn of a role waits
 *
 *     until every pinned peer has answered, or
 *     until 3 s have passed, and everybody who was reached has answered, or
 *     until 9 s have passed, and nobody was reached, or
 *     until 30 s have passed: a peer that is there and keeps silent must not hold up a node for ever.
 *
 * In the last two cases nobody may have confirmed the log. That is allowed (guarantee G5), and told to the operator.
 */
export interface RollbackInquiry {
  /** Until the first turn may be taken. Resolves at once when nobody is pinned. */
  finished(): Promise<void>;
  appeared(peer: NodeId): void;
  answered(peer: NodeId): void;
  start(): void;
  stop(): void;
  state(): 'asking' | 'confirmed' | 'unconfirmed';
}

/** An envelope may be lost, or be for keys that the peer has just replaced: after this time it is asked again, ms. */
const AGAIN = 3_000;
/** In such times. They are counted: a clock that is put right meanwhile shortens none of them. */
const SETTLED = 1;
const ALONE = 3;
const LONGEST = 10;
/** Of one peer, each time that it appears. */
const TRIES = 10;

export const createRollbackInquiry = (deps: {
  clock: Clock;
  /** Nodes that may have seen this one. */
  peers(): readonly NodeId[];
  isPeer(node: NodeId): boolean;
  /** Sends an envelope that is answered by nothing but an acknowledgement. */
  ask(peer: NodeId): void;
  notice(notice: Notice): void;
}): RollbackInquiry => {
  const { clock, notice } = deps;
  /** How often each was asked that has not answered. */
  const asked = new Map<NodeId, number>();
  const answers = new Set<NodeId>();
  const opened = Promise.withResolvers<void>();
  let waited = 0;
  let isOpen = false;
  let stopped = false;
  let cancel: (() => void) | undefined;

  const isEnough = (): boolean => {
    if (asked.size > 0) return waited >= LONGEST;
    if (waited >= (answers.size > 0 ? SETTLED : ALONE)) return true;
    return deps.peers().every((peer) => answers.has(peer));
  };

  const look = (): void => {
    if (isOpen || !isEnough()) return;
    isOpen = true;
    opened.resolve();
    const peers = deps.peers().length;
    if (peers > 0 && answers.size === 0)
      notice({ level: 'warn', event: 'log.unconfirmed', peers, silent: asked.size });
  };

  const ask = (peer: NodeId, tries: number): void => {
    asked.set(peer, tries);
    deps.ask(peer);
  };

  const tick = (): void => {
    cancel = undefined;
    waited += 1;
    look();
    for (const [peer, tries] of asked)
      if (tries < TRIES) ask(peer, tries + 1);
      else asked.delete(peer);
    wake();
  };

  const wake = (): void => {
    if (stopped || (isOpen && asked.size === 0)) return;
    cancel ??= clock.after(AGAIN, tick);
  };

  return {
    finished: () => opened.promise,
    appeared: (peer) => {
      if (stopped || answers.has(peer) || !deps.isPeer(peer)) return;
      ask(peer, 1);
      wake();
    },
    answered: (peer) => {
      if (!deps.isPeer(peer)) return;
      asked.delete(peer);
      answers.add(peer);
      look();
    },
    start: () => {
      look();
      wake();
    },
    stop: () => {
      stopped = true;
      cancel?.();
      opened.resolve();
    },
    state: () => {
      if (!isOpen) return 'asking';
      return answers.size > 0 || deps.peers().length === 0 ? 'confirmed' : 'unconfirmed';
    },
  };
};
