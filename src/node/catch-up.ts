import {
  MAX_ASKED,
  type Announcement,
  type HeadsAsked,
  type HeadsTold,
} from '../domain/announcement.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { NodeId } from '../domain/ids.ts';
import { SKETCH_LINE, type HeadSet } from '../identity/head-set.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Asks pinned peers for heads that this node has missed (docs/protocol.md, section 1, Announcements). Whoever announces
 * a digest that is neither the own one nor one that was settled with it before is asked, at first which parts of the
 * set differ, then, with a sketch of these, for the heads themselves. What that costs depends on what differs.
 */
export interface CatchUp {
  /** `from` stands for heads with this digest, or so somebody says. */
  heard(from: NodeId, known: Announcement['known']): void;
  told(from: NodeId, answer: Answer): void;
  /** A head that `from` told of could not be fetched: it counts as not told, and is asked for again. */
  missed(from: NodeId): void;
  stop(): void;
}

export type Answer = Extract<HeadsTold, { nr: number }>;

export interface CatchUpDeps {
  heads: HeadSet;
  clock: Clock;
  isPinned(id: NodeId): boolean;
  ask(to: NodeId, question: HeadsAsked): void;
  consider(heads: readonly IdentityHead[], from: NodeId): void;
}

/** What was announced a moment ago may be on its way already, ms. */
const PAUSE = 1_000;
/** An answer takes no longer, ms. */
const PATIENCE = 5_000;
const TRIES = 3;
const TALKS_AT_ONCE = 4;
/** As many members need no question for parts: their sketch is no longer than the answer. */
const FEW = 128;

/** One after the other: a question, its answer, until nothing is left to ask. */
interface Talk {
  question: HeadsAsked;
  tries: number;
  cancel: () => void;
  /** What the peer stood for when it first answered: this is settled in the end, whatever it has learned meanwhile. */
  digest: Uint8Array | undefined;
  hasMissed: boolean;
  /** Lines not asked for yet. */
  sketch: Buffer;
}

export const createCatchUp = (deps: CatchUpDeps): CatchUp => {
  const { heads, clock, isPinned } = deps;
  /** Digest of each peer all of whose heads have been considered. */
  const settled = new Map<NodeId, Uint8Array>();
  /** Peers to ask, in the order in which they were heard. */
  const queue = new Map<NodeId, Uint8Array>();
  const talks = new Map<NodeId, Talk>();
  let count = 0;
  let starting: (() => void) | undefined;
  let stopped = false;

  const isSettled = (from: NodeId, digest: Uint8Array): boolean => {
    const known = settled.get(from);
    if (known && same(known, digest)) return true;
    if (!same(heads.digest(), digest)) return false;
    settled.set(from, digest);
    return true;
  };

  const heard = (from: NodeId, { digest, before }: Announcement['known']): void => {
    if (stopped || !isPinned(from)) return;
    const known = settled.get(from);
    if (known && before && same(known, before)) settled.set(from, digest);
    if (isSettled(from, digest)) queue.delete(from);
    else queue.set(from, digest);
    startSoon();
  };

  const startSoon = (): void => {
    if (stopped || queue.size === 0) return;
    starting ??= clock.after(PAUSE, () => {
      starting = undefined;
      startTalks();
    });
  };

  const startTalks = (): void => {
    for (const [peer, digest] of queue) {
      if (talks.size >= TALKS_AT_ONCE) return;
      if (talks.has(peer)) continue;
      queue.delete(peer);
      if (!isPinned(peer) || isSettled(peer, digest)) continue;
      const talk: Talk = {
        question: { nr: 0, parts: heads.parts() },
        tries: 0,
        cancel: () => undefined,
        digest: undefined,
        hasMissed: false,
        sketch: heads.size <= FEW ? heads.sketch() : Buffer.alloc(0),
      };
      talks.set(peer, talk);
      ask(peer, talk, talk.sketch.length > 0 ? nextLines(talk) : { parts: heads.parts() });
    }
  };

  const ask = (peer: NodeId, talk: Talk, question: Question): void => {
    talk.question = { nr: ++count, ...question };
    talk.tries = 0;
    repeat(peer, talk);
  };

  const repeat = (peer: NodeId, talk: Talk): void => {
    if (talk.tries >= TRIES) return end(peer, talk);
    talk.tries += 1;
    talk.cancel = clock.after(PATIENCE, () => repeat(peer, talk));
    deps.ask(peer, talk.question);
  };

  const end = (peer: NodeId, talk: Talk): void => {
    talk.cancel();
    talks.delete(peer);
    startSoon();
  };

  const settle = (peer: NodeId, talk: Talk): void => {
    if (talk.digest && !talk.hasMissed) settled.set(peer, talk.digest);
    end(peer, talk);
  };

  const told = (from: NodeId, answer: Answer): void => {
    const talk = talks.get(from);
    if (!talk || answer.nr !== talk.question.nr) return;
    talk.cancel();
    talk.digest ??= answer.digest;
    if ('heads' in answer) {
      deps.consider(answer.heads, from);
      talk.sketch = talk.sketch.subarray(answer.done * SKETCH_LINE);
    } else talk.sketch = heads.sketch(answer.differing);
    if (talk.sketch.length === 0) settle(from, talk);
    else ask(from, talk, nextLines(talk));
  };

  return {
    heard,
    told,
    missed: (from) => {
      const talk = talks.get(from);
      if (talk) talk.hasMissed = true;
      const digest = settled.get(from) ?? talk?.digest;
      settled.delete(from);
      if (digest && !queue.has(from)) queue.set(from, digest);
      startSoon();
    },
    stop: () => {
      stopped = true;
      starting?.();
      for (const { cancel } of talks.values()) cancel();
    },
  };
};

type Question = { parts: Uint8Array } | { sketch: Uint8Array };

const nextLines = ({ sketch }: Talk): Question => ({
  sketch: sketch.subarray(0, MAX_ASKED * SKETCH_LINE),
});

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
