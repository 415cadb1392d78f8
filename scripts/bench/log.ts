import { createSecretKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import { streamId } from '../../src/domain/ids.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { openEventLog } from '../../src/log/open-event-log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { median, timedAsync, type Row } from './measure.ts';

const RUNS = 200;
const AT_ONCE = 64;
/** As large as what a turn writes: an event, its index, a mark. */
const VALUE = new Uint8Array(400);

/** A durable turn alone, and of 64 at once, beside synced writes of LevelDB itself. */
export const logRows = async (): Promise<Row[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-bench-'));
  try {
    const raw = await rawWrites(join(directory, 'raw'));
    const ours = await turns(join(directory, 'log'));
    return [
      {
        what: 'durable turn, alone',
        value: ours.alone,
        unit: 'ms',
        floor: raw.alone,
        note: 'one synced batch of level',
      },
      {
        what: `durable turn, of ${AT_ONCE} at once`,
        value: ours.each,
        unit: 'ms',
        floor: raw.each,
        note: `one synced batch of ${AT_ONCE} turns, its share`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** One synced batch of a turn's size, ms. */
export const rawBatch = async (): Promise<number> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-bench-'));
  try {
    return (await rawWrites(directory)).alone;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Rows that one turn with one event leaves. */
const ROWS = 4;

const rawWrites = async (directory: string): Promise<{ alone: number; each: number }> => {
  const level = new Level<string, Uint8Array>(directory, { valueEncoding: 'view' });
  await level.open();
  let key = 0;
  const operations = (count: number) =>
    Array.from({ length: count }, () => ({
      type: 'put' as const,
      key: String(key++),
      value: VALUE,
    }));
  const alone = await timedAsync(() => level.batch(operations(ROWS), { sync: true }), RUNS);
  const batch = await timedAsync(
    () => level.batch(operations(ROWS * AT_ONCE), { sync: true }),
    RUNS / 4,
  );
  await level.close();
  return { alone: median(alone), each: median(batch) / AT_ONCE };
};

const turns = async (directory: string): Promise<{ alone: number; each: number }> => {
  const log = await openEventLog({
    openStore: levelStore({ directory }),
    node: cidOf(encode('bench')),
    dataKey: createSecretKey(systemRandom.bytes(32)),
    clock: systemClock,
    random: systemRandom,
  });
  let order = 0;
  const turn = () =>
    log.append({
      stream: streamId(cidOf(encode(order++)), 'principal'),
      machine: 'principal@1',
      at: 0,
      events: [{ type: 'order.proposed', content: VALUE.subarray(0, 200) } as { type: string }],
    });
  const alone = await timedAsync(turn, RUNS);
  const batch = await timedAsync(
    () => Promise.all(Array.from({ length: AT_ONCE }, turn)),
    RUNS / 4,
  );
  await log.close();
  return { alone: median(alone), each: median(batch) / AT_ONCE };
};
