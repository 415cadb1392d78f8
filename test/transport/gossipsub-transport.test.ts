import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { sha256 } from '../../src/crypto/hash.ts';
import { peerKeyFromSeed } from '../../src/identity/peer-key.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createGossipsubTransport } from '../../src/transport/gossipsub-transport.ts';
import { libp2pOptions } from '../../src/transport/libp2p-options.ts';
import { createPeerBans } from '../../src/transport/peer-bans.ts';
import { limitsOf } from '../../src/transport/transport-config.ts';
import type { Transport } from '../../src/transport/transport.ts';
import * as contract from '../contract/transport.contract.ts';
import { configOf, createFastClock, inboxOf, openNode, until } from './real-network.ts';
import type { Node, NodeOptions } from './real-network.ts';

contract.transportContract('gossipsub', () => {
  const opened: Transport[] = [];
  const ports = new Map<string, number>();
  return {
    open: async (name) => {
      const port = ports.get(name) ?? (await freePort());
      ports.set(name, port);
      const seed = sha256(Buffer.from(name));
      const transport = createGossipsubTransport({
        config: {
          network: contract.NETWORK,
          node: contract.nodeOf(name),
          seed,
          listen: [`/ip4/127.0.0.1/tcp/${port}`],
          announce: [],
        },
        clock: systemClock,
        random: systemRandom,
      });
      opened.push(transport);
      return { transport, peer: peerKeyFromSeed(seed).id };
    },
    until: async (condition) => {
      for (let round = 0; !condition(); round++) {
        if (round > 2_000) assert.fail('the condition never came true');
        await sleep(5);
      }
    },
    quiet: () => sleep(150),
    close: async () => {
      await Promise.all(opened.map((transport) => transport.stop()));
    },
  };
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});
const node = async (name: string, options?: NodeOptions): Promise<Node> => {
  const opened = await openNode(name, options);
  open.push(opened);
  return opened;
};

test('is stopped when it has stopped: a process with two nodes ends by itself', async () => {
  const script = fileURLToPath(new URL('./start-and-stop.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: 'inherit', timeout: 30_000 });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.deepEqual([code, signal], [0, null]);
});

test('an address in use is a typed error, and leaves nothing running', async () => {
  const one = await node('one');
  const listen = one.contact.addrs.map((addr) => addr.replace(/\/p2p\/.*/, ''));
  const two = createGossipsubTransport({
    config: { ...configOf('two'), listen },
    clock: systemClock,
    random: systemRandom,
  });
  await assert.rejects(two.start(), { code: 'transport/start' });
  await assert.rejects(two.start(), { code: 'transport/stopped' });
  await two.stop();
});

test('a stop while it starts stops it', async () => {
  const transport = createGossipsubTransport({
    config: configOf('one'),
    clock: systemClock,
    random: systemRandom,
  });
  const started = transport.start();
  await transport.stop();
  await assert.rejects(started, { code: 'transport/stopped' });
  assert.deepEqual(transport.addresses(), []);
});

test('contacts nobody: no routing, no discovery, no relay, and says nothing of its platform', async () => {
  const config = configOf('one');
  const bans = createPeerBans(systemClock, limitsOf(config));
  const options = await libp2pOptions(config, systemClock, bans)();
  for (const outward of ['peerDiscovery', 'peerRouters', 'contentRouters'] as const)
    assert.deepEqual(options[outward] ?? [], []);
  assert.deepEqual(options.addresses?.listen, config.listen);
  assert.deepEqual(Object.keys(options.services ?? {}), ['identify', 'pubsub']);
  assert.equal(options.transports?.length, 1);
  assert.equal(options.nodeInfo?.userAgent, 'milagro');
});

test('the peer id is that of the identity, and the seed may be wiped at once', async () => {
  const config = configOf('one');
  const { id } = peerKeyFromSeed(config.seed);
  const transport = createGossipsubTransport({ config, clock: systemClock, random: systemRandom });
  config.seed.fill(0);
  await transport.start();
  assert.ok(transport.addresses().every((addr) => addr.endsWith(`/p2p/${id}`)));
  await transport.stop();
});

test('announces other addresses than it listens on where it is told to', async () => {
  const announce = ['/dns4/node.example.org/tcp/4510'];
  const transport = createGossipsubTransport({
    config: { ...configOf('one'), announce },
    clock: systemClock,
    random: systemRandom,
  });
  await transport.start();
  const { id } = peerKeyFromSeed(configOf('one').seed);
  assert.deepEqual(transport.addresses(), [`/dns4/node.example.org/tcp/4510/p2p/${id}`]);
  await transport.stop();
});

test('joins its own topics only, and takes no contact that is nobody', async () => {
  const { transport, contact } = await node('one');
  assert.throws(() => transport.join(inboxOf('two'), () => 'accept'), { code: 'transport/topic' });
  assert.throws(() => transport.connect({ ...contact, peer: 'nobody' }), {
    code: 'transport/unreachable',
  });
});

test('a receiver that throws is reported, and the next message arrives', async () => {
  const one = await node('one');
  const two = await node('two', {
    verdict: (bytes) => {
      if (bytes.length === 3) throw new Error('a bug');
      return 'accept';
    },
  });
  one.transport.connect(two.contact);
  await until(() => one.subscribed.includes(`${two.peer} ${inboxOf('two')}`));
  for (const text of ['bug', 'fine'])
    await one.transport.publish(inboxOf('two'), Buffer.from(text));
  await until(() => two.received.length === 2);
  assert.deepEqual(
    two.incidents.map(({ type }) => type),
    ['receiver.failed'],
  );
});

test('a backlog larger than any buffer arrives whole and in order, all published at once', async () => {
  const one = await node('one');
  const two = await node('two');
  one.transport.connect(two.contact);
  await until(() => one.subscribed.includes(`${two.peer} ${inboxOf('two')}`));
  const count = 400;
  const handed = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      one.transport.publish(inboxOf('two'), Buffer.alloc(60_000, `${index} `)),
    ),
  );
  assert.deepEqual(handed, Array(count).fill(1));
  await until(() => two.received.length === count);
  assert.deepEqual(
    two.received.map(({ text }) => Number.parseInt(text, 10)),
    [...Array(count).keys()],
  );
});

for (const lost of ['outbound', 'inbound'] as const)
  test(`comes back when the ${lost} gossip stream is lost and the connection is not`, async () => {
    const clock = createFastClock(50);
    const one = await node('one', { clock });
    const two = await node('two', { clock });
    one.transport.connect(two.contact);
    await until(() => one.subscribed.length === 2 && two.subscribed.length === 2);
    one.subscribed.length = 0;
    for (const connection of one.libp2p.getConnections())
      for (const stream of connection.streams)
        if (stream.protocol.startsWith('/meshsub/') && stream.direction === lost)
          stream.abort(new Error('lost'));
    await until(() => one.subscribed.includes(`${two.peer} ${inboxOf('two')}`));
    assert.equal(await one.transport.publish(inboxOf('two'), Buffer.from('back')), 1);
    await until(() => two.texts().includes('back'));
  });

test('leaves a shared libp2p running, without its topics', async () => {
  const one = await node('one');
  await one.transport.stop();
  assert.equal(one.libp2p.status, 'started');
  assert.deepEqual(one.libp2p.services.pubsub.getTopics(), []);
});

test('two nodes that dial each other at once both end up connected, and messages arrive once', async () => {
  const one = await node('one');
  const two = await node('two');
  one.transport.connect(two.contact);
  two.transport.connect(one.contact);
  await until(() => one.subscribed.length === 2 && two.subscribed.length === 2);
  for (let index = 0; index < 10; index++) {
    await one.transport.publish(inboxOf('two'), Buffer.from(`to two ${index}`));
    await two.transport.publish(inboxOf('one'), Buffer.from(`to one ${index}`));
  }
  await until(() => one.received.length === 10 && two.received.length === 10);
  await sleep(50);
  assert.equal(one.received.length + two.received.length, 20);
});

test('a libp2p that met its peers before the transport came is no loss', async () => {
  const config = configOf('one');
  const bans = createPeerBans(systemClock, limitsOf(config));
  const libp2p = await createLibp2p(await libp2pOptions(config, systemClock, bans)());
  const two = await node('two');
  await libp2p.start();
  await libp2p.dial(multiaddr(two.contact.addrs[0]));
  const { pubsub } = libp2p.services;
  await until(() => pubsub.getSubscribers(inboxOf('two')).length === 1);
  const one = createGossipsubTransport({
    config,
    clock: systemClock,
    random: systemRandom,
    shared: { libp2p: async () => libp2p, bans },
  });
  const subscribed: string[] = [];
  one.onSubscribed((topic) => subscribed.push(topic));
  one.connect(two.contact);
  await one.start();
  await until(() => subscribed.includes(inboxOf('two')));
  assert.equal(await one.publish(inboxOf('two'), Buffer.from('met before')), 1);
  await until(() => two.texts().includes('met before'));
  await one.stop();
  await libp2p.stop();
});
