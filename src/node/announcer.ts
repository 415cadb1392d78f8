import type { DocumentStore } from '../docstore/document-store.ts';
import { Announcement } from '../domain/announcement.ts';
import { decode } from '../domain/canonical.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import type { Typed } from '../domain/messages.ts';
import { parse } from '../domain/schema.ts';
import { IdentityError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { Merged } from '../identity/registry.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Verdict } from '../transport/transport.ts';
import { createCatchUp } from './catch-up.ts';
import { fetchChain } from './chain-fetcher.ts';
import type { Directory } from './directory.ts';
import { createHeadAnswers } from './head-answers.ts';
import { createHeadTeller } from './head-teller.ts';
import { createHeadFetcher, type Way } from './head-fetcher.ts';
import type { Notice } from './notice.ts';
import { createRateLimit } from './rate-limit.ts';

/**
 * Keeps the identities that matter here up to date, and lets others do so. Only chains of identities that this node
 * knows already, or looks for, are fetched: an announcement of strangers costs it a look-up each and no more.
 */
export interface Announcer {
  /** Judges an announcement from the network. */
  receive(bytes: Uint8Array): Verdict;
  /** A message of somebody known about heads. */
  told(from: NodeId, typed: HeadsMessage): void;
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

export type HeadsMessage = Extract<Typed, { type: 'heads.asked' | 'heads.told' }>;

export interface AnnouncerDeps {
  directory: Directory;
  documents: DocumentStore;
  clock: Clock;
  random: Random;
  publish(bytes: Uint8Array): Promise<void>;
  /** Writes to one node, for its newest keys or for those named. */
  send(to: NodeId, typed: HeadsMessage, theirs?: KeyStateId): void;
  /** Where this node can be reached. */
  contact(): Announcement['contact'];
  /** Connects to whoever announces an identity that is looked for. Advice of a stranger: the fetched blocks decide. */
  approach(id: NodeId, contact: Announcement['contact']): void;
  /** Key states have changed: contacts, pinned keys and duplicity may be others now. */
  learned(merged: Merged): void;
  notice(notice: Notice): void;
}

/** How long an answer to "who knows this identity?" may take, ms. */
const ANSWER = 1_500;
/** Identities that strangers may have told to them: everybody who reads along pays for it. */
const WANTED = { burst: 256, perSecond: 16 };
/** How often a node is told that it is behind with its own identity, or somebody who speaks in its name. */
const BEHIND = { burst: 3, perSecond: 0.1 };

export const createAnnouncer = (deps: AnnouncerDeps): Announcer => {
  const { directory, documents, clock, send } = deps;
  const { registry, heads: standing } = directory;
  const isPinned = (id: NodeId): boolean => directory.peer(id) !== undefined;
  const headsOf = (id: NodeId): IdentityHead[] =>
    registry.has(id) && registry.lacking(id).length === 0 ? registry.heads(id) : [];
  const admitsWanted = createRateLimit(clock, WANTED);
  const admitsBehind = createRateLimit(clock, BEHIND);
  const sought = new Set<NodeId>();
  let started = false;

  const pull = (wanted: { id: NodeId; head: string }, signal?: AbortSignal): Promise<void> =>
    fetchChain({ directory, documents, keep }, wanted, signal);

  const fetcher = createHeadFetcher({
    pull,
    isKnown: (cid) => registry.has(cid),
    missed: (by) => catchUp.missed(by),
    notice: deps.notice,
  });

  const consider = (told: readonly IdentityHead[], by: NodeId, way: Way): void => {
    for (const head of told) if (matters(head.id)) fetcher.add(head, by, way);
  };

  const matters = (id: NodeId): boolean =>
    registry.has(id) || sought.has(id) || registry.lacking(id).length > 0;

  /** Blocks that were lost on disk: an older copy of them may be among the documents, or at peers. */
  const fetchLost = (): void => {
    for (const id of registry.incomplete())
      for (const cid of registry.lacking(id)) fetcher.add({ id, cid }, directory.self, 'told');
  };

  const catchUp = createCatchUp({
    heads: standing,
    clock,
    isPinned,
    ask: (to, message) => send(to, { type: 'heads.asked', message }),
    consider: (told, by) => consider(told, by, 'told'),
  });
  const teller = createHeadTeller({ ...deps, headsOf, round: () => fetchLost() });
  const answer = createHeadAnswers({ heads: standing, headsOf, isPinned, clock });

  const receive = (bytes: Uint8Array): Verdict => {
    let announcement: Announcement;
    try {
      announcement = parse(Announcement, decode(bytes), 'announcement');
    } catch {
      return 'reject';
    }
    const { from, wanted, heads, known, contact } = announcement;
    for (const id of wanted) if (registry.has(id) && admitsWanted('')) teller.tell(id);
    for (const { id, cid } of heads)
      if (sought.has(id) && !registry.has(cid)) deps.approach(id, contact);
    catchUp.heard(from, known);
    consider(heads, from, 'announced');
    for (const { id, cid } of heads) if (id === from) setRight(id, cid);
    return 'accept';
  };

  /**
   * Whoever was started on an older copy of its data announces an older head of itself, and signs with keys that count
   * no more: all that it asks is refused. It is told, for the keys that it has.
   */
  const setRight = (id: NodeId, cid: KeyStateId): void => {
    if (!isPinned(id) || !registry.has(cid)) return;
    const message = { heads: registry.heads(id) };
    if (message.heads.some((head) => head.cid === cid) || !admitsBehind(id)) return;
    send(id, { type: 'heads.told', message }, cid);
  };

  const keep = async (merged: Merged): Promise<void> => {
    // Before the start nothing can be offered; the start offers what this node stands for.
    if (started) await documents.putAll(merged.joined);
    if (merged.joined.length > 0) deps.learned(merged);
    // Who saw the other branch only must see both: they are the proof.
    for (const { id } of merged.duplicity) teller.tell(id);
  };

  return {
    receive,
    told: (from, { type, message }) => {
      if (type === 'heads.told') {
        if ('nr' in message) catchUp.told(from, message);
        else if (isPinned(from)) consider(message.heads, from, 'told');
        return;
      }
      const told = answer(from, message);
      if (told) send(from, { type: 'heads.told', message: told });
    },
    appeared: () => {
      teller.appeared();
      fetchLost();
    },
    take: async (block) => keep(await directory.merge(block)),
    publishOwn: async (block) => {
      await keep(await directory.merge(block));
      teller.soon();
    },
    resolve: async (id) => {
      sought.add(id);
      teller.want(id);
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
      for (const id of registry.incomplete())
        deps.notice({
          level: 'warn',
          event: 'identity.incomplete',
          id,
          lost: registry.lacking(id),
        });
      fetchLost();
      const own = [directory.self, ...directory.peers().map(({ id }) => id)];
      await documents.putAll(
        own.filter((id) => registry.has(id)).flatMap((id) => registry.blocks(id)),
      );
      teller.start();
    },
    stop: () => {
      teller.stop();
      catchUp.stop();
      fetcher.stop();
    },
  };
};
