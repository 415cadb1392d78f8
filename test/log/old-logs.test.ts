import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Role } from '../../src/domain/ids.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { openEventLog } from '../../src/log/open-event-log.ts';
import { createHistory } from '../../src/node/history.ts';
import { openVault } from '../../src/node/vault.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { memoryWorld, type Member } from '../node/memory-world.ts';

/**
 * Logs as released versions wrote them, row by row as they lie on disk: every later version must open them and fold
 * them to the same states. `RECORD_LOGS=1 node --test test/log/old-logs.test.ts` lets the nodes of this version write
 * one of each role, of an order of 2 of 3 that was redeemed; what is there is never written again.
 */
interface OldLog {
  /** What wrote it. */
  version: string;
  node: string;
  /** AES key of 32 bytes, hex: nothing of value is in this log. */
  dataKey: string;
  streams: number;
  events: number;
  /** Over all records and the states that they lead to. */
  stateHash: string;
  /** Base64. */
  witness: string;
  /** Base64, by key. */
  rows: Record<string, string>;
}

const FOLDER = new URL('../../fixtures/logs/', import.meta.url);
const VERSION = '0.1.0';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const openLog = (log: Pick<OldLog, 'node' | 'dataKey'>, disk: MemoryDisk) =>
  openEventLog({
    node: log.node,
    dataKey: createSecretKey(Buffer.from(log.dataKey, 'hex')),
    random: systemRandom,
    openStore: memoryStore({ disk }),
    clock: systemClock,
  });

const replayed = async (log: Pick<OldLog, 'node' | 'dataKey'>, disk: MemoryDisk) => {
  const opened = await openLog(log, disk);
  try {
    await opened.verify();
    return await createHistory({ self: log.node, log: opened }).replay(null);
  } finally {
    await opened.close();
  }
};

const record = async ({ world, nodeDisk, logDisk, kek }: Member, role: Role): Promise<void> => {
  const file = new URL(`${role}-${VERSION}.json`, FOLDER);
  if (existsSync(file)) return;
  const keystore = createMemoryKeystore({ random: systemRandom, kek });
  const store = await memoryStore({ disk: nodeDisk })();
  const { self, dataKey } = await openVault({ store, keystore, random: systemRandom });
  const rows = Object.fromEntries([...logDisk.rows].map(([key, row]) => [key, base64(row)]));
  const witness = base64(logDisk.witness ?? Buffer.alloc(0));
  const log = { version: VERSION, node: self, dataKey: dataKey.export().toString('hex') };
  assert.ok(world.roles.includes(role));
  const folded = await replayed(log, logDisk);
  writeFileSync(file, `${JSON.stringify({ ...log, ...folded, witness, rows }, null, 1)}\n`);
};

const recordAll = async (): Promise<void> => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    beth: ['beneficiary'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
    frank: ['fiduciary'],
  });
  const [paula, beth, fred] = [...members.values()];
  assert.ok(paula && beth && fred);
  const wish = { coin: 'bitcoin', beneficiary: null, threshold: 2, notBefore: null };
  const { orderReference } = await paula.node.createOrder(
    { ...wish, fiduciaries: [], expiresIn: 3_600_000 },
    'recorded',
  );
  await paula.node.settled(orderReference, 'ready', 60_000);
  await paula.node.redeemOrder(orderReference, beth.id, null);
  await paula.node.settled(orderReference, 'redeemed', 60_000);
  await stop();
  await record(paula, 'principal');
  await record(beth, 'beneficiary');
  await record(fred, 'fiduciary');
};

if (process.env['RECORD_LOGS'] !== undefined) await recordAll();

for (const file of readdirSync(FOLDER))
  test(`fault/F22: ${file} opens and folds to the same states`, async () => {
    const log = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as OldLog;
    const disk = createMemoryDisk();
    for (const [key, row] of Object.entries(log.rows))
      disk.rows.set(key, Buffer.from(row, 'base64'));
    disk.keys.push(...[...disk.rows.keys()].toSorted((a, b) => (a < b ? -1 : 1)));
    disk.witness = Buffer.from(log.witness, 'base64');
    const { streams, events, stateHash } = log;
    assert.deepEqual(await replayed(log, disk), { streams, events, stateHash });
  });

test('a log of each role is there', () => {
  const roles: Role[] = ['principal', 'beneficiary', 'fiduciary'];
  for (const role of roles)
    assert.ok(
      readdirSync(FOLDER).some((file) => file.startsWith(`${role}-`)),
      role,
    );
});
