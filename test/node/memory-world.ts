import { encapsulate } from '../../src/crypto/kem.ts';
import {
  createMemoryDocuments,
  type MemoryDocuments,
} from '../../src/docstore/memory-document-store.ts';
import type { Role } from '../../src/domain/ids.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { assembleNode, type World } from '../../src/node/assemble.ts';
import { DEFAULT_POLICY } from '../../src/node/effects/deps.ts';
import type { MilagroNode } from '../../src/node/node.ts';
import type { Notice } from '../../src/node/notice.ts';
import { createVault } from '../../src/node/vault.ts';
import { systemClock, type Clock } from '../../src/ports/clock.ts';
import { inlineCompute } from '../../src/ports/compute.ts';
import { systemRandom } from '../../src/ports/random.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { Hooks, MemoryNetwork } from '../../src/transport/memory-network.ts';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';

/** Production nodes that know each other, on disks and a network in memory, with the real clock and real randomness. */

export interface Member {
  name: string;
  node: MilagroNode;
  id: string;
  nodeDisk: MemoryDisk;
  logDisk: MemoryDisk;
  world: World;
  exports: Map<string, Buffer>;
  kek: Buffer;
  notices: Notice[];
}

const ALL: Role[] = ['principal', 'fiduciary', 'beneficiary'];

export const memoryWorld = async (
  members: Record<string, Role[]>,
  trusts: (name: string, other: string) => boolean = () => true,
  hooks: Hooks = {},
  /** Stands between a node and its keystore. */
  around: (name: string, keystore: Keystore) => Keystore = (_name, keystore) => keystore,
  clock: Clock = systemClock,
): Promise<{ members: Map<string, Member>; network: MemoryNetwork; stop(): Promise<void> }> => {
  const network = createMemoryNetwork({ clock, random: systemRandom, hooks });
  const documents = createMemoryDocuments({ clock });
  const made = new Map<string, Member>();
  for (const [name, roles] of Object.entries(members))
    made.set(
      name,
      await createMember(name, roles.length === 0 ? ALL : roles, {
        network,
        documents,
        around,
        clock,
      }),
    );
  for (const member of made.values())
    for (const other of made.values())
      if (other !== member && trusts(member.name, other.name))
        await member.node.addPeer({
          file: await other.node.exportIdentity(),
          name: other.name,
          roles: [...other.world.roles],
        });
  for (const { node } of made.values()) await node.start();
  return {
    members: made,
    network,
    stop: async () => {
      for (const { node } of made.values()) await node.stop();
    },
  };
};

const createMember = async (
  name: string,
  roles: Role[],
  deps: {
    network: MemoryNetwork;
    documents: MemoryDocuments;
    clock: Clock;
    around: (name: string, keystore: Keystore) => Keystore;
  },
): Promise<Member> => {
  const { clock } = deps;
  const nodeDisk = createMemoryDisk();
  const logDisk = createMemoryDisk();
  const exports = new Map<string, Buffer>();
  const notices: Notice[] = [];
  const kek = systemRandom.bytes(32);
  const world: World = {
    network: 'test',
    name,
    roles,
    version: '0.0.0',
    clock,
    random: systemRandom,
    keystore: deps.around(name, createMemoryKeystore({ random: systemRandom, kek })),
    openNodeStore: memoryStore({ disk: nodeDisk }),
    openLogStore: memoryStore({ disk: logDisk }),
    createNetwork: ({ peer }) => ({
      transport: reachable(deps.network.transport(peer)),
      documents: deps.documents.store(peer),
    }),
    encapsulate,
    compute: inlineCompute(),
    policy: DEFAULT_POLICY,
    counters: createCounters(),
    writeExport: async (file, content) => {
      exports.set(file, Buffer.from(content));
      return file;
    },
    notice: (notice) => void notices.push(notice),
  };
  const store = await world.openNodeStore();
  const id = await createVault({
    store,
    keystore: world.keystore,
    random: systemRandom,
    name,
    addrs: [],
    at: clock.now(),
  });
  await store.close();
  const node = await assembleNode(world);
  return { name, node, id, nodeDisk, logDisk, world, exports, kek, notices };
};

/** The system's clock, which may be put ahead: what is due then happens at once. */
export interface MovableClock extends Clock {
  /** ms */
  forward(by: number): void;
}

export const movableClock = (): MovableClock => {
  let ahead = 0;
  const waiting = new Set<{ at: number; cancel: () => void; run: () => void }>();
  const now = (): number => systemClock.now() + ahead;
  return {
    now,
    after: (delay, wake) => {
      const entry = {
        at: now() + delay,
        cancel: () => undefined as void,
        run: () => undefined as void,
      };
      entry.run = () => {
        entry.cancel();
        if (waiting.delete(entry)) wake();
      };
      entry.cancel = systemClock.after(delay, entry.run);
      waiting.add(entry);
      return () => {
        entry.cancel();
        waiting.delete(entry);
      };
    },
    forward: (by) => {
      ahead += by;
      for (const entry of [...waiting].filter(({ at }) => at <= now())) entry.run();
    },
  };
};

/** An identity cannot say its memory address before its peer key is drawn; the peer id says it. */
export const reachable = (transport: Transport): Transport => ({
  ...transport,
  connect: (contact) => transport.connect({ ...contact, addrs: [`/memory/${contact.peer}`] }),
});

/** A restart: everything in memory is gone, the disks are as they were. */
export const restart = async (
  member: Member,
  around: (keystore: Keystore) => Keystore = (keystore) => keystore,
): Promise<void> => {
  const keystore = around(createMemoryKeystore({ random: systemRandom, kek: member.kek }));
  member.node = await assembleNode({ ...member.world, keystore });
  await member.node.start();
};
