import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { machineOf } from '../../machines/registry.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import type { EventLog, LogRecord } from '../../src/log/event-log.ts';
import { assembleNode, type World } from '../../src/node/assemble.ts';
import { machineOfStream } from '../../src/node/replay.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { throwsCode } from '../throws-code.ts';
import { memoryWorld, type Member } from './memory-world.ts';

/** Logs of nodes that made a wallet, 2 of 3, and redeemed it; then read again in many ways. */

let members: Map<string, Member>;
let order: string;

const member = (name: string): Member => {
  const found = members.get(name);
  assert.ok(found);
  return found;
};

const copyOf = (disk: MemoryDisk): MemoryDisk => ({
  ...createMemoryDisk(),
  rows: new Map(disk.rows),
  keys: [...disk.keys],
  witness: disk.witness,
});

before(async () => {
  const world = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
    frank: ['fiduciary'],
    beth: ['beneficiary'],
  });
  members = world.members;
  const created = await member('paula').node.createOrder(
    {
      coin: 'bitcoin',
      beneficiary: member('beth').id,
      fiduciaries: [],
      threshold: 2,
      notBefore: null,
      expiresIn: 3_600_000,
    },
    null,
  );
  order = created.orderReference;
  await member('paula').node.settled(order, 'ready', 60_000);
  await member('paula').node.redeemOrder(order, null, null);
  await member('paula').node.settled(order, 'redeemed', 60_000);
  await world.stop();
});

/** Starts a node on copies of its disks, in a world where nothing can be done any more. */
const withoutWorld = async ({ world, nodeDisk, logDisk, kek }: Member) => {
  const done: string[] = [];
  const refuse = (what: string) => () => {
    done.push(what);
    throw new Error(`replay must not ${what}`);
  };
  const keystore = createMemoryKeystore({ random: systemRandom, kek });
  let isRunning = false;
  const random = {
    bytes: (length: number) => (isRunning ? refuse('draw')() : systemRandom.bytes(length)),
  };
  const dead: World = {
    ...world,
    random,
    keystore,
    openNodeStore: memoryStore({ disk: copyOf(nodeDisk) }),
    openLogStore: memoryStore({
      disk: copyOf(logDisk),
      onBatch: () => (isRunning ? refuse('write')() : 'done'),
    }),
    encapsulate: refuse('seal'),
    compute: { run: refuse('compute'), close: async () => undefined },
    writeExport: refuse('export'),
    createNetwork: (own) => {
      const network = world.createNetwork(own);
      return { ...network, transport: { ...network.transport, publish: refuse('publish') } };
    },
    wrapLog: (log: EventLog) => ({ ...log, append: refuse('append'), settle: refuse('settle') }),
  };
  const node = await assembleNode(dead);
  keystore.setAvailable(false);
  isRunning = true;
  return { node, done };
};

describe('attack/L5: what was done is data', () => {
  for (const name of ['paula', 'fred', 'fiona', 'frank', 'beth'])
    test(`attack/L5: ${name} replays an order with nothing to do it with`, async () => {
      const first = await withoutWorld(member(name));
      const second = await withoutWorld(member(name));
      const replayed = await first.node.replay(null);
      assert.ok(replayed.events > 5);
      assert.deepEqual(await second.node.replay(order), replayed);
      const records = await first.node.logRecords(order, null);
      assert.ok(records.length >= replayed.events);
      const [role] = (await first.node.order(order)).roles;
      assert.equal(records.at(-1)?.state, role?.state);
      assert.deepEqual([...first.done, ...second.done], []);
    });
});

test('the machine that began a stream goes on with it; another is refused', () => {
  const [first, second] = ['principal@1', 'principal@1'].map((machine, index) =>
    record(machine, index),
  );
  assert.ok(first && second);
  assert.equal(machineOfStream('principal', [first, second]).name, 'principal@1');
  assert.equal(machineOfStream('principal', []), machineOf('principal'));
  throwsCode('log/version', () => machineOfStream('principal', [record('principal@2', 1)]));
  throwsCode('log/corrupt', () => machineOfStream('fiduciary', [first]));
  throwsCode('log/corrupt', () => machineOfStream('principal', [first, record('principal@2', 2)]));
});

const record = (machine: string, position: number): LogRecord => ({
  stream: `${order}/principal`,
  seq: position,
  position,
  at: 0,
  machine,
  prev: Buffer.alloc(32),
  hash: Buffer.alloc(32),
  entry: { kind: 'event', event: { type: 'order.proposed' } },
});
