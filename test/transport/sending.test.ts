import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSendGate } from '../../src/transport/send-gate.ts';
import { createSubscriptionNews } from '../../src/transport/subscription-news.ts';
import { createVirtualClock } from './virtual-clock.ts';

const MIB = 1_048_576;

describe('send gate', () => {
  /** A peer whose unsent bytes grow by what is sent and shrink as it reads. */
  const createBench = () => {
    const clock = createVirtualClock();
    let unsent = 0;
    const sent: number[] = [];
    const gate = createSendGate(clock, () => unsent);
    const publish = (index: number, bytes: number) =>
      gate('reader', async () => {
        unsent += bytes;
        sent.push(index);
        return 1;
      });
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= 10) {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        clock.advance(10);
      }
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    };
    return { sent, publish, pass, unsent: () => unsent, read: () => (unsent = 0) };
  };

  test('lets a backlog through in order, never holding much more than a mebibyte', async () => {
    const bench = createBench();
    const results = Array.from({ length: 100 }, (_, index) => bench.publish(index, 65_536));
    let rounds = 0;
    for (; bench.sent.length < 100; rounds++) {
      await bench.pass(10);
      assert.ok(bench.unsent() <= MIB + 65_536, `${bench.unsent()} bytes unsent`);
      bench.read();
    }
    assert.ok(rounds >= 6, `${rounds} rounds`);
    assert.deepEqual(await Promise.all(results), Array(100).fill(1));
    assert.deepEqual(bench.sent, [...Array(100).keys()]);
  });

  test('gives up on a peer that does not read, for all who wait, until it reads again', async () => {
    const bench = createBench();
    assert.equal(await bench.publish(0, 2 * MIB), 1);
    const waiting = [1, 2, 3].map((index) => bench.publish(index, 1));
    await bench.pass(6_000);
    assert.deepEqual(await Promise.all(waiting), [0, 0, 0]);
    assert.equal(await bench.publish(4, 1), 0, 'at once');
    bench.read();
    assert.equal(await bench.publish(5, 1), 1);
    assert.deepEqual(bench.sent, [0, 5]);
  });
});

describe('subscription news', () => {
  const createBench = () => {
    const clock = createVirtualClock();
    const ready = new Set<string>();
    const told: string[] = [];
    const news = createSubscriptionNews({
      clock,
      canSendTo: (peer) => ready.has(peer),
      tell: (topic, peer) => told.push(`${peer} ${topic}`),
    });
    return { clock, ready, told, news };
  };

  test('wait until something can be sent', () => {
    const { clock, ready, told, news } = createBench();
    news.subscribed('a', 'x');
    clock.advance(1_000);
    assert.deepEqual(told, []);
    ready.add('a');
    clock.advance(50);
    assert.deepEqual(told, ['a x']);
    assert.equal(clock.waiting(), 0);
  });

  test('tell a topic once a connection, however often it is subscribed', () => {
    const { clock, ready, told, news } = createBench();
    ready.add('a');
    for (let round = 0; round < 100; round++) {
      news.subscribed('a', 'x');
      clock.advance(100);
    }
    assert.deepEqual(told, ['a x']);
    news.disconnected('a');
    news.subscribed('a', 'x');
    clock.advance(100);
    assert.deepEqual(told, ['a x', 'a x']);
  });

  test('tell no more than a few topics of a peer', () => {
    const { clock, ready, told, news } = createBench();
    ready.add('a');
    for (let index = 0; index < 1_000; index++) news.subscribed('a', `topic-${index}`);
    clock.advance(1_000);
    assert.equal(told.length, 8);
  });

  test('tell nothing of a peer that has gone meanwhile, or after the stop', () => {
    const { clock, ready, told, news } = createBench();
    news.subscribed('a', 'x');
    news.subscribed('b', 'x');
    clock.advance(100);
    news.disconnected('a');
    news.stop();
    ready.add('a').add('b');
    clock.advance(1_000);
    assert.deepEqual(told, []);
    assert.equal(clock.waiting(), 0);
  });
});
