import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  crashDisk,
  createMemoryDisk,
  diskAfter,
  memoryStore,
  type Outcome,
} from '../../src/log/memory-store.ts';
import type { Operation } from '../../src/log/store.ts';
import { storeContract } from '../contract/store.contract.ts';
import { rejectsWith } from './rejects-with.ts';

storeContract('the memory store', async () => memoryStore({ disk: createMemoryDisk() }));

const put = (key: string): Operation => ({ type: 'put', key, value: Buffer.from(key) });

it('rebuilds the disk after every prefix of its writes', async () => {
  const disk = createMemoryDisk({ record: true });
  const store = await memoryStore({ disk })();
  await store.batch([put('a'), put('b')]);
  await store.writeWitness(Buffer.from('one'));
  await store.batch([{ type: 'del', key: 'a' }, put('c')]);
  const history = disk.history ?? [];
  assert.equal(history.length, 3);
  const states = [0, 1, 2, 3].map((count) => diskAfter(history.slice(0, count)));
  assert.deepEqual(
    states.map(({ keys }) => keys.join('')),
    ['', 'ab', 'ab', 'bc'],
  );
  assert.deepEqual(
    states.map(({ witness }) => witness?.length),
    [undefined, undefined, 3, 3],
  );
});

it('fails the batches that it is told to fail, applied or not', async () => {
  const outcomes: Outcome[] = ['failed', 'failed but applied', 'done'];
  const disk = createMemoryDisk();
  const store = await memoryStore({ disk, onBatch: (batch) => outcomes[batch - 1] ?? 'done' })();
  await rejectsWith('log/write-failed', store.batch([put('a')]));
  assert.equal(await store.get('a'), undefined);
  await rejectsWith('log/write-failed', store.batch([put('b')]));
  assert.deepEqual(Buffer.from((await store.get('b'))!), Buffer.from('b'));
  await store.batch([put('c')]);
  assert.equal(disk.batches, 3);
});

it('leaves a batch without an answer', async () => {
  const disk = createMemoryDisk();
  const store = await memoryStore({ disk, onBatch: () => 'hangs' })();
  const outcome = await Promise.race([store.batch([put('a')]), turnOfTheLoop('no answer')]);
  assert.equal(outcome, 'no answer');
  assert.equal(await store.get('a'), undefined);
});

it('rejects everything after a crash, also what was under way, and opens again', async () => {
  const disk = createMemoryDisk();
  const late = Promise.withResolvers<Outcome>();
  const store = await memoryStore({ disk, onBatch: () => late.promise })();
  const underWay = store.batch([put('a')]);
  crashDisk(disk);
  late.resolve('done');
  await rejectsWith('log/sealed', underWay);
  await rejectsWith('log/sealed', store.get('a'));
  await store.close();
  const next = await memoryStore({ disk })();
  assert.equal(await next.get('a'), undefined);
  await next.batch([put('b')]);
});

it('cannot be opened while it is told so', async () => {
  let broken = true;
  const open = memoryStore({
    disk: createMemoryDisk(),
    onOpen: () => (broken ? 'failed' : 'done'),
  });
  await rejectsWith('log/sealed', open());
  broken = false;
  await (await open()).close();
});

const turnOfTheLoop = <T>(value: T): Promise<T> =>
  new Promise((resolve) => setImmediate(() => resolve(value)));
