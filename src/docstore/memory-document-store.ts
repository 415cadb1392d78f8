import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { checkDocument } from './check-document.ts';
import {
  FETCH_TIMEOUT,
  MAX_DOCUMENT_BYTES,
  type Document,
  type DocumentStore,
} from './document-store.ts';

/** Documents of several nodes in one process, for tests and the simulator. */
export interface MemoryDocuments {
  store(node: string): DocumentStore;
  /** Changes what a fetch from another node yields: nothing, other bytes. */
  onFetch(
    hook: (cid: string, bytes: Uint8Array, from: string, to: string) => Uint8Array | undefined,
  ): void;
}

/** `reaches`: can one node fetch from another now? */
export const createMemoryDocuments = (deps: {
  clock: Clock;
  reaches?: (from: string, to: string) => boolean;
}): MemoryDocuments => {
  const shelves = new Map<string, Map<string, Uint8Array>>();
  const running = new Set<string>();
  /** Those who wait for a document: each looks again. */
  const waiting = new Set<() => void>();
  let hook: Parameters<MemoryDocuments['onFetch']>[0] = (_cid, bytes) => bytes;

  const elsewhere = (cid: string, node: string): Uint8Array | undefined => {
    for (const [other, shelf] of shelves) {
      const bytes = shelf.get(cid);
      if (other === node || !bytes || !running.has(other)) continue;
      if (deps.reaches && !deps.reaches(other, node)) continue;
      const given = hook(cid, bytes, other, node);
      if (given && given.length <= MAX_DOCUMENT_BYTES && cidOf(given) === cid) return given;
    }
    return undefined;
  };

  const lookAgain = (): void => {
    for (const look of waiting) look();
  };

  return {
    onFetch: (next) => {
      hook = next;
    },
    store: (node) => {
      const shelf = shelves.get(node) ?? new Map<string, Uint8Array>();
      shelves.set(node, shelf);
      let phase: 'new' | 'running' | 'stopped' = 'new';
      const requireRunning = (): void => {
        if (phase !== 'running') throw stopped();
      };

      const keep = (cid: string, bytes: Uint8Array): Uint8Array => {
        shelf.set(cid, Uint8Array.from(bytes));
        lookAgain();
        return Uint8Array.from(bytes);
      };

      const search = (cid: string, signal?: AbortSignal): Promise<Uint8Array> => {
        const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
        const giveUp = (): void => reject(notFound(cid));
        const look = (): void => {
          if (phase === 'stopped') return reject(stopped());
          const found = shelf.get(cid) ?? elsewhere(cid, node);
          if (found) resolve(Uint8Array.from(found));
        };
        const cancel = deps.clock.after(FETCH_TIMEOUT, () => {
          look();
          giveUp();
        });
        signal?.addEventListener('abort', giveUp);
        if (signal?.aborted) giveUp();
        waiting.add(look);
        return promise.finally(() => {
          waiting.delete(look);
          cancel();
          signal?.removeEventListener('abort', giveUp);
        });
      };

      const putAll = async (documents: readonly Document[]): Promise<void> => {
        requireRunning();
        for (const document of documents) checkDocument(document);
        for (const { cid, bytes } of documents) keep(cid, bytes);
      };

      return {
        start: async () => {
          if (phase === 'stopped') throw stopped();
          phase = 'running';
          running.add(node);
          lookAgain();
        },
        stop: async () => {
          if (phase === 'running') running.delete(node);
          phase = 'stopped';
          lookAgain();
        },
        put: (cid, bytes) => putAll([{ cid, bytes }]),
        putAll,
        has: async (cid) => {
          requireRunning();
          return shelf.has(cid);
        },
        fetch: async (cid, signal) => {
          requireRunning();
          const here = shelf.get(cid);
          if (here) return Uint8Array.from(here);
          return keep(cid, elsewhere(cid, node) ?? (await search(cid, signal)));
        },
      };
    },
  };
};

const stopped = (): DocstoreError =>
  new DocstoreError('docstore/stopped', 'the document store is not running');
const notFound = (cid: string): DocstoreError =>
  new DocstoreError('docstore/not-found', `nobody gave ${cid} in time`);
