import { setTimeout as sleep } from 'node:timers/promises';
import type { Libp2p } from '@libp2p/interface';
import type { DocumentStore } from '../../src/docstore/document-store.ts';
import { createMemoryDisk } from '../../src/log/memory-store.ts';
import { documentStoreContract } from '../contract/document-store.contract.ts';
import { createFastClock } from '../transport/real-network.ts';
import { openIpfsNode } from './ipfs-node.ts';

const FASTER = 10;

documentStoreContract('ipfs', async () => {
  const disks = new Map<string, ReturnType<typeof createMemoryDisk>>();
  const peers: Libp2p[] = [];
  const opened: DocumentStore[] = [];
  return {
    open: async (name) => {
      const disk = disks.get(name) ?? createMemoryDisk();
      disks.set(name, disk);
      const clock = createFastClock(FASTER);
      const node = await openIpfsNode({ disk, clock, connectTo: [...peers] });
      peers.push(node.libp2p);
      opened.push(node.documents);
      return node.documents;
    },
    pass: async (ms) => {
      await sleep(ms / FASTER);
    },
    close: async () => {
      for (const documents of opened) await documents.stop();
    },
  };
});
