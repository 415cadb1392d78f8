import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createFastClock,
  encodePacket,
  IDENTITIES,
  inboxOf,
  messagePacket,
  openNode,
  openStranger,
  until,
} from '../transport/real-network.ts';
import type { NodeOptions } from '../transport/real-network.ts';

/** What a stranger can do to a node through the network: docs/threat-model.md, E7, E8, E10, E11. */

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});
const node = async (name: string, options?: NodeOptions) => {
  const opened = await openNode(name, options);
  open.push(opened);
  return opened;
};
const stranger = async () => {
  const opened = await openStranger();
  open.push(opened);
  return opened;
};
const honest = async (victim: Awaited<ReturnType<typeof node>>) => {
  const sender = await node('honest');
  sender.transport.connect(victim.contact);
  await until(() => sender.subscribed.includes(`${victim.peer} ${inboxOf('victim')}`));
  return sender;
};

describe('attack/E7 lengths that are lies', () => {
  test('attack/E7 a muxer frame of 4 GiB closes the connection at its header', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    await attacker.dial(victim);
    await until(() => victim.transport.peers().includes(attacker.peer));
    const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    attacker.connections[0]?.send(header);
    await until(() => !victim.transport.peers().includes(attacker.peer));
  });

  test('attack/E7 a packet longer than the limit closes the stream at its prefix', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    stream.send(Buffer.from([0xff, 0xff, 0xff, 0x7f]));
    await until(() => stream.status !== 'open');
  });

  test('attack/E7 thousands of empty packets in one piece are not looked at', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    stream.send(Buffer.alloc(60_000));
    await until(() => stream.status !== 'open');
  });

  test('attack/E8 a message too short to be one is rejected before the receiver sees it', async () => {
    const victim = await node('victim', { limits: { rejects: 3 } });
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    for (let length = 0; length < 9; length++)
      stream.send(
        encodePacket({
          messages: [{ topic: inboxOf('victim'), data: Buffer.alloc(length, length) }],
        }),
      );
    await until(() => victim.incidents.length > 0);
    assert.deepEqual(victim.incidents, [{ type: 'peer.banned', peer: attacker.peer }]);
    assert.deepEqual(victim.received, []);
  });

  test('attack/E8 packets that are no packets are dropped, and the next good one arrives', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    stream.send(Buffer.from([5, 0xff, 0xff, 0xff, 0xff, 0xff]));
    const two = Array(2).fill({ topic: inboxOf('victim'), data: Buffer.alloc(20) });
    stream.send(encodePacket({ messages: two }));
    stream.send(
      encodePacket({
        messages: [],
        subscriptions: Array(100).fill({ subscribe: true, topic: 'x' }),
      }),
    );
    stream.send(messagePacket(inboxOf('victim'), 1, 'good'));
    await until(() => victim.received.length > 0);
    assert.deepEqual(victim.texts(), ['good']);
  });
});

describe('attack/E10 spam', () => {
  test('attack/E10 invalid messages cost their sender the connection, and it stays away', async () => {
    const clock = createFastClock(1);
    let offset = 0;
    const victim = await node('victim', {
      clock: { ...clock, now: () => clock.now() + offset },
      verdict: (bytes) => (Buffer.from(bytes).toString().startsWith('bad') ? 'reject' : 'accept'),
    });
    const sender = await honest(victim);
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    for (let nonce = 0; nonce < 500; nonce++)
      stream.send(messagePacket(inboxOf('victim'), nonce, `bad ${nonce}`));
    await until(() => victim.incidents.length > 0 && stream.status !== 'open');
    const bad = victim.received.filter(({ via }) => via === attacker.peer).length;
    assert.ok(bad <= 8, `${bad} looked at`);

    await assert.rejects(attacker.gossip(victim));
    assert.equal(await sender.transport.publish(inboxOf('victim'), Buffer.from('honest')), 1);
    await until(() => victim.texts().includes('honest'));

    offset = 600_001;
    const again = await attacker.gossip(victim);
    again.send(messagePacket(inboxOf('victim'), 1_000, 'sorry'));
    await until(() => victim.texts().includes('sorry'));
  });

  test('attack/E10 an invalid message lowers the score in gossipsub itself', async () => {
    const victim = await node('victim', { verdict: () => 'reject', limits: { rejects: 1_000 } });
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    // Below -200 nothing is taken from it; the score is looked at anew once a second.
    for (let nonce = 0; nonce < 150; nonce++) {
      stream.send(messagePacket(inboxOf('victim'), nonce, 'bad'));
      await sleep(10);
    }
    await until(() => victim.received.length > 4);
    const { length } = victim.received;
    stream.send(messagePacket(inboxOf('victim'), 1_000, 'more'));
    await sleep(200);
    assert.equal(victim.received.length, length);
    assert.ok(length < 150, `${length} of 150 taken`);
  });

  test('attack/E10 a flood of harmless messages is read at the pace of the limit, others are not held up', async () => {
    const victim = await node('victim', {
      limits: { messagesPerSecond: 50 },
      verdict: (bytes) => (Buffer.from(bytes).toString() === 'honest' ? 'accept' : 'ignore'),
    });
    const sender = await honest(victim);
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    // A piece of the stream is taken whole, and is at most the window of the muxer: some 1,300 of these.
    for (let nonce = 0; nonce < 8_000; nonce++)
      stream.send(messagePacket(inboxOf('victim'), nonce, 'x'.repeat(100)));
    assert.equal(await sender.transport.publish(inboxOf('victim'), Buffer.from('honest')), 1);
    await until(() => victim.texts().includes('honest'));
    const looked = victim.received.filter(({ via }) => via === attacker.peer).length;
    assert.ok(looked < 4_000, `${looked} of 8000 looked at`);
    assert.equal(stream.status, 'open', 'slowed, not cut off');
  });

  test('attack/E10 what one node ignores or rejects reaches nobody through it', async () => {
    const victim = await node('victim', { verdict: () => 'ignore' });
    const next = await node('next');
    next.transport.connect(victim.contact);
    await until(() => next.subscribed.some((line) => line.endsWith(IDENTITIES)));
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    for (let nonce = 0; nonce < 20; nonce++)
      stream.send(messagePacket(IDENTITIES, nonce, 'rumour'));
    await until(() => victim.received.length === 20);
    await sleep(100);
    assert.deepEqual(next.received, []);
  });

  test('attack/E10 messages on topics of others are neither judged nor passed on', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    for (let nonce = 0; nonce < 20; nonce++)
      for (const topic of [inboxOf('other'), 'anything', '__proto__'])
        stream.send(messagePacket(topic, nonce, 'not for you'));
    stream.send(messagePacket(inboxOf('victim'), 100, 'for you'));
    await until(() => victim.received.length > 0);
    assert.deepEqual(victim.texts(), ['for you']);
    const kept = Reflect.get(victim.libp2p.services.pubsub, 'seenCache') as { size: number };
    assert.equal(kept.size, 1, 'nor remembered');
  });

  test('attack/E10 a flood below gossip is read at the pace of the limit, others are not held up', async () => {
    const victim = await node('victim', { limits: { bytesPerSecond: 100_000 } });
    let flooded = 0;
    await victim.libp2p.handle('/flood', (stream) => {
      stream.addEventListener('message', ({ data }) => (flooded += data.byteLength));
    });
    const sender = await honest(victim);
    const attacker = await stranger();
    const connection = await attacker.dial(victim);
    const stream = await connection.newStream('/flood');
    const total = 16 * 1_048_576;
    for (let sent = 0; sent < total; sent += 65_536) stream.send(Buffer.alloc(65_536));
    await until(() => flooded > 0);
    assert.equal(await sender.transport.publish(inboxOf('victim'), Buffer.from('honest')), 1);
    await until(() => victim.texts().includes('honest'));
    await sleep(200);
    assert.ok(flooded < total / 4, `${flooded} of ${total} bytes read`);
  });

  test('attack/E10 one host cannot take all the places', async () => {
    const victim = await node('victim', {
      limits: { connectionsPerHost: 2, inboundPerSecond: 100 },
    });
    const attackers = [await stranger(), await stranger(), await stranger(), await stranger()];
    await Promise.allSettled(attackers.map((attacker) => attacker.dial(victim)));
    await until(() => victim.transport.connections().length === 2);
    await sleep(50);
    assert.equal(victim.transport.connections().length, 2);
  });

  test('attack/E10 a connection that carries no gossip is closed, and its peer forgotten', async () => {
    const victim = await node('victim', { clock: createFastClock(50) });
    const attacker = await stranger();
    await attacker.dial(victim);
    await until(() => victim.transport.peers().includes(attacker.peer));
    await until(() => !victim.transport.peers().includes(attacker.peer));
    let known = true;
    for (let round = 0; round < 100 && known; round++) {
      await sleep(50);
      known = await victim.libp2p.peerStore.has(attacker.libp2p.peerId);
    }
    assert.equal(known, false);
  });
});

describe('attack/E11 subscription floods', () => {
  test('attack/E11 a peer can occupy a few topics only', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    const topics = Array.from({ length: 400 }, (_, index) => inboxOf(`flood-${index}`));
    for (const topic of topics)
      stream.send(encodePacket({ messages: [], subscriptions: [{ subscribe: true, topic }] }));
    stream.send(messagePacket(inboxOf('victim'), 1, 'after'));
    await until(() => victim.received.length === 1);
    const { pubsub } = victim.libp2p.services;
    const occupied = topics.filter((topic) => pubsub.getSubscribers(topic).length > 0);
    assert.equal(occupied.length, 8);
    await until(() => victim.subscribed.length >= 8);
    assert.equal(victim.subscribed.length, 8);
  });

  test('attack/E11 subscribing again and again is told once', async () => {
    const victim = await node('victim');
    const attacker = await stranger();
    const stream = await attacker.gossip(victim);
    const topic = inboxOf('absent');
    for (let round = 0; round < 300; round++)
      stream.send(
        encodePacket({ messages: [], subscriptions: [{ subscribe: round % 2 === 0, topic }] }),
      );
    stream.send(encodePacket({ messages: [], subscriptions: [{ subscribe: true, topic }] }));
    stream.send(messagePacket(inboxOf('victim'), 1, 'after'));
    await until(() => victim.received.length === 1 && victim.subscribed.length > 0);
    await sleep(50);
    assert.deepEqual(victim.subscribed, [`${attacker.peer} ${topic}`]);
  });

  test('attack/E11 who sits on the inbox of another keeps nothing from its owner', async () => {
    const sender = await node('sender', { limits: { inboundPerSecond: 100 } });
    const owner = await node('victim');
    const squatters = await Promise.all(Array.from({ length: 12 }, stranger));
    for (const squatter of squatters) {
      const stream = await squatter.gossip(sender);
      const subscriptions = [{ subscribe: true, topic: inboxOf('victim') }];
      stream.send(encodePacket({ messages: [], subscriptions }));
    }
    await until(() => sender.subscribed.length === squatters.length);
    // Without flood publishing the squatters would now be the only ones to get what is sent for the next minute.
    await sender.transport.publish(inboxOf('victim'), Buffer.from('too early'));
    sender.transport.connect(owner.contact);
    await until(() => sender.subscribed.includes(`${owner.peer} ${inboxOf('victim')}`));
    for (let index = 0; index < 20; index++)
      await sender.transport.publish(inboxOf('victim'), Buffer.from(`mail ${index}`));
    await until(() => owner.received.length === 20);
  });
});
