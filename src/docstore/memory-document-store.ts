import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { FETCH_TIMEOUT, MAX_DOCUMENT_BYTES, type DocumentStore } from './document-store.ts';

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
  let hook = (
    _cid: string,
    bytes: Uint8Array,
    _from: string,
    _to: string,
  ): Uint8Array | undefined => bytes;

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

  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((done) => {
      const cancel = deps.clock.after(FETCH_TIMEOUT, done);
      signal?.addEventListener('abort', () => {
        cancel();
        done();
      });
    });

  return {
    onFetch: (next) => {
      hook = next;
    },
    store: (node) => {
      const shelf = shelves.get(node) ?? new Map<string, Uint8Array>();
      shelves.set(node, shelf);
      return {
        start: async () => void running.add(node),
        stop: async () => void running.delete(node),
        put: async (cid, bytes) => void shelf.set(cid, Uint8Array.from(bytes)),
        has: async (cid) => shelf.has(cid),
        fetch: async (cid, signal) => {
          if (!running.has(node))
            throw new DocstoreError('docstore/stopped', 'the document store is stopped');
          const found = shelf.get(cid) ?? elsewhere(cid, node);
          if (found) return found;
          await wait(signal);
          const late = elsewhere(cid, node);
          if (late) return late;
          throw new DocstoreError('docstore/not-found', `nobody gave ${cid} in time`);
        },
      };
    },
  };
};
