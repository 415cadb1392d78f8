import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Head } from '../../src/log/event-log.ts';
import type { Notice } from '../../src/node/notice.ts';
import { createRollbackGuard } from '../../src/node/rollback-guard.ts';
import { createRollbackInquiry } from '../../src/node/rollback-inquiry.ts';
import type { Loss } from '../../src/node/roster.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';

const head = (seq: number, fill = seq): Head => ({ seq, hash: Buffer.alloc(32, fill) });
type Kept = Pick<Loss, 'heads' | 'states' | 'suspected'>;
const NOTHING: Kept = { heads: [], states: [], suspected: [] };

/** A guard of a node with a log of three records, and whatever was kept by an earlier life of it. */
const starting = async (
  peers: readonly string[],
  { loss = NOTHING, records = 3 }: { loss?: Kept; records?: number } = {},
) => {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const notices: Notice[] = [];
  const kept: Kept[] = [];
  const foreign: { state?: string } = {};
  let givenUp = 0;
  const notice = (one: Notice): void => void notices.push(one);
  const inquiry = createRollbackInquiry({
    clock,
    peers: () => peers,
    isPeer: (node) => peers.includes(node),
    ask: (peer) => void asked.push(peer),
    notice,
  });
  const guard = createRollbackGuard({
    log: {
      head: () => head(records),
      headAt: async (seq) => (seq <= records ? head(seq) : undefined),
    },
    inquiry,
    foreignState: () => foreign.state,
    loss,
    keep: async (now) => void kept.push(now),
    giveUp: () => {
      givenUp += 1;
    },
    notice,
  });
  await guard.start();
  inquiry.start();
  let passed = 'waits';
  const look = async (): Promise<string> => {
    await new Promise((done) => setImmediate(done));
    return passed;
  };
  const tryToPass = async (): Promise<string> => {
    passed = 'waits';
    guard.pass().then(
      () => (passed = 'passes'),
      ({ code }: { code: string }) => (passed = code),
    );
    return look();
  };
  return { clock, guard, inquiry, asked, notices, kept, foreign, tryToPass, gaveUp: () => givenUp };
};

describe('how long a start asks', () => {
  test('not at all where nobody is pinned', async () => {
    const { tryToPass, guard, notices } = await starting([]);
    assert.equal(await tryToPass(), 'passes');
    assert.equal(guard.state(), 'verified');
    assert.deepEqual(notices, []);
  });

  test('until every peer has answered', async () => {
    const { tryToPass, guard, inquiry, asked } = await starting(['ann', 'bob']);
    inquiry.appeared('ann');
    inquiry.appeared('bob');
    assert.deepEqual(asked, ['ann', 'bob']);
    await guard.shown('ann', null);
    assert.equal(await tryToPass(), 'waits');
    await guard.shown('bob', head(2));
    assert.equal(await tryToPass(), 'passes');
    assert.equal(guard.state(), 'verified');
  });

  test('the first who answers does not open it for those who are just coming', async () => {
    const { tryToPass, guard, inquiry, clock } = await starting(['ann', 'bob']);
    inquiry.appeared('ann');
    await guard.shown('ann', head(3));
    assert.equal(await tryToPass(), 'waits');
    inquiry.appeared('bob');
    clock.advance(3_000);
    assert.equal(await tryToPass(), 'waits');
    await guard.shown('bob', head(4));
    assert.equal(await tryToPass(), 'node/rolled-back');
  });

  test('three seconds, when all who were reached have answered', async () => {
    const { tryToPass, guard, inquiry, clock } = await starting(['ann', 'bob']);
    inquiry.appeared('ann');
    await guard.shown('ann', head(3));
    clock.advance(2_999);
    assert.equal(await tryToPass(), 'waits');
    clock.advance(1);
    assert.equal(await tryToPass(), 'passes');
    assert.equal(guard.state(), 'verified');
  });

  test('nine seconds, when nobody was reached, and says so', async () => {
    const { tryToPass, guard, clock, notices } = await starting(['ann']);
    clock.advance(8_999);
    assert.equal(await tryToPass(), 'waits');
    assert.equal(guard.state(), 'asking peers');
    clock.advance(1);
    assert.equal(await tryToPass(), 'passes');
    assert.equal(guard.state(), 'verified, confirmed by no peer');
    assert.deepEqual(
      notices.map(({ level, event }) => [level, event]),
      [['warn', 'log.unconfirmed']],
    );
  });

  test('a peer that is there and silent: thirty seconds, and it is asked again and again', async () => {
    const { tryToPass, inquiry, clock, asked } = await starting(['ann']);
    inquiry.appeared('ann');
    clock.advance(29_999);
    assert.equal(await tryToPass(), 'waits');
    assert.equal(asked.length, 10);
    clock.advance(1);
    assert.equal(await tryToPass(), 'passes');
    clock.advance(600_000);
    assert.equal(asked.length, 10);
    assert.equal(clock.waiting(), 0);
  });

  test('nobody who is not pinned is asked, or counts', async () => {
    const { tryToPass, guard, inquiry, asked } = await starting(['ann']);
    inquiry.appeared('eve');
    await guard.shown('eve', null);
    assert.equal(await tryToPass(), 'waits');
    assert.deepEqual(asked, []);
  });
});

describe('evidence of a rollback', () => {
  test('fault/F10: seals a node that was open already, when the first peer comes late', async () => {
    const { tryToPass, guard, inquiry, clock, asked } = await starting(['ann']);
    clock.advance(60_000);
    assert.equal(await tryToPass(), 'passes');
    inquiry.appeared('ann');
    assert.deepEqual(asked, ['ann']);
    await guard.shown('ann', head(7));
    assert.equal(await tryToPass(), 'node/rolled-back');
    assert.equal(guard.state(), 'rolled back');
  });

  test('another record at a number that this log holds too', async () => {
    const { tryToPass, guard } = await starting([]);
    await guard.shown('ann', head(2, 99));
    assert.equal(await tryToPass(), 'node/rolled-back');
  });

  test('fault/F10: a restart does not forget it, though nobody can be reached', async () => {
    const first = await starting(['ann']);
    await first.guard.shown('ann', head(7));
    const loss = first.kept.at(-1) ?? assert.fail('nothing kept');
    const { tryToPass, clock } = await starting(['ann'], { loss });
    clock.advance(60_000);
    assert.equal(await tryToPass(), 'node/rolled-back');
  });

  test('is settled when the newest log is put back', async () => {
    const loss = { ...NOTHING, suspected: [head(7)] };
    const { tryToPass, clock } = await starting(['ann'], { loss, records: 8 });
    clock.advance(60_000);
    assert.equal(await tryToPass(), 'passes');
  });

  test('fault/F10: newer keys of its own that it does not have', async () => {
    const { tryToPass, guard, foreign, notices, gaveUp } = await starting([]);
    assert.equal(await tryToPass(), 'passes');
    foreign.state = 'newer';
    guard.learnedOwn();
    guard.learnedOwn();
    assert.equal(await tryToPass(), 'node/rolled-back');
    assert.deepEqual(
      notices.map(({ event }) => event),
      ['identity.overtaken'],
    );
    await guard.recover();
    assert.equal(gaveUp(), 1);
    assert.equal(await tryToPass(), 'passes');
    foreign.state = 'newer still';
    assert.equal(await tryToPass(), 'node/rolled-back');
  });

  test('the operator gives up what is lost, once, and only that', async () => {
    const { tryToPass, guard, kept, gaveUp } = await starting([]);
    assert.deepEqual(await guard.recover(), []);
    assert.equal(gaveUp(), 0);
    await guard.shown('ann', head(7));
    assert.deepEqual(await guard.recover(), [head(7)]);
    assert.deepEqual(kept.at(-1), { ...NOTHING, heads: [head(7)] });
    await guard.shown('bob', head(7));
    assert.equal(await tryToPass(), 'passes');
    await guard.shown('bob', head(9));
    assert.equal(await tryToPass(), 'node/rolled-back');
  });
});
