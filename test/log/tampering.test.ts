import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { shortId } from '../../src/domain/ids.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { copyDisk, without, withRows } from './forged-log.ts';
import {
  ALICE,
  cid,
  collect,
  DATA_KEY,
  fullTurn,
  ME,
  openLog,
  secretId,
  stream,
  takesIn,
  turn,
} from './log-world.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';
import { rejectsWith } from './rejects-with.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const openOn = (disk: MemoryDisk, more: Parameters<typeof openLog>[0] = {}) =>
  openLog({ openStore: memoryStore({ disk }), random: createSeededRandom(disk.batches), ...more });

/** Two orders, every kind of row, one envelope acknowledged, one secret destroyed. */
const wrote = async (
  more: Parameters<typeof openLog>[0] = {},
  text = 'a1',
): Promise<MemoryDisk> => {
  const disk = createMemoryDisk();
  const log = await openOn(disk, more);
  await log.append(fullTurn('a', text, 1));
  await log.append(fullTurn('b', 'b1', 1));
  log.settle(cid('a'), 1, ALICE);
  await log.append(fullTurn('a', 'a2', 2));
  await log.append(turn('b', 'b2', { destroyed: [secretId('b1')] }));
  await log.close();
  return disk;
};

const kindOf = (key: string): string => key.split('/')[0] ?? '';
const refused = async (disk: MemoryDisk) => rejectsWith('log/corrupt', openOn(disk));

it('has every kind of row to tamper with', async () => {
  const kinds = new Set((await wrote()).keys.map(kindOf));
  assert.deepEqual([...kinds].toSorted(), 'a e head i k m meta o p r s'.split(' '));
});

it('attack/L1: a changed byte of any row is noticed before anything is served', async () => {
  const disk = await wrote();
  for (const [key, value] of disk.rows)
    for (const at of [0, 12, value.length >> 1, value.length - 1]) {
      const changed = Uint8Array.from(value);
      changed[at]! ^= 1;
      await refused(withRows(disk, [[key, changed]]));
    }
});

it('attack/L1: a row cut short, or empty, is noticed', async () => {
  const disk = await wrote();
  for (const [key, value] of disk.rows)
    for (const length of [0, 1, 12, 27, value.length - 1])
      await refused(withRows(disk, [[key, value.slice(0, length)]]));
});

it('attack/L1: a changed witness is noticed', async () => {
  const disk = await wrote();
  for (const at of [0, 20]) {
    const witness = Uint8Array.from(disk.witness!);
    witness[at]! ^= 1;
    await refused({ ...copyDisk(disk), witness });
  }
});

it('attack/L2: any missing row is noticed, and named', async () => {
  const disk = await wrote();
  for (const key of disk.keys) {
    const { message } = await refused(without(disk, key));
    assert.match(message, /^(record \d+|head|meta)\b.*(missing|not what)/, `${key}: ${message}`);
  }
});

it('attack/L2: the error says which record of which order it is', async () => {
  const disk = await wrote();
  const records = disk.keys.filter((key) => kindOf(key) === 'r' && key.endsWith('3'));
  assert.equal(records.length, 2); // number 3 of each stream
  const messages = await Promise.all(
    records.map(async (key) => (await refused(without(disk, key))).message),
  );
  assert.deepEqual(messages.toSorted(), [
    `record 5 (order …${shortId(cid('a'))}/principal #3): is missing`,
    `record 7 (order …${shortId(cid('b'))}/principal #3): is missing`,
  ]);
});

it('attack/L2: an end that was cut off is noticed, also together with its head', async () => {
  const disk = createMemoryDisk();
  const log = await openOn(disk);
  await log.append(turn('a', 'one'));
  const early = copyDisk(disk);
  await log.append(turn('a', 'two'));
  await log.close();
  const cut = disk.keys.filter((key) => !early.rows.has(key));
  assert.deepEqual(cut.map(kindOf), ['i', 'r']);
  const behind = { ...without(disk, ...cut), witness: early.witness };
  assert.match((await refused(behind)).message, /^record 2: is missing: the head is 2/);
  const older = withRows(without(disk, ...cut), [['head', early.rows.get('head')!]]);
  assert.match((await refused(older)).message, /^record 2: is missing: the log had come to 2/);
  await refused({ ...older, witness: undefined });
  // Only a whole older copy opens: that is what peers are for (guarantee G5).
  await (await openOn(early)).close();
});

it('attack/L2: an empty store is noticed by its witness, and a store without one too', async () => {
  const disk = await wrote();
  const { message } = await refused({ ...createMemoryDisk(), witness: disk.witness });
  assert.match(message, /meta: is missing: the log had come to record 7/);
  assert.match((await refused({ ...copyDisk(disk), witness: undefined })).message, /witness/);
  const headless = { ...without(disk, 'meta'), witness: undefined };
  assert.match(
    (await refused(headless)).message,
    /meta: is missing, although there are other rows/,
  );
});

it('attack/L3: rows that change places are noticed', async () => {
  const disk = await wrote();
  const random = createSeededRandom('swaps');
  const pick = () => disk.keys[random.bytes(4).readUInt32BE() % disk.keys.length]!;
  const pairs = disk.keys.map((key) => [key, pick()] as const);
  const neighbours = disk.keys.slice(1).map((key, index) => [key, disk.keys[index]!] as const);
  for (const [a, b] of [...pairs, ...neighbours].filter(([x, y]) => x !== y))
    await refused(
      withRows(disk, [
        [a, disk.rows.get(b)!],
        [b, disk.rows.get(a)!],
      ]),
    );
});

it('attack/L3: rows that are too many are noticed, whatever they are', async () => {
  const disk = await wrote();
  for (const key of disk.keys) {
    const twin = key.includes('/') ? key.slice(0, -1) + 'z' : `${key}z`;
    await refused(withRows(disk, [[twin, disk.rows.get(key)!]]));
  }
  await refused(withRows(disk, [['unheard/of', Buffer.from('x')]]));
  const other = await wrote({ random: createSeededRandom('other salt') });
  const foreign = [...other.rows].find(([key]) => !disk.rows.has(key) && kindOf(key) === 'm')!;
  await refused(withRows(disk, [foreign]));
});

it('attack/L3: a row of another node or of another log of this node is noticed', async () => {
  const disk = await wrote();
  const others = [
    await wrote({ node: ALICE }),
    await wrote({ dataKey: createSecretKey(Buffer.alloc(32, 9)) }),
    await wrote({ random: createSeededRandom('another log') }, 'another text'),
  ];
  for (const other of others) {
    const shared = disk.keys.filter((key) => other.rows.has(key));
    assert.ok(shared.length >= 9, 'meta, head and the index have the same keys everywhere');
    for (const key of shared) await refused(withRows(disk, [[key, other.rows.get(key)!]]));
  }
});

it('attack/L3: a secret that was destroyed does not come back', async () => {
  const disk = createMemoryDisk();
  const log = await openOn(disk);
  await log.append(fullTurn('a', 'a1', 1));
  const key = disk.keys.find((one) => kindOf(one) === 's')!;
  const blob = disk.rows.get(key)!;
  await log.append(turn('a', 'a2', { destroyed: [secretId('a1')] }));
  await log.close();
  assert.equal(disk.rows.has(key), false);
  const { message } = await refused(withRows(disk, [[key, blob]]));
  assert.equal(message, 'rows s: there are 1, but the records list 0');
});

it('to forget an acknowledgement only means to send once more', async () => {
  const disk = createMemoryDisk();
  const log = await openOn(disk);
  await log.append(fullTurn('a', 'a1', 1));
  const pending = [...disk.rows].filter(([key]) => kindOf(key) === 'p');
  log.settle(cid('a'), 1, ALICE);
  await log.close();
  const [acknowledged] = disk.keys.filter((key) => kindOf(key) === 'k');
  const back = await openOn(withRows(without(disk, acknowledged!), pending));
  assert.equal((await collect(back.pending())).length, 1);
  // To forge one is impossible, and to have both is noticed.
  await refused(withRows(disk, pending));
});

it('attack/L4: the files tell nothing of orders, peers, messages or secrets', async (test) => {
  const directory = await temporaryDirectory(test);
  const log = await openLog({ openStore: levelStore({ directory }) });
  await log.append(fullTurn('a', 'a secret word', 1));
  await log.close();
  const { envelope, bytes } = takesIn(ALICE, 1, 'from alice: a secret word');
  const telling = [
    ...[ME, ALICE, cid('a'), envelope, stream('a')].map((text) => Buffer.from(text)),
    ...['principal', 'order.proposed', 'a secret word', 'key a'].map((text) => Buffer.from(text)),
    ...[bytes!, DATA_KEY.export()].map((text) => Buffer.from(text)),
  ];
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  let size = 0;
  for (const file of files.filter((entry) => entry.isFile())) {
    const content = await readFile(join(file.parentPath, file.name));
    size += content.length;
    for (const text of telling)
      assert.equal(content.includes(text), false, `${file.name} tells ${text.toString()}`);
  }
  assert.ok(size > 1_000);
});

it('stops at the first damage that an answer comes upon', async () => {
  for (const kind of ['r', 'e', 's', 'm', 'a', 'o', 'p']) {
    const disk = createMemoryDisk();
    const log = await openOn(disk);
    await log.append(fullTurn('a', 'a1', 1));
    for (const key of disk.keys.filter((one) => kindOf(one) === kind))
      disk.rows.set(key, Buffer.alloc(40));
    const { envelope } = takesIn(ALICE, 1, 'from alice: a1');
    const questions: Record<string, () => Promise<unknown>> = {
      r: () => log.read(stream('a')),
      e: () => log.evidence(envelope),
      s: () => log.secret(secretId('a1')),
      m: () => log.received(stream('a'), ALICE, 1),
      a: () => log.answer('key a1'),
      o: () => log.sent(cid('a'), 1),
      p: () => collect(log.pending()),
    };
    await rejectsWith('log/corrupt', questions[kind]!());
    await rejectsWith('log/sealed', questions[kind]!());
    await rejectsWith('log/sealed', log.append(turn('a', 'more')));
    await rejectsWith('log/sealed', log.verify());
    await rejectsWith('log/sealed', log.whenOpen());
    await log.close();
  }
});

it('misses a record that goes while it runs', async () => {
  for (const seq of [1, 2, 3]) {
    const disk = createMemoryDisk();
    const log = await openOn(disk);
    for (const text of ['one', 'two', 'three']) await log.append(turn('a', text));
    const gone = disk.keys.filter((key) => kindOf(key) === 'r')[seq - 1]!;
    disk.keys = disk.keys.filter((key) => key !== gone);
    disk.rows.delete(gone);
    const { message } = await rejectsWith('log/corrupt', log.read(stream('a')));
    assert.match(message, new RegExp(`#${seq}: is missing`));
  }
});

it('finds on demand what changed while it runs', async () => {
  for (const kind of ['meta', 'head', 'i', 'k']) {
    const disk = createMemoryDisk();
    const clock = createVirtualClock();
    const log = await openOn(disk, { clock });
    await log.append(fullTurn('a', 'a1', 1));
    log.settle(cid('a'), 1, ALICE);
    clock.advance(1_000);
    await log.append(turn('a', 'a2'));
    await log.verify();
    for (const key of disk.keys.filter((one) => kindOf(one) === kind)) disk.rows.delete(key);
    disk.keys = disk.keys.filter((one) => kindOf(one) !== kind);
    await rejectsWith('log/corrupt', log.verify());
    await rejectsWith('log/sealed', log.append(turn('a', 'a3')));
  }
});

it('finds on demand that the disk is not the one it wrote', async () => {
  const changes: Record<string, (log: EventLog) => Promise<unknown>> = {
    'record 1 .* is another than this log once had': (log) => log.append(turn('a', 'other')),
    'record 1: is missing: the log had come to 1': async () => undefined,
    'record 2: was not written by this process': async (log) => {
      await log.append(turn('a', 'one'));
      await log.append(turn('a', 'two'));
    },
  };
  for (const [message, write] of Object.entries(changes)) {
    const disk = createMemoryDisk();
    const log = await openOn(disk);
    await log.append(turn('a', 'one'));
    const other = createMemoryDisk();
    const otherLog = await openOn(other);
    await write(otherLog);
    await otherLog.close();
    Object.assign(disk, { rows: other.rows, keys: other.keys });
    const found = await rejectsWith('log/corrupt', log.verify());
    assert.match(found.message, new RegExp(message));
  }
});
