import { createSecretKey } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import { decode, encode } from '../../src/domain/canonical.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { parseMessage } from '../../src/domain/messages.ts';
import type { SignedBlock } from '../../src/identity/operation.ts';
import { createMemoryDisk, memoryStore } from '../../src/log/memory-store.ts';
import { createRowCipher } from '../../src/log/sealed-row.ts';
import { createAnnouncer, type Announcer, type HeadsMessage } from '../../src/node/announcer.ts';
import { openDirectory, type Directory } from '../../src/node/directory.ts';
import type { Notice } from '../../src/node/notice.ts';
import { createRoster } from '../../src/node/roster.ts';
import type { Hooks } from '../../src/transport/memory-network.ts';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';
import type { Faults } from '../../src/transport/network-faults.ts';
import { createNodeTime, createVirtualTime } from '../simulation/virtual-time.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { inception, rotation, verify } from './cheap-identities.ts';

/** Announcers with their directories, in virtual time, on a network that may lose and cut; no orders, no envelopes. */
export interface Speaker {
  id: NodeId;
  peer: string;
  directory(): Directory;
  announcer(): Announcer;
  /** Messages that left it, and their bytes, each counted once however many hear it. */
  said: { topic: { count: number; bytes: number }; mail: { count: number; bytes: number } };
  notices: Notice[];
  start(): Promise<void>;
  stop(): void;
  /** The next block of its own chain, told to everybody if it is up. */
  rotate(): Promise<void>;
  /** It trusts these identities from now on. */
  pin(chains: readonly (readonly SignedBlock[])[]): Promise<void>;
  chain: SignedBlock[];
}

export const TOPIC = 'identity';
export const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

export const createSpeakers = (deps: { seed: string; faults?: Partial<Faults>; hooks?: Hooks }) => {
  const time = createVirtualTime();
  const clock = createNodeTime(time).clock(() => true);
  const random = createSeededRandom(deps.seed);
  const network = createMemoryNetwork({
    clock,
    random,
    ...(deps.faults && { faults: deps.faults }),
    ...(deps.hooks && { hooks: deps.hooks }),
  });
  const cuts = new Set<string>();
  const documents = createMemoryDocuments({
    clock,
    reaches: (from, to) => !cuts.has(from) && !cuts.has(to),
  });
  const speakers = new Map<string, Speaker>();
  const dataKey = createSecretKey(Buffer.alloc(32, 3));

  const create = (name: string): Speaker => {
    const disk = createMemoryDisk();
    const first = inception(name);
    const chain = [first];
    const said = { topic: { count: 0, bytes: 0 }, mail: { count: 0, bytes: 0 } };
    const notices: Notice[] = [];
    let life: { directory: Directory; announcer: Announcer; end(): void } | undefined;

    const openAll = async (): Promise<Directory> => {
      const store = await memoryStore({ disk })();
      const cipher = createRowCipher({ node: first.cid, dataKey, random });
      const roster = createRoster(store, cipher);
      const directory = await openDirectory({
        self: first.cid,
        roles: [],
        roster,
        keys: new Map(),
        verify,
      });
      for (const { bytes } of chain) await directory.merge(bytes);
      return directory;
    };

    const lives = (): NonNullable<typeof life> => {
      if (!life) throw new Error(`${name} is down`);
      return life;
    };

    const count = (to: { count: number; bytes: number }, bytes: Uint8Array): void => {
      to.count += 1;
      to.bytes += bytes.length;
    };

    const begin = async (): Promise<void> => {
      const directory = await openAll();
      const transport = network.transport(name);
      const shelf = documents.store(name);
      let up = true;
      const announcer = createAnnouncer({
        directory,
        documents: shelf,
        clock: createNodeTime(time).clock(() => up),
        random,
        publish: async (bytes) => {
          count(said.topic, bytes);
          await transport.publish(TOPIC, bytes);
        },
        send: (to, { type, message }) => {
          const bytes = encode([first.cid, type, message]);
          count(said.mail, bytes);
          void transport.publish(`inbox ${to}`, bytes);
        },
        contact: () => ({ peer: PEER, addrs: [] }),
        approach: () => undefined,
        learned: () => undefined,
        notice: (notice) => void notices.push(notice),
      });
      life = {
        directory,
        announcer,
        end: () => {
          up = false;
          announcer.stop();
          void shelf.stop();
          void transport.stop();
          disk.holder = undefined;
        },
      };
      transport.join(TOPIC, (bytes) => announcer.receive(bytes));
      transport.join(`inbox ${first.cid}`, (bytes) => {
        const [from, type, message] = decode(bytes) as [string, string, unknown];
        announcer.told(from, parseMessage(type, message) as HeadsMessage);
        return 'ignore';
      });
      transport.onSubscribed((topic) => {
        if (topic === TOPIC) announcer.appeared();
      });
      for (const other of speakers.values())
        if (other.peer !== name)
          transport.connect({ node: other.id, peer: other.peer, addrs: [`/memory/${other.peer}`] });
      await transport.start();
      await shelf.start();
      await announcer.start();
    };

    const speaker: Speaker = {
      id: first.cid,
      peer: name,
      chain,
      said,
      notices,
      directory: () => lives().directory,
      announcer: () => lives().announcer,
      start: begin,
      stop: () => {
        lives().end();
        life = undefined;
      },
      rotate: async () => {
        const last = chain.at(-1) ?? first;
        const block = rotation(last.cid, chain.length);
        chain.push(block);
        await life?.announcer.publishOwn(block.bytes);
      },
      pin: async (chains) => {
        const directory = life?.directory ?? (await openAll());
        for (const blocks of chains) {
          for (const { bytes } of blocks) await directory.merge(bytes);
          const id = blocks[0]?.cid ?? '';
          await directory.pin({ id, name: null, roles: ['fiduciary'] }, 0);
        }
        if (!life) disk.holder = undefined;
      },
    };
    speakers.set(name, speaker);
    return speaker;
  };

  return {
    time,
    network,
    create,
    /** Documents of a node can be fetched by nobody, and it fetches none. */
    cutOff: (name: string) => {
      cuts.add(name);
      network.unplug(name);
    },
    reconnect: (name: string) => {
      cuts.delete(name);
      network.plug(name);
    },
    /** Lets time pass. */
    pass: async (ms: number): Promise<void> => {
      const end = time.now() + ms;
      time.after(ms, () => undefined);
      await setImmediate();
      while (time.next() <= end) await time.step();
      await setImmediate();
    },
  };
};
