/**
 * Public documents, addressed by the hash of their bytes: identity blocks, offered to peers and fetched from them.
 * Whoever has a CID can check what it gets, so it does not matter from whom it comes.
 */
export interface DocumentStore {
  /** @throws DocstoreError docstore/stopped; LogError when it cannot be opened */
  start(): Promise<void>;
  /** For good. Whoever waits for a document is told docstore/stopped. */
  stop(): Promise<void>;
  /**
   * Keeps a block and offers it to whoever asks. `cid` is the CID of `bytes`.
   * @throws DocstoreError docstore/mismatch (it is not), docstore/too-large, docstore/stopped; LogError (not kept)
   */
  put(cid: string, bytes: Uint8Array): Promise<void>;
  /** The same for many: one write, whole or not at all. @throws as `put` */
  putAll(documents: readonly Document[]): Promise<void>;
  /**
   * The bytes of a CID, from here or from any connected peer; at most MAX_DOCUMENT_BYTES, hash verified.
   * Gives up after FETCH_TIMEOUT, or when `signal` aborts.
   * @throws DocstoreError docstore/not-found (nobody answered in time), docstore/too-large, docstore/stopped; LogError
   */
  fetch(cid: string, signal?: AbortSignal): Promise<Uint8Array>;
  has(cid: string): Promise<boolean>;
}

export interface Document {
  cid: string;
  bytes: Uint8Array;
}

export const MAX_DOCUMENT_BYTES = 262_144;
/** Milliseconds. */
export const FETCH_TIMEOUT = 10_000;
