import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cidOf } from '../src/crypto/hash.ts';
import { createMemoryDisk, memoryStore } from '../src/log/memory-store.ts';
import { createNetworkStack, type NetworkStack } from '../src/network-stack.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemRandom } from '../src/ports/random.ts';
import { peerKeyFromSeed } from '../src/identity/peer-key.ts';
import type { TransportConfig } from '../src/transport/transport-config.ts';
import { configOf, IDENTITIES, inboxOf, until } from './transport/real-network.ts';

const open: NetworkStack[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ transport }) => transport.stop()));
});

const stack = (config: TransportConfig, disk = createMemoryDisk()): NetworkStack => {
  const made = createNetworkStack({
    config,
    clock: systemClock,
    random: systemRandom,
    openDocuments: memoryStore({ disk }),
  });
  open.push(made);
  return made;
};

const document = Buffer.from('a document');

test('gossip and documents share one libp2p: one peer id, one connection', async () => {
  const [one, two] = [stack(configOf('one')), stack(configOf('two'))];
  const received: string[] = [];
  two.transport.join(inboxOf('two'), (bytes) => {
    received.push(Buffer.from(bytes).toString());
    return 'accept';
  });
  const subscribed: string[] = [];
  one.transport.onSubscribed((topic) => subscribed.push(topic));
  await Promise.all([one.transport.start(), two.transport.start()]);
  const peer = peerKeyFromSeed(configOf('two').seed).id;
  one.transport.connect({
    node: configOf('two').node,
    peer,
    addrs: two.transport.addresses(),
  });
  await until(() => subscribed.includes(inboxOf('two')));
  await one.transport.publish(inboxOf('two'), Buffer.from('gossip'));
  await until(() => received.length === 1);
  await two.documents.put(cidOf(document), document);
  assert.deepEqual(Buffer.from(await one.documents.fetch(cidOf(document))), document);
  assert.deepEqual(one.transport.peers(), [peer]);
  assert.equal(one.transport.connections().length, 1);
});

test('two nodes that know only a third learn each other’s addresses through it, and meet', async () => {
  /** Fetches what is announced, and so keeps it for those who hear of it here. */
  const learner = (name: string, bootstrap: readonly string[] = []) => {
    const made = stack({ ...configOf(name), bootstrap });
    const known: Uint8Array[] = [];
    const sought = new Set<string>();
    made.transport.join(IDENTITIES, (bytes) => {
      const cid = Buffer.from(bytes).toString();
      if (!sought.has(cid)) void made.documents.fetch(cid).then((found) => known.push(found));
      sought.add(cid);
      return 'accept';
    });
    return { ...made, known };
  };
  const third = learner('third');
  await third.transport.start();
  const one = learner('one', third.transport.addresses());
  const two = learner('two', third.transport.addresses());
  await Promise.all([one.transport.start(), two.transport.start()]);

  const block = Buffer.from(two.transport.addresses().join());
  await two.documents.put(cidOf(block), block);
  await until(() => {
    void two.transport.publish(IDENTITIES, Buffer.from(cidOf(block)));
    return one.known.length > 0;
  });
  assert.equal(one.transport.peers().length, 1);
  const addrs = Buffer.from(one.known[0] ?? [])
    .toString()
    .split(',');
  const peer = peerKeyFromSeed(configOf('two').seed).id;
  one.transport.connect({ node: configOf('two').node, peer, addrs });
  await until(() => one.transport.peers().includes(peer));
});

test('a document is found at a node that is not connected, through the DHT of the network', async () => {
  const third = stack({ ...configOf('third'), discovery: { dht: true } });
  await third.transport.start();
  const bootstrap = third.transport.addresses();
  const [one, two] = ['one', 'two'].map((name) =>
    stack({ ...configOf(name), bootstrap, discovery: { dht: true } }),
  );
  assert.ok(one && two);
  await Promise.all([one.transport.start(), two.transport.start()]);
  await until(() => third.transport.peers().length === 2);
  assert.equal(one.transport.peers().length, 1);
  await two.documents.put(cidOf(document), document);
  assert.deepEqual(Buffer.from(await one.documents.fetch(cidOf(document))), document);
  assert.equal(await third.documents.has(cidOf(document)), false);
});

test('the documents may be started and stopped before the transport, or after it', async () => {
  for (const order of [
    ['documents', 'transport'],
    ['transport', 'documents'],
  ] as const) {
    const made = stack(configOf('one'));
    for (const part of order) await made[part].start();
    await made.documents.put(cidOf(document), document);
    assert.equal(made.transport.addresses().length, 1);
    for (const part of order) await made[part].stop();
    assert.deepEqual(made.transport.addresses(), []);
    await assert.rejects(made.documents.fetch(cidOf(document)), { code: 'docstore/stopped' });
    await assert.rejects(made.transport.start(), { code: 'transport/stopped' });
  }
});

test('the seed may be wiped at once', async () => {
  const config = configOf('one');
  const { id } = peerKeyFromSeed(config.seed);
  const { transport } = stack(config);
  config.seed.fill(0);
  await transport.start();
  assert.ok(transport.addresses().every((address) => address.endsWith(`/p2p/${id}`)));
});

test('a start that fails leaves nothing open', async () => {
  const one = stack(configOf('one'));
  await one.transport.start();
  const listen = one.transport.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
  const disk = createMemoryDisk();
  const two = stack({ ...configOf('two'), listen }, disk);
  await assert.rejects(two.transport.start(), { code: 'transport/start' });
  assert.equal(disk.holder, undefined);
  const used = createMemoryDisk();
  await memoryStore({ disk: used })();
  await assert.rejects(stack(configOf('three'), used).transport.start(), { code: 'log/in-use' });
});

test('a stop while it starts stops it, and a second start is refused', async () => {
  const disk = createMemoryDisk();
  const early = stack(configOf('one'), disk);
  const starting = early.transport.start();
  const refused = assert.rejects(starting, { code: 'transport/stopped' });
  await early.transport.stop();
  await refused;
  assert.equal(disk.holder, undefined);
  const { transport } = stack(configOf('two'));
  await transport.start();
  await assert.rejects(transport.start(), { code: 'transport/start' });
  assert.equal(transport.addresses().length, 1);
});

test('is stopped when it has stopped: a process with two of them ends by itself', async () => {
  const script = fileURLToPath(new URL('./stack-start-and-stop.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: 'inherit', timeout: 60_000 });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.deepEqual([code, signal], [0, null]);
});
