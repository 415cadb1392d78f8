import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import type { OpenStore, Store } from '../log/store.ts';

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
  /** `cid` is the CID of `bytes`. @throws DocstoreError docstore/stopped; LogError */
  put(cid: string, bytes: Uint8Array): Promise<void>;
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
    put: async (cid, bytes) => {
      if ((await get(cid)) !== undefined) return;
      await (await opened()).batch([{ type: 'put', key: cid, value: bytes }]);
    },
  };
};
