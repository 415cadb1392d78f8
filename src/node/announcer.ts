import { cidOf } from '../crypto/hash.ts';
import type { DocumentStore } from '../docstore/document-store.ts';
import { Announcement, MAX_ANNOUNCED } from '../domain/announcement.ts';
import { decode, encode } from '../domain/canonical.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { NodeId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { IdentityError, reason } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { Merged } from '../identity/registry.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Verdict } from '../transport/transport.ts';
import { fetchChain } from './chain-fetcher.ts';
import type { Directory } from './directory.ts';
import type { Notice } from './notice.ts';

/**
 * Keeps the identities that matter here up to date, and lets others do so. Only chains of identities that this node
 * knows already, or looks for, are fetched: an announcement of strangers costs it a look-up each and no more.
 */
export interface Announcer {
  /** Judges an announcement from the network. */
  receive(bytes: Uint8Array): Verdict;
  /** Somebody new listens: tell it what this node stands for and relies on. */
  appeared(): void;
  /** Takes in a block that came by hand. @throws IdentityError */
  take(block: Uint8Array): Promise<void>;
  /** The own identity has changed: everybody is told. */
  publishOwn(block: Uint8Array): Promise<void>;
  /**
   * The identity of a node, from here or from peers, as new as they know it.
   * @throws DocstoreError docstore/not-found; IdentityError
   */
  resolve(id: NodeId): Promise<KeyState>;
  /** Gets a key state that an order names, and the chain up to it. @throws DocstoreError, IdentityError */
  resolveState(party: { id: NodeId; key: string }): Promise<KeyState>;
  start(): Promise<void>;
  stop(): void;
}

export interface AnnouncerDeps {
  directory: Directory;
  documents: DocumentStore;
  clock: Clock;
  random: Random;
  publish(bytes: Uint8Array): Promise<void>;
  /** Where this node can be reached. */
  contact(): Announcement['contact'];
  /** Connects to whoever announces an identity that is looked for. Advice of a stranger: the fetched blocks decide. */
  approach(id: NodeId, contact: Announcement['contact']): void;
  /** Key states have changed: contacts, pinned keys and duplicity may be others now. */
  learned(merged: Merged): void;
  notice(notice: Notice): void;
}

/** Everybody hears again of what this node stands for, ms. */
const ROUND = 240_000;
/** What comes up within this time goes out together, ms. */
const PAUSE = 200;
/** How long an answer to "who knows this identity?" may take, ms. */
const ANSWER = 1_500;
const FETCHES_AT_ONCE = 8;
const MOST_WAITING = 512;

export const createAnnouncer = (deps: AnnouncerDeps): Announcer => {
  const { directory, documents, clock, random, publish } = deps;
  const { registry } = directory;
  const dueHeads = new Set<NodeId>();
  const dueWanted = new Set<NodeId>();
  const sought = new Set<NodeId>();
  const waiting = new Map<string, IdentityHead>();
  const fetching = new Map<string, AbortController>();
  let flushing: (() => void) | undefined;
  let round: (() => void) | undefined;
  let started = false;
  let stopped = false;

  const flushSoon = (): void => {
    if (!stopped) flushing ??= clock.after(PAUSE, flush);
  };

  const flush = (): void => {
    flushing = undefined;
    const heads = [...dueHeads]
      .filter((id) => registry.has(id))
      .flatMap((id) => registry.heads(id));
    const wanted = [...dueWanted];
    dueHeads.clear();
    dueWanted.clear();
    for (let i = 0; i < Math.max(heads.length, wanted.length); i += MAX_ANNOUNCED) {
      const announcement: Announcement = {
        v: 1,
        heads: heads.slice(i, i + MAX_ANNOUNCED),
        wanted: wanted.slice(i, i + MAX_ANNOUNCED),
        contact: deps.contact(),
      };
      void publish(encode(announcement));
    }
  };

  const tell = (ids: Iterable<NodeId>): void => {
    for (const id of ids) dueHeads.add(id);
    flushSoon();
  };

  /** Itself and whom it trusts: what it stands for. Everything else it tells when asked. */
  const standsFor = (): NodeId[] => [directory.self, ...directory.peers().map(({ id }) => id)];

  const receive = (bytes: Uint8Array): Verdict => {
    let announcement: Announcement;
    try {
      announcement = parse(Announcement, decode(bytes), 'announcement');
    } catch {
      return 'reject';
    }
    for (const id of announcement.wanted) if (registry.has(id)) dueHeads.add(id);
    if (dueHeads.size > 0) flushSoon();
    for (const head of announcement.heads) {
      if (sought.has(head.id) && !registry.has(head.cid))
        deps.approach(head.id, announcement.contact);
      consider(head);
    }
    return 'accept';
  };

  const consider = (head: IdentityHead): void => {
    const matters = registry.has(head.id) || sought.has(head.id);
    if (!matters || registry.has(head.cid) || fetching.has(head.cid)) return;
    if (waiting.size < MOST_WAITING) waiting.set(head.cid, head);
    fetchNext();
  };

  const fetchNext = (): void => {
    for (const [cid, head] of waiting) {
      if (stopped || fetching.size >= FETCHES_AT_ONCE) return;
      waiting.delete(cid);
      const controller = new AbortController();
      fetching.set(cid, controller);
      void pull({ id: head.id, head: cid }, controller.signal)
        .catch((thrown: unknown) => {
          deps.notice({
            level: 'debug',
            event: 'identity.not-fetched',
            id: head.id,
            cid,
            reason: reason(thrown),
          });
        })
        .finally(() => {
          fetching.delete(cid);
          fetchNext();
        });
    }
  };

  const pull = (wanted: { id: NodeId; head: string }, signal?: AbortSignal): Promise<KeyState> =>
    fetchChain({ directory, documents, keep }, wanted, signal);

  const keep = async (merged: Merged): Promise<void> => {
    // Before the start nothing can be offered; the start offers what this node stands for.
    if (started) for (const { cid, bytes } of merged.joined) await documents.put(cid, bytes);
    if (merged.joined.length > 0) deps.learned(merged);
    // Who saw the other branch only must see both: they are the proof.
    tell(merged.duplicity.map(({ id }) => id));
  };

  const startRound = (): void => {
    const jitter = random.bytes(2).readUInt16BE(0);
    round = clock.after(ROUND + jitter, () => {
      tell(standsFor());
      startRound();
    });
  };

  return {
    receive,
    appeared: () => tell(standsFor()),
    take: async (block) => keep(await directory.merge(block)),
    publishOwn: async (block) => {
      await keep(await directory.merge(block));
      tell([directory.self]);
    },
    resolve: async (id) => {
      sought.add(id);
      dueWanted.add(id);
      flushSoon();
      try {
        // Whoever knows it answers the announcement, and its chain is fetched as it comes; a peer may have it anyway.
        const pulled = registry.has(id) ? undefined : pull({ id, head: id });
        await Promise.all([pulled, new Promise<void>((done) => clock.after(ANSWER, done))]);
        return directory.current(id);
      } finally {
        sought.delete(id);
      }
    },
    resolveState: async ({ id, key }) => {
      if (!registry.has(key)) await pull({ id, head: key });
      const state = directory.stateAt(key);
      if (state.id !== id)
        throw new IdentityError('identity/malformed', 'a key state of somebody else');
      return state;
    },
    start: async () => {
      started = true;
      for (const id of standsFor())
        for (const bytes of registry.chain(directory.current(id).keyId))
          await documents.put(cidOf(bytes), bytes);
      tell(standsFor());
      startRound();
    },
    stop: () => {
      stopped = true;
      flushing?.();
      round?.();
      for (const controller of fetching.values()) controller.abort();
    },
  };
};
