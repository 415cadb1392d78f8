import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dialable } from '../../src/transport/contact-address.ts';
import { createGossipsubTransport } from '../../src/transport/gossipsub-transport.ts';
import type { Contact } from '../../src/transport/transport.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { peerKeyFromSeed } from '../../src/identity/peer-key.ts';
import {
  configOf,
  createFastClock,
  IDENTITIES,
  inboxOf,
  openNode,
  openStranger,
  until,
  type Node,
  type NodeOptions,
} from './real-network.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});
const node = async (name: string, options?: NodeOptions): Promise<Node> => {
  const opened = await openNode(name, options);
  open.push(opened);
  return opened;
};

const peerOf = (name: string) => peerKeyFromSeed(configOf(name).seed).id;
const knows = (one: Node, topic: string, peer: string) =>
  until(() => one.subscribed.includes(`${peer} ${topic}`));

test('two nodes that know a third only hear each other through it', async () => {
  const third = await node('third');
  const bootstrap = third.contact.addrs;
  const one = await node('one', { config: { bootstrap } });
  const two = await node('two', { config: { bootstrap } });
  await knows(one, IDENTITIES, third.peer);
  await knows(two, IDENTITIES, third.peer);
  // Between subscribers a message travels only once the mesh has been grafted: keep telling.
  await until(() => {
    void two.transport.publish(IDENTITIES, Buffer.from('where two is'));
    return one.texts().includes('where two is');
  });
  assert.deepEqual(one.transport.peers(), [third.peer]);
  one.transport.connect(two.contact);
  await knows(one, inboxOf('two'), two.peer);
  await one.transport.publish(inboxOf('two'), Buffer.from('directly'));
  await until(() => two.texts().includes('directly'));
});

test('a bootstrap node stays connected, as no contact, as a contact, and as one that was forgotten', async () => {
  const clock = createFastClock(50);
  const third = await node('third');
  const one = await node('one', { clock, config: { bootstrap: third.contact.addrs } });
  const connection = () => one.libp2p.getConnections()[0]?.id;
  await until(() => connection() !== undefined);
  for (const lose of [
    () => undefined,
    () => one.transport.connect({ ...third.contact, addrs: ['/ip4/127.0.0.1/tcp/1'] }),
    () => one.transport.forget(third.peer),
  ]) {
    const before = connection();
    lose();
    for (const lost of one.libp2p.getConnections()) lost.abort(new Error('lost'));
    await until(() => ![before, undefined].includes(connection()));
  }
});

const relayed = async () => {
  const relay = await node('relay', { config: { discovery: { relay: 'server' } } });
  const relays = relay.contact.addrs;
  const discovery = { relay: 'client', relays } as const;
  const hidden = await node('hidden', { config: { listen: [], discovery } });
  const hiddenAt: Contact = {
    node: configOf('hidden').node,
    peer: hidden.peer,
    addrs: relays.map((address) => `${address}/p2p-circuit`),
  };
  await until(() => hidden.transport.addresses().length > 0);
  return { relay, relays, hidden, hiddenAt };
};

test('a node that listens nowhere reaches others, and is reached through its relay', async () => {
  const { relay, hidden, hiddenAt } = await relayed();
  assert.ok(
    hidden.transport
      .addresses()
      .every((address) => address.includes(`/p2p/${relay.peer}/p2p-circuit`)),
  );
  const other = await node('other', { config: { discovery: { relay: 'client' } } });
  other.transport.connect(hiddenAt);
  await knows(other, inboxOf('hidden'), hidden.peer);
  await knows(hidden, inboxOf('other'), other.peer);
  await other.transport.publish(inboxOf('hidden'), Buffer.from('to the hidden'));
  await hidden.transport.publish(inboxOf('other'), Buffer.from('from the hidden'));
  await until(() => hidden.texts().length === 1 && other.texts().length === 1);
  assert.deepEqual([...hidden.texts(), ...other.texts()], ['to the hidden', 'from the hidden']);
  const connection = other.transport.connections().find(({ peer }) => peer === hidden.peer);
  assert.match(connection?.address ?? '', /p2p-circuit/);
  assert.deepEqual(relay.texts(), [], 'the relay hears nothing of it');
});

test('a hidden node is reached again when its relay was away', async () => {
  const { relay, relays, hidden, hiddenAt } = await relayed();
  await relay.close();
  await until(() => hidden.transport.addresses().length === 0);
  const listen = relays.map((address) => address.replace(/\/p2p\/.*/, ''));
  await node('relay', { config: { listen, discovery: { relay: 'server' } } });
  await until(() => hidden.transport.addresses().length > 0);
  const other = await node('other', { config: { discovery: { relay: 'client' } } });
  other.transport.connect(hiddenAt);
  await knows(other, inboxOf('hidden'), hidden.peer);
});

test('a node without relays is not reached through one, and relays nothing', async () => {
  const plain = await node('plain');
  const relay = await node('relay', { config: { discovery: { relay: 'server' } } });
  plain.transport.connect(relay.contact);
  await knows(plain, IDENTITIES, relay.peer);
  assert.ok(plain.libp2p.getProtocols().every((protocol) => !protocol.includes('relay')));
  const other = await node('other', { config: { discovery: { relay: 'client' } } });
  const dial = other.libp2p.dial(
    dialable({ peer: plain.peer, addrs: relay.contact.addrs.map((at) => `${at}/p2p-circuit`) }),
  );
  await assert.rejects(dial, /NO_RESERVATION/);
});

test('a peer that offers to be a relay is not taken for one', async () => {
  const relays = [`/ip4/127.0.0.1/tcp/1/p2p/${peerOf('absent')}`];
  const hidden = await node('hidden', {
    config: { listen: [], discovery: { relay: 'client', relays } },
  });
  const offering = await node('offering', { config: { discovery: { relay: 'server' } } });
  hidden.transport.connect(offering.contact);
  await knows(hidden, IDENTITIES, offering.peer);
  await sleep(200);
  assert.deepEqual(hidden.transport.addresses(), []);
});

test('a relay that does not gossip is kept, anybody else who does not is not', async () => {
  const clock = createFastClock(50);
  const silent = await openStranger({ listen: ['/ip4/127.0.0.1/tcp/0'] });
  open.push(silent);
  const relays = silent.libp2p.getMultiaddrs().map(String);
  const one = await node('one', {
    clock,
    config: { discovery: { relay: 'client', relays } },
  });
  const stranger = await openStranger();
  open.push(stranger);
  await stranger.dial(one);
  await until(() => one.transport.peers().length === 2);
  await until(() => !one.transport.peers().includes(stranger.peer));
  assert.deepEqual(one.transport.peers(), [silent.peer]);
});

test('nodes of one network meet in the local network where both want to, and others do not', async () => {
  const discovery = { mdns: true };
  const one = await node('one', { config: { discovery } });
  const elsewhere = createGossipsubTransport({
    config: { ...configOf('elsewhere'), network: 'another', discovery },
    clock: systemClock,
    random: systemRandom,
  });
  open.push({ close: elsewhere.stop });
  await elsewhere.start();
  const quiet = await node('quiet');
  const two = await node('two', { config: { discovery } });
  await knows(one, IDENTITIES, two.peer);
  assert.deepEqual([...new Set(one.transport.peers())], [two.peer]);
  assert.deepEqual([...quiet.transport.peers(), ...elsewhere.peers()], []);
});

test('an address by way of a relay is taken for that of its destination', () => {
  const [one, two] = [peerOf('one'), peerOf('two')];
  const via = `/ip4/127.0.0.1/tcp/1/p2p/${two}/p2p-circuit`;
  const dialled = (addr: string) => dialable({ peer: one, addrs: [addr] }).map(String);
  assert.deepEqual(dialled(via), [`${via}/p2p/${one}`]);
  assert.deepEqual(dialled(`${via}/p2p/${one}`), [`${via}/p2p/${one}`]);
  for (const other of [`${via}/p2p/${two}`, `/ip4/127.0.0.1/tcp/1/p2p/${two}`])
    assert.throws(() => dialled(other), { code: 'transport/unreachable' });
});
