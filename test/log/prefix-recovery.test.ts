import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EventLog } from '../../src/log/event-log.ts';
import { createMemoryDisk, diskAfter, memoryStore } from '../../src/log/memory-store.ts';
import {
  ALICE,
  BOB,
  cid,
  collect,
  envelope,
  fullTurn,
  openLog,
  secretId,
  stream,
  texts,
  turn,
} from './log-world.ts';

const ORDERS = ['a', 'b', 'c'];

/** Every kind of turn, alone and together, with acknowledgements and a restart in between. */
const play = async (disk: ReturnType<typeof createMemoryDisk>, acknowledged: number[]) => {
  const openStore = memoryStore({ disk });
  const note = (log: EventLog) => acknowledged.push(log.head()?.seq ?? 0, disk.history!.length);
  let log = await openLog({ openStore });
  note(log);
  for (let round = 0; round < 3; round++) {
    await Promise.all(ORDERS.map((order) => log.append(fullTurn(order, order + round, round + 1))));
    note(log);
    log.settle(cid('a'), round + 1, ALICE);
    const to = [ALICE, BOB];
    await log.append(
      turn('b', `both ${round}`, {
        destroyed: [secretId(`c${round}`)],
        seal: (_, next) => [envelope(next(), `both ${round}`, to)],
      }),
    );
    note(log);
    log.settle(cid('b'), round * 2 + 2, BOB);
    await log.close();
    log = await openLog({ openStore });
    note(log);
  }
  await log.close();
};

/** What a log answers, as plain text. */
const account = async (log: EventLog) => ({
  head: log.head()?.seq ?? 0,
  hash: Buffer.from(log.head()?.hash ?? []).toString('hex'),
  streams: await collect(log.streams()),
  texts: await Promise.all(ORDERS.map((order) => texts(log, order))),
  pending: (await collect(log.pending())).map(({ order, seq, waiting }) => [order, seq, waiting]),
});

it('fault/F5: a crash at any write leaves a log that is a prefix, and goes on', async () => {
  const disk = createMemoryDisk({ record: true });
  const acknowledged: number[] = [];
  await play(disk, acknowledged);
  const history = disk.history ?? [];
  const whole = await account(
    await openLog({ openStore: memoryStore({ disk: diskAfter(history) }) }),
  );
  assert.ok(history.length > 20);

  let starts = 0;
  let head = 0;
  for (let count = 0; count <= history.length; count++) {
    const crashed = diskAfter(history.slice(0, count));
    const log = await openLog({ openStore: memoryStore({ disk: crashed }) });
    const found = await account(log);
    assert.equal((await log.verify()).records, found.head);

    assert.ok(log.starts >= starts && log.starts <= starts + 1);
    assert.ok(found.head >= head, 'later prefixes hold more');
    ({ starts } = log);
    ({ head } = found);
    for (let at = 0; at < acknowledged.length; at += 2)
      if (count >= acknowledged[at + 1]!)
        assert.ok(head >= acknowledged[at]!, 'nothing acknowledged is lost');
    for (const [index, some] of found.texts.entries())
      assert.deepEqual(some, whole.texts[index]!.slice(0, some.length));

    const order = ORDERS[count % 3]!;
    const next = (await log.read(stream(order))).length + 2;
    assert.equal((await log.append(fullTurn(order, `after ${count}`, 99))).seq, next);
    await log.verify();
    await log.close();
  }
  assert.equal(head, whole.head);
});

it('fault/F5: a crash while a crash is recovered from is one more crash', async () => {
  const first = createMemoryDisk({ record: true });
  await play(first, []);
  for (let count = 0; count <= first.history!.length; count += 5) {
    const second = createMemoryDisk({ record: true });
    const before = diskAfter(first.history!.slice(0, count));
    Object.assign(second, before, { history: [] });
    const log = await openLog({ openStore: memoryStore({ disk: second }) });
    const { head } = await account(log);
    await log.close();
    for (let more = 0; more <= second.history!.length; more++) {
      const third = diskAfter([
        ...first.history!.slice(0, count),
        ...second.history!.slice(0, more),
      ]);
      const again = await openLog({ openStore: memoryStore({ disk: third }) });
      assert.equal((await account(again)).head, head);
      await again.verify();
    }
  }
});
