import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import type { Head } from '../../src/log/event-log.ts';
import { createMemoryDisk, memoryStore, type Outcome } from '../../src/log/memory-store.ts';
import type { Store } from '../../src/log/store.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';
import { ALICE, cid, collect, envelope, openLog, stream, texts, turn } from './log-world.ts';
import { rejectsWith } from './rejects-with.ts';

it('writes turns that are appended together in one batch', async () => {
  const disk = createMemoryDisk();
  const log = await openLog({ openStore: memoryStore({ disk }) });
  const before = disk.batches;
  await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(turn(`o${i % 7}`, `${i}`))));
  assert.equal(disk.batches, before + 1);
  assert.equal(log.head()?.seq, 100);
  await log.verify();
});

it('writes all that waits for a batch in the next one', async () => {
  const gates: PromiseWithResolvers<Outcome>[] = [];
  const onBatch = () => {
    const gate = Promise.withResolvers<Outcome>();
    if (gates.push(gate) === 1) gate.resolve('done'); // the first counts the start
    return gate.promise;
  };
  const log = await openLog({ openStore: memoryStore({ disk: createMemoryDisk(), onBatch }) });
  const first = log.append(turn('o', 'first'));
  while (gates.length < 2) await turnOfTheLoop();
  const rest = Array.from({ length: 50 }, (_, i) => log.append(turn('o', `${i}`)));
  await turnOfTheLoop();
  assert.equal(gates.length, 2);
  gates[1]?.resolve('done');
  await first;
  while (gates.length < 3) await turnOfTheLoop();
  gates[2]?.resolve('done');
  await Promise.all(rest);
  assert.equal(gates.length, 3);
});

it('tells only what is durable', async () => {
  const gate = Promise.withResolvers<Outcome>();
  const onBatch = (batch: number) => (batch === 1 ? 'done' : gate.promise);
  const log = await openLog({ openStore: memoryStore({ disk: createMemoryDisk(), onBatch }) });
  const id = '0'.repeat(32);
  let resolved = false;
  const appended = log
    .append(turn('o', 'one', { secrets: [{ id, blob: Buffer.from('b') }] }))
    .then(() => (resolved = true));
  await turnOfTheLoop();
  assert.equal(resolved, false);
  assert.equal(log.head(), null);
  assert.equal(log.hasStream(stream('o')), false);
  assert.deepEqual(await collect(log.streams()), []);
  assert.deepEqual(await log.read(stream('o')), []);
  await assert.rejects(log.secret(id), { code: 'log/not-found' });
  gate.resolve('done');
  await appended;
  assert.equal(log.head()?.seq, 1);
  assert.equal(log.hasStream(stream('o')), true);
  assert.deepEqual(await texts(log, 'o'), ['one']);
  await log.secret(id);
});

it('seals in the order of the calls, in the tick of each call', async () => {
  const log = await openLog();
  const seen: string[] = [];
  const appends = Array.from({ length: 40 }, (_, i) => {
    const order = `o${i % 3}`;
    const append = log.append(
      turn(order, `${i}`, {
        seal: (head: Head, next) => {
          const seq = next();
          seen.push(`${i}: head ${head.seq}, ${order} #${seq}`);
          return [envelope(seq, `${i}`)];
        },
      }),
    );
    assert.equal(seen.length, i + 1, 'sealed before append returned');
    return append;
  });
  const done = await Promise.all(appends);
  // Each turn is one event and one envelope; each order counts for itself.
  assert.deepEqual(
    seen,
    done.map((_, i) => `${i}: head ${2 * i + 1}, o${i % 3} #${Math.floor(i / 3) + 1}`),
  );
  assert.deepEqual(
    done.map(({ head }) => head.seq),
    done.map((_, i) => 2 * i + 2),
  );
  for (const { sent } of done)
    for (const { bytes, envelope: id } of sent) assert.equal(cidOf(bytes), id);
  await log.verify();
});

it('lets no turn wait for the rows of acknowledgements', async () => {
  let reads = 0;
  const open = memoryStore({ disk: createMemoryDisk() });
  const openStore = async () => {
    const store = await open();
    const get: Store['get'] = (key) => {
      reads += 1;
      return store.get(key);
    };
    return { ...store, get };
  };
  const clock = createVirtualClock();
  const log = await openLog({ openStore, clock });
  await log.append(turn('o', 'one', { seal: (_, next) => [envelope(next(), 'a')] }));
  reads = 0;
  log.settle(cid('o'), 1, ALICE);
  await log.append(turn('o', 'two'));
  assert.equal(reads, 0);
  clock.advance(1_000);
  await log.append(turn('o', 'three'));
  assert.equal(reads, 1);
  await log.append(turn('o', 'four'));
  assert.equal(reads, 1);
});

it('writes no turn that waits when the log is found damaged', async () => {
  const gate = Promise.withResolvers<Outcome>();
  const disk = createMemoryDisk();
  const onBatch = (batch: number) => (batch === 3 ? gate.promise : 'done');
  const log = await openLog({ openStore: memoryStore({ disk, onBatch }) });
  await log.append(turn('o', 'one'));
  const underWay = log.append(turn('o', 'two'));
  await turnOfTheLoop();
  const waiting = log.append(turn('o', 'three'));
  const [record] = disk.keys.filter((key) => key.startsWith('r/'));
  disk.rows.set(record!, Buffer.alloc(40));
  await rejectsWith('log/corrupt', log.read(stream('o')));
  gate.resolve('done');
  await underWay;
  await rejectsWith('log/sealed', waiting);
  assert.equal(disk.keys.filter((key) => key.startsWith('r/')).length, 2);
  await log.close();
});

it('leaves no hole where a turn among others is refused', async () => {
  const log = await openLog();
  const id = '0'.repeat(32);
  const secrets = [{ id, blob: Buffer.from('b') }];
  const outcomes = await Promise.allSettled([
    log.append(turn('o', 'one', { secrets })),
    log.append(turn('o', 'refused', { secrets })),
    log.append(turn('o', 'two')),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await texts(log, 'o'), ['one', 'two']);
  await log.verify();
});

it('verifies between batches, while turns keep coming', async () => {
  const log = await openLog();
  const appends: Promise<unknown>[] = [];
  const checks: Promise<{ records: number }>[] = [];
  for (let i = 0; i < 20; i++) {
    appends.push(log.append(turn(`o${i}`, `${i}`)));
    checks.push(log.verify());
    await turnOfTheLoop();
  }
  await Promise.all(appends);
  const counts = (await Promise.all(checks)).map(({ records }) => records);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.equal(counts.at(-1), 20);
});

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
