import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { levelStore } from '../../src/log/level-store.ts';
import { fullTurn, openLog, texts } from './log-world.ts';
import { rejectsWith } from './rejects-with.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The journal of LevelDB, where the last batches are; and its witness. */
const journalIn = async (directory: string): Promise<string> => {
  const names = (await readdir(join(directory, 'level'))).filter((name) => name.endsWith('.log'));
  assert.equal(names.length, 1);
  return join(directory, 'level', names[0]!);
};

/** A log of three turns, each with the size of the journal and the witness when it was durable. */
const threeTurns = async (test: TestContext) => {
  const directory = join(await temporaryDirectory(test), 'log');
  const log = await openLog({ openStore: levelStore({ directory }) });
  const journal = await journalIn(directory);
  const after: { bytes: Buffer; witness: Buffer }[] = [];
  for (const text of ['one', 'two', 'three']) {
    await log.append(fullTurn('o', text, after.length + 1));
    await log.verify(); // the witness is written after the turn is acknowledged
    const witness = await readFile(join(directory, 'witness'));
    after.push({ bytes: await readFile(journal), witness });
  }
  await log.close();
  return { directory, after };
};

const cutTo = async (directory: string, length: number, witness: Buffer) => {
  const copy = `${directory}-${length}`;
  await cp(directory, copy, { recursive: true });
  await truncate(await journalIn(copy), length);
  await writeFile(join(copy, 'witness'), witness);
  return { copy, open: () => openLog({ openStore: levelStore({ directory: copy }) }) };
};

const TEXTS = ['one', '>1', 'two', '>2', 'three', '>3'];

it('fault/F5: a last batch that reached the disk in part is as if it had never been', async (test) => {
  const { directory, after } = await threeTurns(test);
  const [, two, three] = after;
  const from = two!.bytes.length;
  const step = Math.ceil((three!.bytes.length - from) / 12);
  for (let length = from; length < three!.bytes.length; length += step) {
    const { copy, open } = await cutTo(directory, length, two!.witness);
    const log = await open();
    assert.deepEqual(await texts(log, 'o'), TEXTS.slice(0, 4));
    await log.append(fullTurn('o', 'three', 3));
    assert.deepEqual(await texts(log, 'o'), TEXTS);
    await log.verify();
    await log.close();
    await rm(copy, { recursive: true });
  }
});

it('fault/F5: a journal that ends in zeros or rubbish loses nothing', async (test) => {
  const { directory, after } = await threeTurns(test);
  const { bytes, witness } = after[2]!;
  for (const tail of [Buffer.alloc(3_000), Buffer.alloc(5, 0xa5), bytes.subarray(0, 40)]) {
    const { copy, open } = await cutTo(directory, bytes.length, witness);
    await writeFile(await journalIn(copy), Buffer.concat([bytes, tail]));
    const log = await open();
    assert.deepEqual(await texts(log, 'o'), TEXTS);
    await log.close();
    await rm(copy, { recursive: true });
  }
});

it('attack/L2: a journal without its acknowledged end is noticed, wherever it is cut', async (test) => {
  const { directory, after } = await threeTurns(test);
  const { bytes, witness } = after[2]!;
  for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 20)) {
    const { copy, open } = await cutTo(directory, length, witness);
    await rejectsWith('log/corrupt', open());
    await rm(copy, { recursive: true });
  }
});

it('goes on when the process died between a batch and its witness', async (test) => {
  const { directory, after } = await threeTurns(test);
  const { copy, open } = await cutTo(directory, after[2]!.bytes.length, after[1]!.witness);
  const log = await open();
  assert.deepEqual(await texts(log, 'o'), TEXTS);
  await log.close();
  // From now on the witness has come up to the log again.
  await truncate(await journalIn(copy), 0);
  await rejectsWith('log/corrupt', open());
});
