import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createFrameCounter,
  varintHeader,
  yamuxHeader,
} from '../../src/transport/frame-counter.ts';
import { createSpend } from '../../src/transport/paced-stream.ts';
import { createPeerBans } from '../../src/transport/peer-bans.ts';
import { DEFAULT_LIMITS } from '../../src/transport/transport-config.ts';
import { unwrapTransmission, wrapTransmission } from '../../src/transport/transmission.ts';
import { MAX_MESSAGE_BYTES } from '../../src/transport/transport.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createVirtualClock } from './virtual-clock.ts';

const varint = (length: number): number[] =>
  length < 128 ? [length] : [(length % 128) + 128, ...varint(Math.floor(length / 128))];
const packet = (length: number) => Buffer.from([...varint(length), ...Buffer.alloc(length, 0xff)]);
const yamuxFrame = (type: number, length: number, body = length) => {
  const frame = Buffer.alloc(12 + body, 0xff);
  frame.set([0, type, 0, 0, 0, 0, 0, 1]);
  frame.writeUInt32BE(length, 8);
  return frame;
};

/** The same bytes in pieces of the given lengths, over and over. */
const pieces = (bytes: Buffer, lengths: readonly number[]): Buffer[] => {
  const result: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    result.push(bytes.subarray(at, at + length));
    at += length;
  }
  return result;
};

describe('frames are counted before they are parsed', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

  test('packets, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 })), cuts, (lengths, cut) => {
        const count = createFrameCounter(varintHeader, 300);
        const total = pieces(Buffer.concat(lengths.map(packet)), cut)
          .map((piece) => count([piece]) ?? NaN)
          .reduce((sum, frames) => sum + frames, 0);
        assert.equal(total, lengths.length);
      }),
    );
  });

  test('yamux frames, of which only data has a body', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 300 }))),
        cuts,
        (frames, cut) => {
          const count = createFrameCounter(yamuxHeader, 300);
          const bytes = frames.map(([type, length]) =>
            yamuxFrame(type, length, type === 0 ? length : 0),
          );
          const counted = count(pieces(Buffer.concat(bytes), cut));
          assert.equal(counted, frames.length);
        },
      ),
    );
  });

  test('a frame longer than the limit is refused by its header, not by its end', () => {
    const yamux = createFrameCounter(yamuxHeader, 300);
    assert.equal(yamux([yamuxFrame(0, 301, 0)]), undefined);
    const ping = createFrameCounter(yamuxHeader, 300);
    assert.equal(
      ping([yamuxFrame(2, 0xffff_ffff, 0)]),
      1,
      'the opaque value of a ping is no length',
    );
    const packets = createFrameCounter(varintHeader, 300);
    assert.equal(packets([Buffer.from(varint(301))]), undefined);
  });

  test('a length that never ends, or is beyond all limits, is refused', () => {
    for (const bytes of [Buffer.alloc(12, 0x80), Buffer.from(varint(2 ** 40))]) {
      const count = createFrameCounter(varintHeader, 300);
      assert.equal(count([bytes]), undefined);
    }
  });
});

describe('an allowance', () => {
  test('lets a burst pass, then the rate, and regains the burst after a rest', () => {
    const clock = createVirtualClock();
    const spend = createSpend(clock, { perSecond: 100, burst: 200 });
    assert.equal(spend(200), 0);
    assert.equal(spend(50), 500);
    clock.advance(500);
    assert.equal(spend(1), 10);
    clock.advance(1_000_000);
    assert.equal(spend(200), 0);
    assert.equal(spend(1), 10);
  });

  test('gains nothing when the clock is set back, and loses nothing', () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => undefined };
    const spend = createSpend(clock, { perSecond: 100, burst: 100 });
    assert.equal(spend(100), 0);
    now -= 500_000;
    assert.equal(spend(10), 100);
    now += 100;
    assert.equal(spend(0), 0);
  });
});

describe('bans', () => {
  const limits = { ...DEFAULT_LIMITS, rejects: 3, ban: 600_000 };

  test('come with the third reject and end', () => {
    const clock = createVirtualClock();
    const bans = createPeerBans(clock, limits);
    assert.deepEqual([bans.reject('a'), bans.reject('a'), bans.has('a')], [false, false, false]);
    assert.equal(bans.reject('a'), true);
    assert.equal(bans.has('a'), true);
    assert.equal(bans.has('b'), false);
    clock.advance(599_999);
    assert.equal(bans.has('a'), true);
    clock.advance(1);
    assert.equal(bans.has('a'), false);
    assert.equal(bans.reject('a'), false, 'and start from nothing');
  });

  test('forgive one reject a minute', () => {
    const clock = createVirtualClock();
    const bans = createPeerBans(clock, limits);
    for (let round = 0; round < 20; round++) {
      assert.equal(bans.reject('a'), false);
      clock.advance(60_000);
    }
  });

  test('last no longer when the clock is set back', () => {
    let now = 10_000_000;
    const bans = createPeerBans({ now: () => now, after: () => () => undefined }, limits);
    for (let round = 0; round < 3; round++) bans.reject('a');
    now -= 5_000_000;
    assert.equal(bans.has('a'), true);
    now += limits.ban;
    assert.equal(bans.has('a'), false);
  });

  test('are kept for a bounded number of peers', () => {
    const bans = createPeerBans(createVirtualClock(), { ...limits, rejects: 1 });
    for (let index = 0; index < 5_000; index++) bans.reject(`peer-${index}`);
    assert.equal(bans.has('peer-0'), false);
    assert.equal(bans.has('peer-904'), true);
    assert.equal(bans.has('peer-4999'), true);
  });
});

describe('a transmission', () => {
  test('is the message behind something new each time', () => {
    const random = createSeededRandom('transmission');
    const message = Buffer.from('envelope');
    const [one, two] = [wrapTransmission(random, message), wrapTransmission(random, message)];
    assert.notDeepEqual(one, two);
    for (const bytes of [one, two]) assert.deepEqual(unwrapTransmission(bytes), message);
  });

  test('has a message of 1 to MAX_MESSAGE_BYTES', () => {
    for (const length of [0, 7, 8, 8 + MAX_MESSAGE_BYTES + 1])
      assert.equal(unwrapTransmission(Buffer.alloc(length)), undefined, String(length));
    for (const length of [1, MAX_MESSAGE_BYTES])
      assert.equal(unwrapTransmission(Buffer.alloc(8 + length))?.length, length);
  });
});
