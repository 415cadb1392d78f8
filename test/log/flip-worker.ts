import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogError, type LogCode } from '../../src/errors.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { ALICE, cid, collect, openLog, secretId, stream } from './log-world.ts';

/**
 * Flips bits of a log's files, one after the other, and tells its parent what came of each. A process of its own,
 * because LevelDB may answer damage with an assertion, which ends the process.
 */
export interface FlipTask {
  directory: string;
  files: string[];
  /** The orders, and for each the texts of its turns, as they were written. */
  orders: Record<string, string[]>;
  flips: { index: number; file: string; bit: number }[];
}

export interface FlipVerdict {
  index: number;
  verdict: 'detected' | 'harmless' | 'missed';
  /** Code of the error, or what differed. */
  why: string;
}

const run = async ({ directory, files, orders, flips }: FlipTask): Promise<void> => {
  const contents = new Map<string, Buffer>();
  for (const file of files) contents.set(file, await readFile(join(directory, file)));
  const damaged = `${directory}-damaged`;
  const restoreWith = async (file?: string, bit = 0) => {
    await rm(damaged, { recursive: true, force: true });
    for (const [name, content] of contents) {
      const bytes = Buffer.from(content);
      if (name === file) bytes[bit >> 3]! ^= 1 << (bit & 7);
      await mkdir(dirname(join(damaged, name)), { recursive: true });
      await writeFile(join(damaged, name), bytes);
    }
  };
  const open = () => openLog({ openStore: levelStore({ directory: damaged }) });

  await restoreWith();
  const intact = await open();
  const truth = await account(intact, orders);
  await intact.close();
  for (const { index, file, bit } of flips) {
    await restoreWith(file, bit);
    const verdict: FlipVerdict = { index, ...(await judge(open, orders, truth)) };
    process.send?.(verdict);
  }
};

/** To find nothing where there was something is not to notice. */
const NOTICED = new Set<LogCode>(['log/corrupt', 'log/version', 'log/sealed']);

const judge = async (
  open: () => Promise<EventLog>,
  orders: FlipTask['orders'],
  truth: unknown,
): Promise<Omit<FlipVerdict, 'index'>> => {
  let log: EventLog | undefined;
  try {
    log = await open();
    assert.deepEqual(await account(log, orders), truth);
    return { verdict: 'harmless', why: '' };
  } catch (thrown) {
    if (thrown instanceof LogError)
      return { verdict: NOTICED.has(thrown.code) ? 'detected' : 'missed', why: thrown.code };
    if (thrown instanceof assert.AssertionError) return { verdict: 'missed', why: thrown.message };
    throw thrown;
  } finally {
    await log?.close();
  }
};

/** All that a log answers, but for who has not acknowledged: to send an envelope once more does no harm. */
const account = async (log: EventLog, orders: FlipTask['orders']): Promise<unknown> => {
  const streams = await collect(log.streams());
  const numbered = Object.entries(orders).flatMap(([order, texts]) =>
    texts.map((text, index) => ({ order, text, number: index + 1 })),
  );
  return structuredClone({
    head: log.head(),
    starts: log.starts,
    peer: log.peerHead(ALICE),
    verified: await log.verify(),
    streams,
    records: await Promise.all(streams.map((one) => log.read(one))),
    turns: await Promise.all(numbered.map((one) => accountOfTurn(log, one))),
  });
};

const accountOfTurn = async (
  log: EventLog,
  { order, text, number }: { order: string; text: string; number: number },
) => {
  const { waiting: _, ...sent } = await log.sent(cid(order), number);
  const received = await log.received(stream(order), ALICE, number);
  return {
    sent,
    received,
    evidence: received && (await log.evidence(received)),
    secret: await log.secret(secretId(text)),
    answer: await log.answer(`key ${text}`),
  };
};

process.once('message', (task) => {
  void run(task as FlipTask).then(() => process.disconnect());
});
