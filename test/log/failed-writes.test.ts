import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LogError } from '../../src/errors.ts';
import type { EventLog, Turn } from '../../src/log/event-log.ts';
import {
  crashDisk,
  createMemoryDisk,
  memoryStore,
  type MemoryStoreDeps,
  type Outcome,
} from '../../src/log/memory-store.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';
import {
  ALICE,
  cid,
  collect,
  fullTurn,
  openLog,
  sends,
  secretId,
  stream,
  texts,
  turn,
} from './log-world.ts';
import { rejectsWith } from './rejects-with.ts';

const opened = async (faults: Omit<MemoryStoreDeps, 'disk'>) => {
  const disk = createMemoryDisk();
  const clock = createVirtualClock();
  const log = await openLog({ openStore: memoryStore({ disk, ...faults }), clock });
  return { disk, clock, log };
};

/** What every owner of a stream does: after a failure it reads before it goes on. */
const appendOnce = async (log: EventLog, order: string, text: string, next: Turn) => {
  for (;;) {
    try {
      await log.append(next);
      return;
    } catch (thrown) {
      assert.ok(thrown instanceof LogError && thrown.code === 'log/write-failed');
    }
    await log.whenOpen();
    if ((await texts(log, order)).includes(text)) return;
  }
};

for (const outcome of ['failed', 'failed but applied'] as const) {
  it(`fault/F8: any write ${outcome}: nothing acknowledged is lost, nothing is done twice`, async () => {
    const play = async (log: EventLog) => {
      for (let i = 1; i <= 8; i++) {
        const order = `o${i % 2}`;
        await appendOnce(log, order, `${i}`, fullTurn(order, `${i}`, i));
        log.settle(cid(order), Math.ceil(i / 2), ALICE);
      }
    };
    let writes = 1_000;
    for (let broken = 2; broken <= writes; broken++) {
      const { disk, log } = await opened({
        onBatch: (batch) => (batch === broken ? outcome : 'done'),
      });
      await play(log);
      assert.deepEqual(await texts(log, 'o1'), ['1', '>1', '3', '>2', '5', '>3', '7', '>4']);
      assert.deepEqual(await texts(log, 'o0'), ['2', '>1', '4', '>2', '6', '>3', '8', '>4']);
      assert.equal((await log.verify()).records, 16);
      await log.close();
      writes = disk.batches;
    }
    assert.ok(writes >= 9, `${writes} writes`);
  });
}

it('fault/F8: a failed write ends every turn that waits, and none of them is lost or doubled', async () => {
  const { log } = await opened({ onBatch: (batch) => (batch === 3 ? 'failed' : 'done') });
  await log.append(turn('o', 'one', { seal: sends('one') }));
  const together = [0, 1, 2, 3].map((i) => log.append(turn(`p${i}`, `${i}`)));
  for (const append of together) await rejectsWith('log/write-failed', append);
  await rejectsWith('log/sealed', log.append(turn('o', 'too early')));
  await rejectsWith('log/sealed', log.read(stream('o')));
  await rejectsWith('log/sealed', collect(log.pending()));
  assert.equal(log.head()?.seq, 2, 'the last known to be durable');
  await log.whenOpen();
  assert.equal(log.head()?.seq, 2);
  assert.deepEqual(await collect(log.streams()), [stream('o')]);
  const { head, sent } = await log.append(turn('o', 'two', { seal: sends('two') }));
  assert.deepEqual([head.seq, sent[0]?.seq], [4, 2]);
  assert.deepEqual(await texts(log, 'o'), ['one', '>1', 'two', '>2']);
  await log.verify();
});

it('fault/F8: what came while the write was under way fails with it, and takes no place', async () => {
  const gate = Promise.withResolvers<Outcome>();
  const { log } = await opened({ onBatch: (batch) => (batch === 2 ? gate.promise : 'done') });
  const underWay = log.append(turn('o', 'one', { seal: sends('one') }));
  await turnOfTheLoop();
  const behind = [log.append(turn('o', 'two')), log.append(turn('p', 'three'))];
  gate.resolve('failed');
  for (const append of [underWay, ...behind]) await rejectsWith('log/write-failed', append);
  await log.whenOpen();
  assert.equal(log.head(), null);
  assert.equal((await log.append(turn('o', 'one', { seal: sends('one') }))).head.seq, 2);
  assert.deepEqual(await collect(log.streams()), [stream('o')]);
  await log.verify();
});

it('fault/F8: what failed but was applied is there when it is read again', async () => {
  const { log } = await opened({
    onBatch: (batch) => (batch === 2 ? 'failed but applied' : 'done'),
  });
  const secrets = [{ id: secretId('s'), blob: Buffer.from('b') }];
  await rejectsWith('log/write-failed', log.append(turn('o', 'one', { secrets })));
  await log.whenOpen();
  assert.deepEqual(await texts(log, 'o'), ['one']);
  await rejectsWith('log/key-exists', log.append(turn('o', 'two', { secrets })));
  await log.secret(secretId('s'));
});

it('fault/F8: an id of a turn that was not applied is free again', async () => {
  const { log } = await opened({ onBatch: (batch) => (batch === 2 ? 'failed' : 'done') });
  const secrets = [{ id: secretId('s'), blob: Buffer.from('b') }];
  await rejectsWith('log/write-failed', log.append(turn('o', 'one', { secrets })));
  await log.whenOpen();
  await log.append(turn('o', 'one again', { secrets }));
});

it('fault/F8: it tries to reopen again and again, ever more slowly, and can be closed meanwhile', async () => {
  let broken = false;
  let attempts = 0;
  const faults: Omit<MemoryStoreDeps, 'disk'> = {
    onBatch: () => (broken ? 'failed' : 'done'),
    onOpen: () => {
      attempts += 1;
      return broken ? 'failed' : 'done';
    },
  };
  const { log, clock, disk } = await opened(faults);
  await log.append(turn('o', 'one'));
  broken = true;
  await rejectsWith('log/write-failed', log.append(turn('o', 'two')));
  const delays = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
  for (const [index, delay] of delays.entries()) {
    await turnOfTheLoop();
    assert.equal(attempts, index + 2);
    clock.advance(delay - 1);
    await turnOfTheLoop();
    assert.equal(attempts, index + 2, `not before ${delay} ms`);
    await rejectsWith('log/sealed', log.append(turn('o', 'sealed')));
    await rejectsWith('log/sealed', log.verify());
    clock.advance(1);
  }
  await turnOfTheLoop();
  broken = false;
  clock.advance(30_000);
  await log.whenOpen();
  await log.append(turn('o', 'three'));
  assert.deepEqual(await texts(log, 'o'), ['one', 'three']);

  broken = true;
  await rejectsWith('log/write-failed', log.append(turn('o', 'four')));
  await turnOfTheLoop();
  const waits = log.whenOpen();
  await log.close();
  await rejectsWith('log/sealed', waits);
  assert.equal(clock.waiting(), 0);
  assert.equal(disk.holder, undefined);
});

it('fault/F8: a write that never ends is never acknowledged; the next process goes on', async () => {
  const disk = createMemoryDisk();
  const outcomes: Outcome[] = ['done', 'done', 'hangs'];
  const onBatch = (batch: number) => outcomes[batch - 1] ?? 'done';
  const log = await openLog({ openStore: memoryStore({ disk, onBatch }) });
  await log.append(turn('o', 'one'));
  let settled = false;
  void log.append(turn('o', 'two')).finally(() => (settled = true));
  await turnOfTheLoop();
  assert.equal(settled, false);
  crashDisk(disk);
  const next = await openLog({ openStore: memoryStore({ disk }) });
  assert.deepEqual(await texts(next, 'o'), ['one']);
  await next.append(turn('o', 'two'));
  await next.verify();
});

it('fault/F8: a log that lost what it had acknowledged does not go on', async () => {
  const { disk, log } = await opened({ onBatch: (batch) => (batch === 4 ? 'failed' : 'done') });
  await log.append(turn('o', 'one'));
  const before = new Map(disk.rows);
  const keys = [...disk.keys];
  const { witness } = disk;
  await log.append(turn('o', 'two'));
  // The disk comes back as it was one batch ago, with its witness.
  Object.assign(disk, { rows: before, keys, witness });
  await rejectsWith('log/write-failed', log.append(turn('o', 'three')));
  await rejectsWith('log/sealed', log.whenOpen());
  const error = await rejectsWith('log/sealed', log.append(turn('o', 'four')));
  assert.match(error.message, /record 2: is missing: the log had come to 2/);
  await log.close();
});

it('keeps acknowledgements over a failed write', async () => {
  const { log } = await opened({ onBatch: (batch) => (batch === 3 ? 'failed' : 'done') });
  await log.append(turn('o', 'one', { seal: sends('a') }));
  log.settle(cid('o'), 1, ALICE);
  await rejectsWith('log/write-failed', log.append(turn('o', 'two')));
  await log.whenOpen();
  assert.deepEqual(await collect(log.pending()), []);
  await log.append(turn('o', 'three'));
  assert.deepEqual(await collect(log.pending()), []);
  await log.verify();
});

it('counts no start when it reopens', async () => {
  const { disk, log } = await opened({ onBatch: (batch) => (batch === 2 ? 'failed' : 'done') });
  await rejectsWith('log/write-failed', log.append(turn('o', 'one')));
  await log.whenOpen();
  assert.equal(log.starts, 1);
  await log.append(turn('o', 'one'));
  await log.close();
  const next = await openLog({ openStore: memoryStore({ disk }) });
  assert.equal(next.starts, 2);
});

it('is refused when its first write fails, and holds nothing open', async () => {
  const disk = createMemoryDisk();
  const openStore = memoryStore({ disk, onBatch: (batch) => (batch === 1 ? 'failed' : 'done') });
  await rejectsWith('log/write-failed', openLog({ openStore }));
  await (await openLog({ openStore })).close();
});

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
