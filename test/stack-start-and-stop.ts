import { cidOf } from '../src/crypto/hash.ts';
import { createMemoryDisk, memoryStore } from '../src/log/memory-store.ts';
import { createNetworkStack } from '../src/network-stack.ts';
import { systemClock } from '../src/ports/clock.ts';
import { systemRandom } from '../src/ports/random.ts';
import { peerKeyFromSeed } from '../src/identity/peer-key.ts';
import { configOf } from './transport/real-network.ts';

/** Run as a process: two nodes exchange a document, look for one that nobody has, and stop. Then nothing is left to do. */
const stack = (name: string) =>
  createNetworkStack({
    config: { ...configOf(name), discovery: { dht: true, mdns: true, relay: 'server' } },
    clock: systemClock,
    random: systemRandom,
    openDocuments: memoryStore({ disk: createMemoryDisk() }),
  });
const [one, two] = [stack('one'), stack('two')];
await Promise.all([one.transport.start(), two.transport.start()]);
one.transport.connect({
  node: configOf('two').node,
  peer: peerKeyFromSeed(configOf('two').seed).id,
  addrs: two.transport.addresses(),
});
const document = Buffer.from('a document');
await two.documents.put(cidOf(document), document);
await one.documents.fetch(cidOf(document));
one.documents.fetch(cidOf(Buffer.from('absent'))).catch(() => undefined);
await Promise.all([one.transport.stop(), two.transport.stop()]);
