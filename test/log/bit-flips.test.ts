import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { levelStore } from '../../src/log/level-store.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import type { FlipTask, FlipVerdict } from './flip-worker.ts';
import { ALICE, cid, fullTurn, openLog } from './log-world.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** How many bits to flip; the long run sets thousands. */
const FLIPS = Number(process.env['MILAGRO_FLIPS'] ?? 250);
const SEED = process.env['MILAGRO_SEED'] ?? 'flips';

const STARTS = [0, 1, 2];
const ORDERS = Object.fromEntries(
  ['a', 'b', 'c'].map((order) => [order, STARTS.map((start) => `${order}${start}`)]),
);

/** A log of several starts, so that some of it is in tables and some in the journal. */
const writeLog = async (directory: string): Promise<void> => {
  for (const start of STARTS) {
    const log = await openLog({
      openStore: levelStore({ directory }),
      random: createSeededRandom(`start ${start}`),
    });
    for (const order of Object.keys(ORDERS)) {
      await log.append(fullTurn(order, `${order}${start}`, start + 1));
      if (order === 'b') log.settle(cid(order), start + 1, ALICE);
    }
    await log.close();
  }
};

const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();

/** Bits chosen evenly over all bytes of all files but LOG, which LevelDB never reads, and LOCK, which is empty. */
const chooseFlips = async (directory: string, files: string[]): Promise<FlipTask['flips']> => {
  const targets = files.filter((file) => !/(LOG|LOG\.old|LOCK)$/.test(file));
  const sizes = await Promise.all(
    targets.map(async (file) => (await stat(join(directory, file))).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const random = createSeededRandom(SEED);
  return Array.from({ length: FLIPS }, (_, index) => {
    let bit = random.bytes(6).readUIntBE(0, 6) % (total * 8);
    const chosen = sizes.findIndex((size) => {
      if (bit < size * 8) return true;
      bit -= size * 8;
      return false;
    });
    return { index, file: targets[chosen] ?? '', bit };
  });
};

/** Runs the flips in workers; a worker that dies of one has detected it, in its way. */
const judgeAll = async (task: FlipTask): Promise<FlipVerdict[]> => {
  const verdicts: FlipVerdict[] = [];
  while (verdicts.length < task.flips.length) {
    const worker = fork(join(import.meta.dirname, 'flip-worker.ts'), { stdio: 'pipe' });
    worker.on('message', (verdict) => verdicts.push(verdict as FlipVerdict));
    let complaint = '';
    worker.stderr?.on('data', (text) => (complaint += String(text)));
    worker.send({ ...task, flips: task.flips.slice(verdicts.length) });
    // Until both, a verdict may still be under way.
    const [exit] = await Promise.all([once(worker, 'exit'), once(worker, 'disconnect')]);
    const [code, signal] = exit as [number | null, string | null];
    if (code === 0) continue;
    assert.equal(signal, 'SIGABRT', `worker ended with ${code ?? signal}: ${complaint}`);
    verdicts.push({ index: verdicts.length, verdict: 'detected', why: 'LevelDB gave up' });
  }
  return verdicts;
};

it(`fault/F9: ${FLIPS} flipped bits in the files are all detected or harmless`, async (test) => {
  const directory = join(await temporaryDirectory(test), 'log');
  await writeLog(directory);
  const files = await filesBelow(directory);
  const flips = await chooseFlips(directory, files);
  const verdicts = await judgeAll({ directory, files, orders: ORDERS, flips });

  assert.deepEqual(
    verdicts
      .filter(({ verdict }) => verdict === 'missed')
      .map((one) => [flips[one.index], one.why]),
    [],
  );
  const detected = verdicts.filter(({ verdict }) => verdict === 'detected').length;
  test.diagnostic(`${detected} detected, ${FLIPS - detected} harmless`);
  assert.ok(detected > FLIPS / 2, 'most of a log is worth something');
});
