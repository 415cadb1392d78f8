import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EventLog } from '../../src/log/event-log.ts';
import { levelStore } from '../../src/log/level-store.ts';
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

it(`needs less than ${LIMIT_PER_STREAM} bytes of memory for a stream`, async (test) => {
  const openStore = levelStore({ directory: await temporaryDirectory(test) });
  let log: EventLog | undefined = await openLog({ openStore });
  for (let next = 0; next < STREAMS; next += 200)
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        log?.append(fullTurn(`order ${next + i}`, `${next + i}`, 1)),
      ),
    );
  await log.close();
  log = undefined;

  const before = memoryInUse();
  log = await openLog({ openStore });
  const perStream = (memoryInUse() - before) / STREAMS;
  assert.equal(log.head()?.seq, 2 * STREAMS);
  await log.close();
  assert.ok(perStream < LIMIT_PER_STREAM, `${Math.round(perStream)} bytes`);
  test.diagnostic(`${Math.round(perStream)} bytes for a stream`);
});
