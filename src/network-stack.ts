import { createLibp2p } from 'libp2p';
import type { DocumentStore } from './docstore/document-store.ts';
import { createIpfsDocumentStore } from './docstore/ipfs-document-store.ts';
import type { OpenStore } from './log/store.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import { createGossipsubTransport, type Incident } from './transport/gossipsub-transport.ts';
import { libp2pOptions, type TransportLibp2p } from './transport/libp2p-options.ts';
import { createPeerBans } from './transport/peer-bans.ts';
import { createStreamMeter } from './transport/stream-meter.ts';
import { discoveryOf, limitsOf, type TransportConfig } from './transport/transport-config.ts';
import type { Transport } from './transport/transport.ts';

/**
 * What a node has of a network: gossip and documents over one libp2p, so one peer id, one set of connections, one list
 * of bans. Starting and stopping the transport starts and stops both.
 */
export interface NetworkStack {
  transport: Transport;
  documents: DocumentStore;
}

export interface NetworkStackDeps {
  /** Its seed is copied before this returns. */
  config: TransportConfig;
  clock: Clock;
  random: Random;
  /** Where documents are kept. */
  openDocuments: OpenStore;
  /** Is told what an operator should see in the log. */
  report?: (incident: Incident) => void;
}

export const createNetworkStack = (deps: NetworkStackDeps): NetworkStack => {
  const { config, clock, random, openDocuments, ...rest } = deps;
  const bans = createPeerBans(clock, limitsOf(config));
  const options = libp2pOptions(config, clock, bans);
  let made: Promise<TransportLibp2p> | undefined;
  const libp2p = (): Promise<TransportLibp2p> => (made ??= options().then(createLibp2p));
  const documents = createIpfsDocumentStore({
    clock,
    libp2p,
    openStore: openDocuments,
    isRouted: discoveryOf(config).dht,
    admit: createStreamMeter(clock, DOCUMENT_BYTES),
  });
  const transport = createGossipsubTransport({
    config,
    clock,
    random,
    shared: { libp2p, bans },
    ...rest,
  });
  let isNew = true;

  const start = async (): Promise<void> => {
    // It refuses, and says why.
    if (!isNew) return transport.start();
    isNew = false;
    try {
      // libp2p starts with the transport: what both of them speak must be known to the first peer.
      await documents.start();
      await transport.start();
    } catch (thrown) {
      await stop();
      throw thrown;
    }
  };

  const stop = async (): Promise<void> => {
    isNew = false;
    await transport.stop();
    await documents.stop();
    const node = await made?.catch(() => undefined);
    await node?.stop();
  };

  return { documents, transport: { ...transport, start, stop } };
};

/** Read of bitswap from one connection: a list of wants costs a look-up for each 40 bytes; two large documents pass at once. */
const DOCUMENT_BYTES = { perSecond: 262_144, burst: 1_048_576 };
