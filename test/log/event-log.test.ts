import { levelStore } from '../../src/log/level-store.ts';
import { createMemoryDisk, memoryStore } from '../../src/log/memory-store.ts';
import { eventLogContract } from '../contract/event-log.contract.ts';
import { temporaryDirectory } from './temporary-directory.ts';

eventLogContract('the memory store', async () => memoryStore({ disk: createMemoryDisk() }));
eventLogContract('LevelDB', async (test) =>
  levelStore({ directory: await temporaryDirectory(test) }),
);
