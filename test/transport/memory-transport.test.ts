import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';
import type { MemoryNetwork, MemoryNetworkDeps } from '../../src/transport/memory-network.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { transportContract } from '../contract/transport.contract.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

transportContract('memory', () => {
  const clock = createVirtualClock();
  const network = createMemoryNetwork({
    clock,
    random: createSeededRandom('contract'),
    faults: { delay: { kind: 'exponential', mean: 20 } },
  });
  return {
    open: async (name) => ({ transport: network.transport(`peer-${name}`), peer: `peer-${name}` }),
    until: async (condition) => {
      for (let round = 0; !condition(); round++) {
        if (round > 1_000) assert.fail('the condition never came true');
        await new Promise(setImmediate);
        clock.advance(10);
      }
    },
    quiet: async () => {
      await new Promise(setImmediate);
      clock.advance(10_000);
    },
    close: async () => {
      clock.advance(60_000);
      assert.equal(clock.waiting(), 0, 'nothing is left to happen');
    },
  };
});

const TOPIC = '/milagro/1/test/identity';

interface Bench {
  clock: VirtualClock;
  network: MemoryNetwork;
  peers: Map<string, { transport: Transport; received: string[]; subscribed: string[] }>;
  /** Starts a peer that takes part in TOPIC and dials all who are there. */
  add(peer: string): Promise<void>;
  say(peer: string, text: string): Promise<number>;
  heard(peer: string): string[];
}

const createBench = async (
  names: readonly string[],
  deps: Partial<MemoryNetworkDeps> = {},
): Promise<Bench> => {
  const clock = createVirtualClock();
  const random = createSeededRandom('bench');
  const network = createMemoryNetwork({ clock, random, ...deps });
  const peers: Bench['peers'] = new Map();
  const bench: Bench = {
    clock,
    network,
    peers,
    add: async (peer) => {
      const transport = network.transport(peer);
      const [received, subscribed]: [string[], string[]] = [[], []];
      transport.join(TOPIC, (bytes) => {
        received.push(Buffer.from(bytes).toString());
        return 'ignore';
      });
      transport.onSubscribed((_, from) => subscribed.push(from));
      await transport.start();
      for (const [other, { transport: theirs }] of peers)
        if (other !== peer)
          transport.connect({ node: other, peer: other, addrs: theirs.addresses() });
      peers.set(peer, { transport, received, subscribed });
    },
    say: (peer, text) => peers.get(peer)!.transport.publish(TOPIC, Buffer.from(text)),
    heard: (peer) => peers.get(peer)!.received,
  };
  for (const name of names) await bench.add(name);
  clock.advance(1_000);
  return bench;
};

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('memory network: faults', () => {
  test('loses about the given share', async () => {
    const bench = await createBench(['a', 'b'], { faults: { loss: 0.4 } });
    for (const text of numbers(1_000)) assert.equal(await bench.say('a', text), 1);
    bench.clock.advance(0);
    const { length } = bench.heard('b');
    assert.ok(length > 500 && length < 700, `${length} of 1000 arrived`);
  });

  test('repeats about the given share, and nothing more than once', async () => {
    const bench = await createBench(['a', 'b'], { faults: { duplicate: 0.6 } });
    for (const text of numbers(1_000)) await bench.say('a', text);
    bench.clock.advance(0);
    const { length } = bench.heard('b');
    assert.ok(length > 1_500 && length < 1_700, `${length} arrivals of 1000`);
    assert.equal(new Set(bench.heard('b')).size, 1_000);
  });

  test('without reordering a link keeps the order, however the delays fall', async () => {
    const bench = await createBench(['a', 'b'], {
      faults: { delay: { kind: 'exponential', mean: 2_000 } },
    });
    bench.clock.advance(60_000);
    for (const text of numbers(200)) await bench.say('a', text);
    bench.clock.advance(60_000);
    assert.deepEqual(bench.heard('b'), numbers(200));
  });

  test('reorders, but nothing overtakes more than the window', async () => {
    const bench = await createBench(['a', 'b'], { faults: { reorder: 8 } });
    for (const text of numbers(500)) await bench.say('a', text);
    bench.clock.advance(0);
    const arrived = bench.heard('b').map(Number);
    assert.notDeepEqual(arrived, numbers(500).map(Number));
    assert.equal(new Set(arrived).size, 500);
    for (const [position, value] of arrived.entries())
      assert.ok(value - position <= 8, `${value} arrived at position ${position}`);
  });

  test('delays by the mean, in each distribution', async () => {
    for (const kind of ['fixed', 'uniform', 'exponential'] as const) {
      const bench = await createBench(['a', 'b']);
      bench.network.setFaults({ delay: { kind, mean: 100 } });
      let total = 0;
      for (const text of numbers(300)) {
        const sent = bench.clock.now();
        const before = bench.heard('b').length;
        await bench.say('a', text);
        while (bench.heard('b').length === before) bench.clock.advance(1);
        total += bench.clock.now() - sent;
      }
      const mean = total / 300;
      assert.ok(mean > 80 && mean < 120, `${kind}: ${mean} ms`);
    }
  });
});

describe('memory network: partitions and peers that go', () => {
  test('a one-way cut loses one way only, what is in flight included', async () => {
    const bench = await createBench(['a', 'b'], { faults: { delay: { kind: 'fixed', mean: 10 } } });
    await bench.say('a', 'in flight');
    bench.network.cut('a', 'b');
    assert.equal(await bench.say('a', 'cut'), 1, 'the sender cannot tell');
    await bench.say('b', 'back');
    bench.clock.advance(100);
    assert.deepEqual(bench.heard('b'), []);
    assert.deepEqual(bench.heard('a'), ['back']);
    bench.network.heal();
    await bench.say('a', 'healed');
    bench.clock.advance(100);
    assert.deepEqual(bench.heard('b'), ['healed']);
  });

  test('no connection is made over a link that works one way only', async () => {
    const bench = await createBench(['a']);
    bench.network.cut('a', 'b');
    await bench.add('b');
    bench.clock.advance(1_000);
    assert.deepEqual(bench.peers.get('b')!.transport.peers(), []);
  });

  test('a partition separates the groups only, and healing brings subscriptions back', async () => {
    const bench = await createBench(['a', 'b', 'c']);
    bench.network.partition(['a', 'b'], ['c']);
    assert.equal(await bench.say('a', 'inside'), 1);
    bench.clock.advance(0);
    assert.deepEqual(bench.heard('b'), ['inside']);
    assert.deepEqual(bench.heard('c'), []);
    assert.deepEqual(bench.peers.get('c')!.transport.peers(), []);
    bench.peers.get('a')!.subscribed.length = 0;
    bench.network.heal();
    bench.clock.advance(0);
    assert.deepEqual(bench.peers.get('a')!.subscribed, ['c']);
  });

  test('an unplugged peer is alone and comes back with its subscriptions', async () => {
    const bench = await createBench(['a', 'b']);
    bench.network.unplug('b');
    assert.equal(await bench.say('a', 'x'), 0);
    assert.equal(await bench.say('b', 'y'), 0);
    bench.network.plug('b');
    bench.clock.advance(0);
    assert.equal(await bench.say('a', 'z'), 1);
    bench.clock.advance(0);
    assert.deepEqual(bench.heard('b'), ['z']);
  });

  test('asking for the transport again is a crash and restart of the peer', async () => {
    const bench = await createBench(['a', 'b'], { faults: { delay: { kind: 'fixed', mean: 10 } } });
    const crashed = bench.peers.get('b')!;
    await bench.say('a', 'in flight');
    await bench.add('b');
    bench.clock.advance(1_000);
    assert.deepEqual(crashed.received, [], 'the dead receive nothing');
    assert.deepEqual(bench.heard('b'), [], 'what was in flight is lost');
    await assert.rejects(crashed.transport.start(), { code: 'transport/stopped' });
    assert.equal(await crashed.transport.publish(TOPIC, Buffer.from('ghost')), 0);
    assert.equal(await bench.say('a', 'alive'), 1);
    bench.clock.advance(1_000);
    assert.deepEqual(bench.heard('b'), ['alive']);
  });
});

describe('memory network: hooks and determinism', () => {
  test('a hook sees, drops, changes and multiplies messages', async () => {
    const seen: string[] = [];
    const bench = await createBench(['a', 'b'], {
      hooks: {
        transmit: ({ from, to, topic, bytes }) => {
          const text = Buffer.from(bytes).toString();
          seen.push([from, to, topic, text].join(' '));
          if (text === 'drop') return [];
          if (text === 'twice') return [bytes, bytes];
          return [Buffer.from(text.toUpperCase())];
        },
        delivered: ({ to, verdict }) => seen.push(`${to} ${verdict}`),
      },
    });
    for (const text of ['drop', 'change', 'twice']) await bench.say('a', text);
    bench.clock.advance(0);
    assert.deepEqual(bench.heard('b'), ['CHANGE', 'twice', 'twice']);
    assert.deepEqual(seen, [
      ...['drop', 'change', 'twice'].map((text) => `a b ${TOPIC} ${text}`),
      'b ignore',
      'b ignore',
      'b ignore',
    ]);
  });

  test('one seed gives one trace, another seed another', async () => {
    const trace = async (seed: number) => {
      const events: string[] = [];
      const clock = createVirtualClock();
      const bench = await createBench(['a', 'b', 'c', 'd'], {
        clock,
        random: createSeededRandom(seed),
        faults: {
          loss: 0.4,
          duplicate: 0.6,
          reorder: 64,
          delay: { kind: 'exponential', mean: 2_000 },
        },
        hooks: {
          delivered: ({ from, to, bytes }) =>
            events.push(`${clock.now()} ${from} ${to} ${Buffer.from(bytes).toString()}`),
        },
      });
      clock.advance(60_000);
      for (const text of numbers(50)) for (const from of 'abcd') await bench.say(from, from + text);
      clock.advance(600_000);
      return events;
    };
    const first = await trace(1);
    assert.ok(first.length > 100);
    assert.deepEqual(await trace(1), first);
    assert.notDeepEqual(await trace(2), first);
  });
});
