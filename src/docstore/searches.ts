import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { FETCH_TIMEOUT, MAX_DOCUMENT_BYTES } from './document-store.ts';

/**
 * Looks for documents elsewhere: one search for each, however many wait for it. It lasts as long as somebody waits, and
 * believes nobody: what it finds has the hash and the size it must have, or the search goes on.
 */
export interface Searches {
  /**
   * A copy, once it is kept here.
   * @throws DocstoreError docstore/not-found (in time, or before `signal` aborted), docstore/too-large, docstore/stopped;
   *   LogError when it cannot be kept
   */
  find(cid: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Whoever waits is told docstore/stopped. Resolves when nothing is going on any more. */
  stop(): Promise<void>;
}

export interface SearchesDeps {
  clock: Clock;
  /** Asks the peers; may give anything, or never settle before the signal aborts. */
  ask: (cid: string, signal: AbortSignal) => Promise<Uint8Array>;
  keep: (cid: string, bytes: Uint8Array) => Promise<void>;
}

interface Search {
  found: Promise<Uint8Array>;
  waiting: number;
  ending: AbortController;
}

export const createSearches = ({ clock, ask, keep }: SearchesDeps): Searches => {
  const searches = new Map<string, Search>();
  let hasStopped = false;

  /** The right bytes, or undefined when it is time to ask again. */
  const attempt = async (cid: string, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    const over = new AbortController();
    const either = AbortSignal.any([over.signal, signal]);
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    either.addEventListener('abort', () => end(undefined));
    const cancel = clock.after(ATTEMPT, () => over.abort());
    try {
      const right = ask(cid, either).then(
        (bytes) => (cidOf(bytes) === cid ? bytes : ended),
        () => ended,
      );
      return await Promise.race([right, ended]);
    } finally {
      cancel();
      over.abort();
    }
  };

  const search = async (cid: string, signal: AbortSignal): Promise<Uint8Array> => {
    for (;;) {
      signal.throwIfAborted();
      const found = await attempt(cid, signal);
      if (found === undefined) continue;
      if (found.length > MAX_DOCUMENT_BYTES)
        throw new DocstoreError('docstore/too-large', `${cid} has ${found.length} bytes`);
      // A copy: these bytes may be a view into a whole message.
      const bytes = Uint8Array.from(found);
      await keep(cid, bytes);
      return bytes;
    }
  };

  const begin = (cid: string): Search => {
    const ending = new AbortController();
    const found = search(cid, ending.signal);
    found.catch(() => undefined);
    const begun = { found, waiting: 0, ending };
    searches.set(cid, begun);
    return begun;
  };

  const waitFor = async (cid: string, found: Promise<Uint8Array>, signal?: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const giveUp = (): void => reject(notFound(cid));
    const cancel = clock.after(FETCH_TIMEOUT, giveUp);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    found.then(resolve, reject);
    try {
      return await promise;
    } finally {
      cancel();
      signal?.removeEventListener('abort', giveUp);
    }
  };

  return {
    find: async (cid, signal) => {
      if (hasStopped) throw stopped();
      const current = searches.get(cid) ?? begin(cid);
      current.waiting++;
      try {
        return Uint8Array.from(await waitFor(cid, current.found, signal));
      } finally {
        current.waiting--;
        if (current.waiting === 0) {
          searches.delete(cid);
          current.ending.abort(notFound(cid));
        }
      }
    },
    stop: async () => {
      hasStopped = true;
      const going = [...searches.values()];
      for (const { ending } of going) ending.abort(stopped());
      await Promise.allSettled(going.map(({ found }) => found));
    },
  };
};

/**
 * Bitswap (Helia's 4.0) loses a want when a peer connects, or another want ends, at the wrong moment: so it is told
 * again. Milliseconds.
 */
const ATTEMPT = 3_000;

const stopped = (): DocstoreError =>
  new DocstoreError('docstore/stopped', 'the document store has stopped');
const notFound = (cid: string): DocstoreError =>
  new DocstoreError('docstore/not-found', `nobody gave ${cid} in time`);
