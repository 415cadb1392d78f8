import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import type { OpenStore, Operation, Store } from '../log/store.ts';
import type { Document } from './document-store.ts';

/**
 * The documents that this node keeps, in a store of their own: a row for each, its key the CID as text. All of them
 * are kept for good. A row that does not have its hash was damaged on disk: it counts as absent, and is replaced when
 * the document is fetched again.
 */
export interface KeptDocuments {
  /** Does nothing when it is open. @throws LogError log/in-use, log/sealed, log/corrupt */
  open(): Promise<void>;
  close(): Promise<void>;
  /** A copy. @throws DocstoreError docstore/stopped; LogError */
  get(cid: string): Promise<Uint8Array | undefined>;
  /** One write. Each `cid` is the CID of its `bytes`. @throws DocstoreError docstore/stopped; LogError */
  put(documents: readonly Document[]): Promise<void>;
}

export const createKeptDocuments = (openStore: OpenStore): KeptDocuments => {
  let opening: Promise<Store> | undefined;

  const opened = (): Promise<Store> => {
    if (opening === undefined)
      throw new DocstoreError('docstore/stopped', 'the document store is not running');
    return opening;
  };

  const get = async (cid: string): Promise<Uint8Array | undefined> => {
    const bytes = await (await opened()).get(cid);
    return bytes !== undefined && cidOf(bytes) === cid ? bytes : undefined;
  };

  return {
    open: async () => {
      opening ??= openStore();
      try {
        await opening;
      } catch (thrown) {
        opening = undefined;
        throw thrown;
      }
    },
    close: async () => {
      const store = await opening;
      opening = undefined;
      await store?.close();
    },
    get,
    put: async (documents) => {
      const rows: Operation[] = [];
      for (const { cid, bytes } of documents)
        if ((await get(cid)) === undefined) rows.push({ type: 'put', key: cid, value: bytes });
      if (rows.length > 0) await (await opened()).batch(rows);
    },
  };
};
