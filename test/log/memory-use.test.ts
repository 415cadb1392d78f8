import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { levelStore } from '../../src/log/level-store.ts';
import type { OpenStore } from '../../src/log/store.ts';
import { fullTurn, openLog } from './log-world.ts';
import { temporaryDirectory } from './temporary-directory.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const memoryInUse = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const STREAMS = 2_000;
const LIMIT_PER_STREAM = 3_000; // 30 MB for 10,000

const writeStreams = async (openStore: OpenStore): Promise<void> => {
  const log = await openLog({ openStore });
  const append = (i: number) => log.append(fullTurn(`order ${i}`, `${i}`, 1));
  for (let next = 0; next < STREAMS; next += 200)
    await Promise.all(Array.from({ length: 200 }, (_, i) => append(next + i)));
  await log.close();
};

it(`needs less than ${LIMIT_PER_STREAM} bytes of memory for a stream`, async (test) => {
  const openStore = levelStore({ directory: await temporaryDirectory(test) });
  await writeStreams(openStore);

  const before = memoryInUse();
  const log = await openLog({ openStore });
  const perStream = (memoryInUse() - before) / STREAMS;
  assert.equal(log.head()?.seq, 2 * STREAMS);
  await log.close();
  assert.ok(perStream < LIMIT_PER_STREAM, `${Math.round(perStream)} bytes`);
  test.diagnostic(`${Math.round(perStream)} bytes for a stream`);
});
