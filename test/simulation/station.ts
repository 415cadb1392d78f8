import type { MemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import type { OrderId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { LogError, MilagroError, reason } from '../../src/errors.ts';
import { createMemoryKeystore, type MemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import {
  crashDisk,
  createMemoryDisk,
  memoryStore,
  type MemoryDisk,
  type Outcome,
} from '../../src/log/memory-store.ts';
import { assembleNode, type World } from '../../src/node/assemble.ts';
import type { MilagroNode } from '../../src/node/node.ts';
import type { Notice } from '../../src/node/notice.ts';
import { inlineCompute } from '../../src/ports/compute.ts';
import type { MemoryNetwork } from '../../src/transport/memory-network.ts';
import type { Liar } from '../byzantine/liar.ts';
import { reachable } from '../node/memory-world.ts';
import { NETWORK, type CastMember } from './cast.ts';
import type { Encapsulations } from './encapsulations.ts';
import { createChronicle, type Chronicle } from './chronicle.ts';
import type { Facts } from './facts.ts';
import type { Judge } from './judge.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { seededRandom } from './seeded-random.ts';
import type { Trace } from './trace.ts';
import { createNodeTime, type NodeTime, type VirtualTime } from './virtual-time.ts';

/** A machine with disks on which a production node lives, dies and lives again. */
export interface Station {
  readonly name: string;
  readonly member: CastMember;
  readonly time: NodeTime;
  readonly chronicle: Chronicle;
  /** Nobody is behind its back: what it does counts. */
  readonly isHonest: boolean;
  /** Of what this node does: for a liar, nobody listens to it. */
  readonly judge: Judge;
  /** Files that the node exported, by name. */
  readonly exports: ReadonlyMap<string, Buffer>;
  /** Orders that changed since they were last looked at. */
  readonly changed: Set<OrderId>;
  /** What the node last showed of each order. */
  readonly shown: Map<OrderId, OrderView>;
  /** The running node; undefined while it is down. */
  node(): MilagroNode | undefined;
  log(): EventLog | undefined;
  /** Counts the starts: what was asked of an earlier life is never answered. */
  lives(): number;
  crashes(): number;
  /** Starts the node on its disks. It is up once the world has come to rest, unless something prevents it. */
  start(): void;
  /** The process is gone, its disks stay. */
  crash(why: string): void;
  /** Crashes it for good. */
  bury(): void;
  setKeystoreAvailable(available: boolean): void;
  /** Batches ever asked of the disk of its log. */
  batches(): number;
  /** States of its identity whose private keys are on its disk. */
  heldStates(): string[];
}

export interface StationDeps {
  seed: number;
  member: CastMember;
  world: Pick<World, 'policy' | 'verify'>;
  encapsulations: Encapsulations;
  time: VirtualTime;
  network: MemoryNetwork;
  documents: MemoryDocuments;
  trace: Trace;
  judge: Judge;
  facts: Facts;
  /** What becomes of a batch, by its number over the life of the disk; `crash…` takes the node down with it. */
  onBatch(batch: number): Outcome | 'crash, lost' | 'crash, applied';
  onOpen(): 'done' | 'failed';
  bug?: PlantedBug | undefined;
  /** Stands between the node and the network. */
  liar?: Liar | undefined;
}

/** Between attempts to start while disk or keystore do not answer, ms. */
const RETRY = 500;

export const createStation = (deps: StationDeps): Station => {
  const { seed, member, time, network, trace, judge, facts, bug } = deps;
  const { name, id: self } = member;
  const nodeDisk = copyOf(member.nodeDisk);
  const logDisk = createMemoryDisk();
  const own = createNodeTime(time);
  const chronicle = createChronicle({ name, self, judge, facts });
  const exports = new Map<string, Buffer>();
  const changed = new Set<OrderId>();
  let available = true;
  let lives = 0;
  let crashes = 0;
  let buried = false;
  let life: Life | undefined;

  const note = (what: string): void => trace.note(time.now(), name, what);

  const crash = (why: string): void => {
    if (!life?.alive) return;
    life.alive = false;
    crashes += 1;
    network.transport(member.peer);
    note(`down: ${why}`);
  };

  const onBatch =
    (mine: Life) =>
    (batch: number): Outcome => {
      if (!mine.alive) return 'hangs';
      bug?.beforeBatch?.(logDisk);
      const outcome = deps.onBatch(batch);
      if (outcome === 'done') return outcome;
      note(`write ${batch}: ${outcome}`);
      if (outcome === 'failed' || outcome === 'failed but applied' || outcome === 'hangs')
        return outcome;
      crash(`at write ${batch}`);
      // A write that was applied but never answered: the dead log hears of a failure and can do nothing about it.
      return outcome === 'crash, lost' ? 'hangs' : 'failed but applied';
    };

  const heard = (mine: Life, notice: Notice): void => {
    if (!mine.alive) return;
    const { level, event, ...detail } = notice;
    const told = Object.values(detail).map((part) => plain(String(part)));
    note(`${event} ${told.join(' ')}`);
    if (level === 'error' || detail['code'] === 'node/internal')
      judge.violated({ guarantee: '-', node: name, text: `${event}: ${told.join(' ')}` });
  };

  const worldOf = (mine: Life): World => {
    const random = seededRandom(seed, `${name} ${mine.number}`);
    const encapsulations = seededRandom(seed, `${name} ${mine.number} encapsulations`);
    return {
      ...deps.world,
      network: NETWORK,
      name,
      roles: member.roles,
      version: '0.0.0',
      clock: own.clock(() => mine.alive),
      random,
      keystore: keystoreOf(mine, random),
      openNodeStore: memoryStore({ disk: nodeDisk }),
      openLogStore: memoryStore({
        disk: logDisk,
        onBatch: onBatch(mine),
        onOpen: () => (mine.alive ? deps.onOpen() : 'failed'),
      }),
      wrapLog: (log) => {
        mine.log = log;
        return chronicle.listen(bug?.wrapLog?.(log) ?? log);
      },
      createNetwork: ({ peer }) => ({
        transport: reachable(network.transport(peer)),
        documents: deps.documents.store(peer),
      }),
      encapsulate: deps.encapsulations.encapsulate(encapsulations),
      compute: bug?.wrapCompute?.(inlineCompute()) ?? inlineCompute(),
      counters: createCounters(),
      writeExport: async (file, content) => {
        exports.set(file, Buffer.from(content));
        return file;
      },
      notice: (notice) => {
        heard(mine, notice);
        if (typeof notice['order'] === 'string') changed.add(notice['order']);
      },
    };
  };

  const keystoreOf = (mine: Life, random: World['random']): MemoryKeystore => {
    mine.keystore = createMemoryKeystore({ random, kek: member.kek });
    mine.keystore.setAvailable(available);
    return mine.keystore;
  };

  const start = (): void => {
    if (buried || life?.alive) return;
    if (life) bug?.afterCrash?.(logDisk);
    crashDisk(nodeDisk);
    crashDisk(logDisk);
    lives += 1;
    const mine: Life = { number: lives, alive: true, node: undefined };
    life = mine;
    void bringUp(mine).catch((thrown: unknown) => failed(mine, thrown));
  };

  const bringUp = async (mine: Life): Promise<void> => {
    const world = worldOf(mine);
    const node = await assembleNode((await deps.liar?.around(world)) ?? world);
    // What the disk holds is known before the node can act on it.
    if (mine.log) for (const order of await chronicle.read(mine.log)) changed.add(order);
    await node.start();
    if (!mine.alive) return;
    mine.node = node;
    note(`up, life ${mine.number}`);
    for (const order of station.shown.keys()) changed.add(order);
  };

  /** Disk and keystore may be away for a while, and the next attempt finds them; anything else must never happen. */
  const failed = (mine: Life, thrown: unknown): void => {
    if (!mine.alive) return;
    crash(`cannot start: ${reason(thrown)}`);
    if (isTransient(thrown)) time.after(RETRY, start);
    else
      judge.violated({
        guarantee: 'G2',
        node: name,
        text: `cannot start: ${plain(reason(thrown))}`,
      });
  };

  const station: Station = {
    name,
    member,
    time: own,
    chronicle,
    isHonest: deps.liar === undefined,
    judge,
    exports,
    changed,
    shown: new Map(),
    node: () => (life?.alive ? life.node : undefined),
    log: () => (life?.alive ? life.log : undefined),
    lives: () => lives,
    crashes: () => crashes,
    start,
    crash,
    bury: () => {
      buried = true;
      crash('for good');
    },
    setKeystoreAvailable: (value) => {
      available = value;
      life?.keystore?.setAvailable(value);
    },
    batches: () => logDisk.batches,
    heldStates: () => [
      ...new Set(
        [...nodeDisk.rows.keys()]
          .filter((key) => key.startsWith('key/'))
          .map((key) => key.split('/')[1] ?? ''),
      ),
    ],
  };
  return station;
};

/** From a start to the end of the process. */
interface Life {
  number: number;
  alive: boolean;
  node: MilagroNode | undefined;
  log?: EventLog;
  keystore?: MemoryKeystore;
}

const TRANSIENT: ReadonlySet<string> = new Set([
  'keystore/unavailable',
  'log/sealed',
  'log/write-failed',
]);

/** Errors with which a node says that it cannot do something now, and may be asked again. */
export const isTransient = (thrown: unknown): boolean =>
  thrown instanceof MilagroError &&
  TRANSIENT.has(thrown.code) &&
  !(thrown instanceof LogError && thrown.message.startsWith('the log is damaged'));

const copyOf = (disk: MemoryDisk): MemoryDisk => ({
  ...createMemoryDisk(),
  rows: new Map(disk.rows),
  keys: [...disk.keys],
  witness: disk.witness,
});

/** Ids by their ends, as people compare them. */
export const plain = (text: string): string =>
  text.replaceAll(/bafyrei[a-z2-7]{44}([a-z2-7]{8})/g, '…$1');
