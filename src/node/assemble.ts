import type { DocumentStore } from '../docstore/document-store.ts';
import type { NodeId, Role } from '../domain/ids.ts';
import type { Counters } from '../envelope/counters.ts';
import type { verifyBlock } from '../identity/verify-block.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EventLog } from '../log/event-log.ts';
import { openEventLog } from '../log/open-event-log.ts';
import type { OpenStore } from '../log/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compute } from '../ports/compute.ts';
import type { Random } from '../ports/random.ts';
import type { PeerId, Transport } from '../transport/transport.ts';
import { openDirectory } from './directory.ts';
import type { CustodyPolicy } from './effects/deps.ts';
import { createNode, type MilagroNode } from './node.ts';
import type { Notice } from './notice.ts';
import type { Sealer } from './plan-envelope.ts';
import { createRoster } from './roster.ts';
import { createShownHeads } from './shown-heads.ts';
import { createOwnKeys } from './own-keys.ts';
import { openSeed, openVault } from './vault.ts';

/** The world of one node: real in the daemon, in memory and seeded in the simulator. */
export interface World {
  network: string;
  name: string;
  roles: readonly Role[];
  version: string;
  clock: Clock;
  random: Random;
  keystore: Keystore;
  /** Identity, sealed keys and roster. */
  openNodeStore: OpenStore;
  /** The event log. */
  openLogStore: OpenStore;
  /** Stands between the node and its log: the simulator listens there, and plants bugs. */
  wrapLog?: (log: EventLog) => EventLog;
  /** `seed`: Ed25519 of libp2p, 32 bytes. SECRET, wiped after the call. */
  createNetwork(own: { node: NodeId; peer: PeerId; seed: Buffer }): {
    transport: Transport;
    documents: DocumentStore;
  };
  encapsulate: Sealer['encapsulate'];
  compute: Compute;
  policy: CustodyPolicy;
  counters: Counters;
  writeExport(name: string, content: Buffer): Promise<string>;
  notice(notice: Notice): void;
  /** Stands in for `verifyBlock` of blocks from outside, of which a simulator with thousands of starts remembers the answers. */
  verify?: typeof verifyBlock;
}

/**
 * Puts a node together from what it stored: its keys are opened, its log is verified from the first record to the
 * last. It does nothing yet.
 * @throws KeystoreError, LogError log/in-use, log/corrupt
 */
export const assembleNode = async (world: World): Promise<MilagroNode> => {
  const store = await world.openNodeStore();
  try {
    const vault = await openVault({ store, keystore: world.keystore, random: world.random });
    const { cipher } = vault;
    const roster = createRoster(store, cipher);
    const directory = await openDirectory({
      self: vault.self,
      roles: world.roles,
      roster,
      keys: vault.keys,
      ...(world.verify && { verify: world.verify }),
    });
    const opened = await openEventLog({
      node: vault.self,
      dataKey: vault.dataKey,
      random: world.random,
      openStore: world.openLogStore,
      clock: world.clock,
    });
    const log = world.wrapLog?.(opened) ?? opened;
    const { keyId, keys } = directory.newestHeld();
    const seed = await openSeed({ store, keystore: world.keystore }, keyId, 'peer');
    const { transport, documents } = world.createNetwork({
      node: vault.self,
      peer: keys.peerId,
      seed,
    });
    seed.fill(0);
    const ownKeys = createOwnKeys({ ...world, self: vault.self, store, cipher });
    const node = createNode({
      ...world,
      log,
      directory,
      transport,
      documents,
      ownKeys,
      roster,
      shownHeads: createShownHeads(vault.dataKey),
      loss: await roster.loss(),
    });
    return {
      ...node,
      stop: async () => {
        await node.stop();
        await store.close();
      },
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
};
