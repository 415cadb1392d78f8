import type { Libp2p } from '@libp2p/interface';
import { isCid } from '../domain/ids.ts';
import { DocstoreError } from '../errors.ts';
import type { OpenStore } from '../log/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Admit } from './admitting-libp2p.ts';
import { startBitswap, type Bitswap } from './bitswap.ts';
import { checkDocument } from './check-document.ts';
import type { Document, DocumentStore } from './document-store.ts';
import { createKeptDocuments } from './kept-documents.ts';
import { createSearches } from './searches.ts';

export interface IpfsDocumentStoreDeps {
  clock: Clock;
  /** The libp2p of the node, not started yet. Who made it starts it after this store, and stops it. */
  libp2p: () => Promise<Libp2p>;
  openStore: OpenStore;
  /** With content routing in libp2p (a DHT): documents are also sought at peers that are not connected. */
  isRouted?: boolean;
  /** Bounds what peers may ask for. */
  admit?: Admit;
}

/**
 * Documents as IPFS blocks: kept by this node for good, exchanged with the peers it is connected to.
 */
export const createIpfsDocumentStore = (deps: IpfsDocumentStoreDeps): DocumentStore => {
  const kept = createKeptDocuments(deps.openStore);
  let starting: Promise<Bitswap> | undefined;
  let stopping: Promise<void> | undefined;

  const open = async (): Promise<Bitswap> => {
    await kept.open();
    return startBitswap({
      libp2p: await deps.libp2p(),
      kept,
      isRouted: deps.isRouted ?? false,
      admit: deps.admit ?? (() => true),
    });
  };

  const running = (): Promise<Bitswap> => {
    if (starting === undefined || stopping !== undefined)
      throw new DocstoreError('docstore/stopped', 'the document store is not running');
    return starting;
  };

  const keep = async (documents: readonly Document[]): Promise<void> => {
    await kept.put(documents);
    // After they are here: bitswap looks them up to answer those who wait for them.
    const bitswap = await running();
    for (const { cid } of documents) await bitswap.offer(cid);
  };

  const putAll = async (documents: readonly Document[]): Promise<void> => {
    await running();
    for (const document of documents) checkDocument(document);
    await keep(documents);
  };

  const searches = createSearches({
    clock: deps.clock,
    ask: async (cid, signal) => (await running()).want(cid, signal),
    keep: (cid, bytes) => keep([{ cid, bytes }]),
  });

  const close = async (): Promise<void> => {
    const bitswap = await starting?.catch(() => undefined);
    await searches.stop();
    await bitswap?.stop();
    await kept.close();
  };

  return {
    start: async () => {
      if (stopping !== undefined)
        throw new DocstoreError('docstore/stopped', 'the document store has been stopped');
      starting ??= open();
      await starting;
    },
    stop: () => (stopping ??= close()),
    put: (cid, bytes) => putAll([{ cid, bytes }]),
    putAll,
    has: async (cid) => {
      await running();
      return (await kept.get(cid)) !== undefined;
    },
    fetch: async (cid, signal) => {
      await running();
      if (!isCid(cid)) throw new DocstoreError('docstore/not-found', 'not the name of a document');
      return (await kept.get(cid)) ?? searches.find(cid, signal);
    },
  };
};
