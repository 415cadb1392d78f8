import { MAX_ANNOUNCED, type Announcement } from '../domain/announcement.ts';
import { encode } from '../domain/canonical.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { NodeId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Directory } from './directory.ts';

/**
 * Announces: the own head, what has changed among those that this node stands for since it last spoke, and whatever
 * else is due. All that comes up within a moment goes out together.
 */
export interface HeadTeller {
  soon(): void;
  /** The heads of this identity, too. */
  tell(id: NodeId): void;
  /** Who knows this identity? */
  want(id: NodeId): void;
  /** Somebody new listens. */
  appeared(): void;
  start(): void;
  stop(): void;
}

export interface HeadTellerDeps {
  directory: Pick<Directory, 'self' | 'heads'>;
  headsOf(id: NodeId): IdentityHead[];
  clock: Clock;
  random: Random;
  publish(bytes: Uint8Array): Promise<void>;
  /** Where this node can be reached. */
  contact(): Announcement['contact'];
  /** It is time to look after what did not work before. */
  round(): void;
}

/** Everybody hears again of what this node stands for, ms. */
const ROUND = 240_000;
/** What comes up within this time goes out together, ms. */
const PAUSE = 200;
/** Gossip may lose what is said just after somebody appears: it is said once more, ms. */
const AGAIN = 10_000;

export const createHeadTeller = (deps: HeadTellerDeps): HeadTeller => {
  const { directory, headsOf, clock, random } = deps;
  const { self, heads: standing } = directory;
  const due = new Set<NodeId>();
  const wanted = new Set<NodeId>();
  let flushing: (() => void) | undefined;
  let again: (() => void) | undefined;
  let round: (() => void) | undefined;
  let stopped = false;

  const flush = (): void => {
    flushing = undefined;
    const { before, changed } = standing.news();
    const told = [...new Set([self, ...changed, ...due])].flatMap(headsOf);
    const sought = [...wanted];
    due.clear();
    wanted.clear();
    const isWhole = told.length <= MAX_ANNOUNCED;
    for (let i = 0; i < Math.max(told.length, sought.length); i += MAX_ANNOUNCED) {
      const announcement: Announcement = {
        v: 1,
        from: self,
        heads: told.slice(i, i + MAX_ANNOUNCED),
        wanted: sought.slice(i, i + MAX_ANNOUNCED),
        known: { digest: standing.digest(), before: isWhole ? before : null },
        contact: deps.contact(),
      };
      void deps.publish(encode(announcement));
    }
  };

  const soon = (): void => {
    if (!stopped) flushing ??= clock.after(PAUSE, flush);
  };

  const startRound = (): void => {
    const jitter = random.bytes(2).readUInt16BE(0);
    round = clock.after(ROUND + jitter, () => {
      soon();
      deps.round();
      startRound();
    });
  };

  return {
    soon,
    tell: (id) => {
      due.add(id);
      soon();
    },
    want: (id) => {
      wanted.add(id);
      soon();
    },
    appeared: () => {
      soon();
      if (stopped) return;
      again ??= clock.after(AGAIN, () => {
        again = undefined;
        soon();
      });
    },
    start: () => {
      soon();
      startRound();
    },
    stop: () => {
      stopped = true;
      flushing?.();
      again?.();
      round?.();
    },
  };
};
