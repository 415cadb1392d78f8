import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStreamMeter } from '../../src/transport/stream-meter.ts';
import { openNode, openStranger, until } from './real-network.ts';
import { createVirtualClock } from './virtual-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const PROTOCOL = '/metered/1';

/** A node that counts what a metered protocol gives it to handle, and a stranger that floods it. */
const flooded = async () => {
  const node = await openNode('one');
  const stranger = await openStranger();
  open.push(node, stranger);
  const clock = createVirtualClock();
  const meter = createStreamMeter(clock, { perSecond: 1_000, burst: 10_000 });
  let handled = 0;
  let refused = 0;
  await node.libp2p.handle(PROTOCOL, (stream, connection) => {
    if (!meter(stream, connection)) {
      refused++;
      return;
    }
    stream.addEventListener('message', ({ data }) => {
      handled += data instanceof Uint8Array ? data.length : data.byteLength;
    });
  });
  const connection = await stranger.dial(node);
  return { clock, connection, handled: () => handled, refused: () => refused };
};

test('a stream is read as fast as the allowance, and no byte of it is lost', async () => {
  const { clock, connection, handled } = await flooded();
  const stream = await connection.newStream(PROTOCOL);
  const total = 60;
  for (let count = 0; count < total; count++) {
    stream.send(Buffer.alloc(1_000));
    await sleep(1);
  }
  await sleep(50);
  const burst = handled();
  assert.ok(burst > 0 && burst < total * 1_000, `${burst} bytes at once`);
  await until(() => {
    clock.advance(1_000);
    return handled() === total * 1_000;
  });
});

test('many streams share one allowance, and a peer far in debt gets no more of them', async () => {
  const { clock, connection, handled, refused } = await flooded();
  const sendOne = async () => {
    const stream = await connection.newStream(PROTOCOL);
    try {
      stream.send(Buffer.alloc(2_000));
      await stream.close();
    } catch {
      // It was reset.
    }
    await sleep(5);
  };
  for (let count = 0; count < 20; count++) await sendOne();
  assert.ok(handled() <= 20_000, `${handled()} bytes`);
  assert.ok(refused() >= 5, `${refused()} refused`);
  const before = handled();
  clock.advance(20_000);
  await sendOne();
  await until(() => handled() > before);
});
