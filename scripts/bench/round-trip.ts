import { peerKeyFromSeed } from '../../src/identity/peer-key.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createGossipsubTransport } from '../../src/transport/gossipsub-transport.ts';
import { inboxTopic } from '../../src/transport/topics.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { pause } from '../local-network.ts';
import { median, timedAsync } from './measure.ts';

const NETWORK = 'bench';
const BYTES = 6_144;
const RUNS = 200;

/** Median time of a message of an order's size there and back over the real transport, on loopback, ms. */
export const gossipRoundTrip = async (): Promise<number> => {
  const [a, b] = [open('a'), open('b')];
  let answered: () => void = () => undefined;
  a.transport.join(a.topic, () => {
    answered();
    return 'accept';
  });
  b.transport.join(b.topic, (bytes) => {
    void b.transport.publish(a.topic, bytes);
    return 'accept';
  });
  try {
    await a.transport.start();
    await b.transport.start();
    meet(a.transport, b);
    meet(b.transport, a);
    const message = systemRandom.bytes(BYTES);
    while ((await a.transport.publish(b.topic, message)) === 0) await pause(50);
    while ((await b.transport.publish(a.topic, message)) === 0) await pause(50);
    await pause(200);
    const times = await timedAsync(
      () =>
        new Promise<void>((done) => {
          answered = done;
          void a.transport.publish(b.topic, message);
        }),
      RUNS,
    );
    return median(times);
  } finally {
    await Promise.all([a.transport.stop(), b.transport.stop()]);
  }
};

interface End {
  transport: Transport;
  topic: string;
  node: string;
  peer: string;
}

const open = (name: string): End => {
  const seed = systemRandom.bytes(32);
  const node = cidOf(encode(name));
  const transport = createGossipsubTransport({
    config: { network: NETWORK, node, seed, listen: ['/ip4/127.0.0.1/tcp/0'], announce: [] },
    clock: systemClock,
    random: systemRandom,
  });
  return { transport, topic: inboxTopic(NETWORK, node), node, peer: peerKeyFromSeed(seed).id };
};

const meet = (from: Transport, { node, peer, transport }: End): void =>
  from.connect({ node, peer, addrs: transport.addresses() });
