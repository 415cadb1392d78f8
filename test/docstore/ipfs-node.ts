import { noise } from '@chainsafe/libp2p-noise';
import { identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2pOptions } from 'libp2p';
import { createIpfsDocumentStore } from '../../src/docstore/ipfs-document-store.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { systemClock, type Clock } from '../../src/ports/clock.ts';

/** Real peers on loopback that exchange documents and nothing else. */

export const loopback = (): Libp2pOptions => ({
  start: false,
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionMonitor: { enabled: false },
  services: { identify: identify() },
});

export const openIpfsNode = async (
  options: { disk?: MemoryDisk; clock?: Clock; connectTo?: readonly Libp2p[] } = {},
) => {
  const { disk = createMemoryDisk(), clock = systemClock, connectTo = [] } = options;
  const libp2p = await createLibp2p(loopback());
  const store = createIpfsDocumentStore({
    clock,
    libp2p: async () => libp2p,
    openStore: memoryStore({ disk }),
  });
  const documents = {
    ...store,
    start: async () => {
      await store.start();
      if (libp2p.status === 'started') return;
      await libp2p.start();
      for (const peer of connectTo)
        if (peer.status === 'started') await libp2p.dial(peer.getMultiaddrs());
    },
    stop: async () => {
      await store.stop();
      await libp2p.stop();
    },
  };
  return { libp2p, documents, disk };
};
