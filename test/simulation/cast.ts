import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import type { KeyStateId, NodeId, Role } from '../../src/domain/ids.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { readExport } from '../../src/identity/export-file.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { verifyBlock, type VerifiedBlock } from '../../src/identity/verify-block.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { assembleNode, type World } from '../../src/node/assemble.ts';
import { DEFAULT_POLICY } from '../../src/node/effects/deps.ts';
import { createVault } from '../../src/node/vault.ts';
import { inlineCompute } from '../../src/ports/compute.ts';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';
import type { PeerId } from '../../src/transport/transport.ts';
import { createEncapsulations, type Encapsulations } from './encapsulations.ts';
import { seededRandom } from './seeded-random.ts';
import { createVirtualTime, EPOCH } from './virtual-time.ts';

/**
 * Who plays: nodes that know each other, made once in a process and the same in every process. Each run starts from
 * copies of their disks, so that a seed costs no identities.
 */
export interface Cast {
  members: readonly CastMember[];
  encapsulations: Encapsulations;
  /** Of everybody. */
  states: ReadonlyMap<KeyStateId, KeyState>;
  /** Remembers the answers: a pure function of 20 ms, asked for the same few blocks at every start. */
  verify: typeof verifyBlock;
}

export interface CastMember {
  name: string;
  roles: readonly Role[];
  id: NodeId;
  peer: PeerId;
  /** SECRET of its keystore, 32 bytes. */
  kek: Buffer;
  /** Identity, sealed keys and roster. Never opened: only copies are. */
  nodeDisk: MemoryDisk;
}

/** Part of every proof and signature. */
export const NETWORK = 'simulation';

export type Names = Readonly<Record<string, readonly Role[]>>;

const ALL: readonly Role[] = ['principal', 'fiduciary', 'beneficiary'];

/** The principal, the beneficiary, and so many fiduciaries; or one node in all roles. */
export const names = (fiduciaries: number | 'solo'): Names =>
  fiduciaries === 'solo'
    ? { solo: ALL }
    : {
        paula: ['principal'],
        beth: ['beneficiary'],
        ...Object.fromEntries(
          Array.from({ length: fiduciaries }, (_, index) => [
            `fred${index + 1}`,
            ['fiduciary'] satisfies Role[],
          ]),
        ),
      };

const prepared = new Map<string, Promise<Cast>>();

/** Made at the first call, kept for all later ones. */
export const castOf = (members: Names): Promise<Cast> => {
  const key = Object.keys(members).join();
  const cast = prepared.get(key) ?? prepare(members);
  prepared.set(key, cast);
  return cast;
};

export const memberOf = ({ members }: Cast, name: string): CastMember => {
  const member = members.find((one) => one.name === name);
  if (!member) throw new RangeError(`nobody is called ${name}`);
  return member;
};

const prepare = async (wanted: Names): Promise<Cast> => {
  const encapsulations = createEncapsulations();
  const verify = remembering();
  const made: { member: CastMember; world: World }[] = [];
  for (const [name, roles] of Object.entries(wanted))
    made.push(await createMember(name, roles, verify));
  const members = made.map(({ member }) => member);
  const nodes = await Promise.all(made.map(({ world }) => assembleNode(world)));
  for (const [index, node] of nodes.entries())
    for (const [other, { name, roles }] of members.entries())
      if (other !== index)
        await node.addPeer({
          file: (await nodes[other]?.exportIdentity()) ?? '',
          name,
          roles: [...roles],
        });
  const files = await Promise.all(nodes.map((node) => node.exportIdentity()));
  for (const node of nodes) await node.stop();
  const states = new Map(files.map(readExport).map(({ state }) => [state.keyId, state]));
  return { members, encapsulations, states, verify };
};

/** Blocks of identities that rotate are of one run each. */
const MOST_VERIFIED = 512;

const remembering = (): typeof verifyBlock => {
  const verified = new Map<string, VerifiedBlock>();
  return (bytes) => {
    const text = Buffer.from(bytes).toString('base64');
    const block = verified.get(text) ?? verifyBlock(bytes);
    verified.set(text, block);
    const [oldest] = verified.keys();
    if (verified.size > MOST_VERIFIED && oldest !== undefined) verified.delete(oldest);
    return block;
  };
};

const createMember = async (
  name: string,
  roles: readonly Role[],
  verify: Cast['verify'],
): Promise<{ member: CastMember; world: World }> => {
  const random = seededRandom(0, `cast ${name}`);
  const kek = random.bytes(32);
  const nodeDisk = createMemoryDisk();
  const clock = { now: () => EPOCH, after: createVirtualTime().after };
  const network = createMemoryNetwork({ clock, random });
  const member = { name, roles, id: '', peer: '', kek, nodeDisk };
  const world: World = {
    network: NETWORK,
    name,
    roles,
    version: '0.0.0',
    clock,
    random,
    keystore: createMemoryKeystore({ random, kek }),
    openNodeStore: memoryStore({ disk: nodeDisk }),
    openLogStore: memoryStore({ disk: createMemoryDisk() }),
    createNetwork: ({ peer }) => {
      member.peer = peer;
      return {
        transport: network.transport(peer),
        documents: createMemoryDocuments({ clock }).store(peer),
      };
    },
    encapsulate: () => {
      throw new Error('nobody sends anything yet');
    },
    compute: inlineCompute(),
    policy: DEFAULT_POLICY,
    counters: createCounters(),
    writeExport: async (file) => file,
    notice: () => undefined,
    verify,
  };
  const store = await world.openNodeStore();
  const { keystore } = world;
  member.id = await createVault({ store, keystore, random, name, addrs: [], at: EPOCH });
  await store.close();
  return { member, world };
};
