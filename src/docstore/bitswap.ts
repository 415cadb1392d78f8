import { withBitswap } from '@helia/bitswap';
import { stop, type Libp2p } from '@libp2p/interface';
import { CID } from 'multiformats/cid';
import { isCid } from '../domain/ids.ts';
import { admittingLibp2p, type Admit, type BitswapLibp2p } from './admitting-libp2p.ts';
import { MAX_DOCUMENT_BYTES } from './document-store.ts';
import type { KeptDocuments } from './kept-documents.ts';

/**
 * IPFS between nodes of this network: Helia's bitswap (https://specs.ipfs.tech/bitswap-protocol/, 1.2.0) over the
 * libp2p that carries gossip, with our documents as its blocks.
 *
 * Only that part of Helia is here. The whole of it brings WebRTC, HTTP gateways, AutoTLS and a keychain into the process
 * of a custody node, for 60 MB of memory and a second of its start, and none of them is ever used.
 */
export interface Bitswap {
  /** Asks every peer that is or gets connected. Pending until one answers: the caller ends it by the signal. */
  want(cid: string, signal: AbortSignal): Promise<Uint8Array>;
  /** A document is here now: whoever waits for it gets it. */
  offer(cid: string): Promise<void>;
  stop(): Promise<void>;
}

export interface BitswapDeps {
  libp2p: Libp2p;
  kept: KeptDocuments;
  /** Whether libp2p is also asked for peers that have a document, and told of what is here. Else only connected peers are. */
  isRouted: boolean;
  admit: Admit;
}

/** Starts before libp2p does, so that the first peer already learns of the protocol. */
export const startBitswap = async (deps: BitswapDeps): Promise<Bitswap> => {
  const { libp2p, kept, isRouted, admit } = deps;
  const stopping = new AbortController();
  const mixins: Mixin[] = [];
  const brokers: Broker[] = [];
  const host: Host = {
    status: 'starting',
    libp2p: admittingLibp2p(libp2p, admit),
    logger: libp2p.logger,
    blockstore: {
      has: async (cid) => (await read(kept, cid)) !== undefined,
      async *get(cid) {
        const bytes = await read(kept, cid);
        if (bytes !== undefined) yield bytes;
      },
    },
    routing: {
      async *findProviders(cid, options) {
        if (!isRouted) return;
        for await (const { id, multiaddrs } of libp2p.contentRouting.findProviders(cid, options))
          yield { id: id.toCID(), multiaddrs, router: 'libp2p', fallback: false };
      },
    },
    // Bitswap knows SHA-256. With `identity`, any bytes that a peer likes would have the hash that was asked for.
    getHasher: (code) => {
      throw new Error(`hash function ${code} is not used here`);
    },
    hasBlockBroker: () => false,
    addMixin: (mixin: Mixin) => mixins.push(mixin),
    addBlockBroker: (broker: Broker) => brokers.push(broker),
  };
  withBitswap(host as HeliaHost, OPTIONS);
  for (const mixin of mixins) await mixin.start?.(host as HeliaHost);
  const [broker] = brokers;
  const { retrieve, announce } = broker ?? {};
  if (retrieve === undefined || announce === undefined) throw new Error('bitswap did not start');
  return {
    want: (cid, signal) => retrieve.call(broker, CID.parse(cid), { signal }),
    offer: async (name) => {
      const cid = CID.parse(name);
      await announce.call(broker, cid);
      // Told to others in its own time; it fails while nobody is there to be told.
      if (isRouted) libp2p.contentRouting.provide(cid, stopping).catch(() => undefined);
    },
    stop: () => {
      stopping.abort();
      return stop(broker);
    },
  };
};

type HeliaHost = Parameters<typeof withBitswap>[0];
type Mixin = Parameters<HeliaHost['addMixin']>[0];
type Broker = Exclude<Parameters<HeliaHost['addBlockBroker']>[0], (components: never) => unknown>;
type BitswapOptions = NonNullable<Parameters<typeof withBitswap>[1]>;
/** What bitswap uses of Helia. */
interface Host extends Pick<
  HeliaHost,
  'status' | 'logger' | 'getHasher' | 'hasBlockBroker' | 'addMixin' | 'addBlockBroker'
> {
  libp2p: BitswapLibp2p;
  blockstore: Pick<HeliaHost['blockstore'], 'has' | 'get'>;
  routing: Pick<HeliaHost['routing'], 'findProviders'>;
}

const OPTIONS = {
  // Wants are few and somebody waits for each: 3 ms to a peer on loopback instead of 14.
  sendWantlistDebounce: 0,
  // Whoever does not take our wants holds up those for all others, this long. Milliseconds.
  messageSendTimeout: 2_000,
  // A want that is repeated has lost its answer. Milliseconds.
  doNotResendBlockWindow: 1_000,
  maxInboundStreams: 32,
  maxOutboundStreams: 32,
  // What is larger is cut off while it arrives. The largest document leaves in one message.
  maxIncomingMessageSize: 2 * MAX_DOCUMENT_BYTES,
  maxOutgoingMessageSize: MAX_DOCUMENT_BYTES + 1_024,
} satisfies BitswapOptions;

const read = async (kept: KeptDocuments, cid: CID): Promise<Uint8Array | undefined> => {
  const name = cid.toString();
  return isCid(name) ? kept.get(name) : undefined;
};
