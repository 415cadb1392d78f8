import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cidOfDigest } from '../../src/domain/ids.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { identityTopic, inboxTopic } from '../../src/transport/topics.ts';
import { MAX_MESSAGE_BYTES } from '../../src/transport/transport.ts';
import type { Contact, PeerId, Transport, Verdict } from '../../src/transport/transport.ts';

/** What every transport must do, whatever carries it. */

export interface TransportHarness {
  /** A transport that has not been started. The same name is the same peer, at the same address, after a restart. */
  open(name: string): Promise<Opened>;
  /** Waits for a condition; throws when it never comes true. */
  until(condition: () => boolean): Promise<void>;
  /** Long enough for whatever is on its way to arrive. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export interface Opened {
  transport: Transport;
  peer: PeerId;
}

export const NETWORK = 'contract';
export const nodeOf = (name: string) => cidOfDigest(sha256(Buffer.from(name)));
const inboxOf = (name: string) => inboxTopic(NETWORK, nodeOf(name));
const identities = identityTopic(NETWORK);

/** A node of the test: its transport and all it has been handed. */
interface Party extends Opened {
  name: string;
  received: { topic: string; bytes: Buffer; via: PeerId }[];
  subscribed: { topic: string; peer: PeerId }[];
  verdict: Verdict;
}

export const transportContract = (adapter: string, create: () => TransportHarness): void => {
  describe(`transport contract: ${adapter}`, () => {
    let harness: TransportHarness;
    beforeEach(() => {
      harness = create();
    });
    afterEach(() => harness.close());

    const opened = async (name: string, topics: readonly string[]): Promise<Party> => {
      const { transport, peer } = await harness.open(name);
      const party: Party = {
        name,
        transport,
        peer,
        received: [],
        subscribed: [],
        verdict: 'accept',
      };
      transport.onSubscribed((topic, from) => party.subscribed.push({ topic, peer: from }));
      for (const topic of topics) join(party, topic);
      return party;
    };
    const join = (party: Party, topic: string) =>
      party.transport.join(topic, (bytes, via) => {
        party.received.push({ topic, bytes: Buffer.from(bytes), via });
        return party.verdict;
      });
    const running = async (name: string, topics: readonly string[] = [inboxOf(name)]) => {
      const party = await opened(name, topics);
      await party.transport.start();
      return party;
    };
    const contactOf = (party: Party): Contact => ({
      node: nodeOf(party.name),
      peer: party.peer,
      addrs: party.transport.addresses(),
    });
    const knows = (party: Party, topic: string, other: Party) =>
      harness.until(() =>
        party.subscribed.some((seen) => seen.topic === topic && seen.peer === other.peer),
      );
    /** Both ends know all that the other has joined. */
    const link = async (from: Party, to: Party, ...topics: string[]) => {
      from.transport.connect(contactOf(to));
      for (const topic of topics) await knows(from, topic, to);
      await harness.until(() => to.transport.peers().includes(from.peer));
    };
    const texts = (party: Party) => party.received.map(({ bytes }) => bytes.toString());

    test('delivers the very bytes to who joined the topic, from who did not', async () => {
      const [alice, bob, carol] = [await running('a'), await running('b'), await running('c')];
      await link(alice, bob, inboxOf('b'));
      await link(alice, carol, inboxOf('c'));
      const bytes = Buffer.from([0, 255, 1, 254]);
      assert.equal(await alice.transport.publish(inboxOf('b'), bytes), 1);
      await harness.until(() => bob.received.length === 1);
      assert.deepEqual(bob.received, [{ topic: inboxOf('b'), bytes, via: alice.peer }]);
      await harness.quiet();
      assert.deepEqual(carol.received, []);
      assert.deepEqual(alice.received, []);
    });

    test('carries the largest message and refuses a larger one', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      await link(alice, bob, inboxOf('b'));
      const largest = Buffer.alloc(MAX_MESSAGE_BYTES, 7);
      assert.equal(await alice.transport.publish(inboxOf('b'), largest), 1);
      const larger = Buffer.alloc(MAX_MESSAGE_BYTES + 1, 8);
      assert.equal(await alice.transport.publish(inboxOf('b'), larger), 0);
      await harness.until(() => bob.received.length > 0);
      await harness.quiet();
      assert.deepEqual(
        bob.received.map((message) => message.bytes),
        [largest],
      );
    });

    test('is not disturbed when the caller reuses its buffer', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      await link(alice, bob, inboxOf('b'));
      const bytes = Buffer.from('before');
      const handed = alice.transport.publish(inboxOf('b'), bytes);
      bytes.fill(0);
      assert.equal(await handed, 1);
      await harness.until(() => bob.received.length === 1);
      assert.deepEqual(texts(bob), ['before']);
    });

    test('sends the same bytes again when asked again, at once or later', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      await link(alice, bob, inboxOf('b'));
      bob.verdict = 'ignore';
      const envelope = Buffer.from('envelope');
      assert.equal(await alice.transport.publish(inboxOf('b'), envelope), 1);
      assert.equal(await alice.transport.publish(inboxOf('b'), envelope), 1);
      await harness.until(() => bob.received.length === 2);
      assert.equal(await alice.transport.publish(inboxOf('b'), envelope), 1);
      await harness.until(() => bob.received.length === 3);
    });

    test('hands to nobody where nobody listens', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('x')), 0);
      await link(alice, bob, inboxOf('b'));
      assert.equal(await alice.transport.publish(inboxOf('nobody'), Buffer.from('x')), 0);
    });

    test('publishes nothing before the start and after the stop, and never rejects', async () => {
      const alice = await opened('a', [inboxOf('a')]);
      const bob = await running('b');
      alice.transport.connect(contactOf(bob));
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('early')), 0);
      await alice.transport.start();
      await knows(alice, inboxOf('b'), bob);
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('now')), 1);
      await harness.until(() => bob.received.length === 1);
      await alice.transport.stop();
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('late')), 0);
      assert.deepEqual(texts(bob), ['now']);
    });

    test('tells of a subscription that appears on an open connection, and the first message arrives', async () => {
      const [alice, bob] = [await running('a'), await running('b', [])];
      await link(alice, bob);
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('x')), 0);
      join(bob, inboxOf('b'));
      await knows(alice, inboxOf('b'), bob);
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('first')), 1);
      await harness.until(() => bob.received.length === 1);
      assert.deepEqual(texts(bob), ['first']);
    });

    test('both ends of a connection may send, whoever dialled', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      await link(alice, bob, inboxOf('b'));
      await knows(bob, inboxOf('a'), alice);
      assert.equal(await bob.transport.publish(inboxOf('a'), Buffer.from('back')), 1);
      await harness.until(() => alice.received.length === 1);
      assert.equal(alice.received[0]?.via, bob.peer);
    });

    for (const verdict of ['accept', 'ignore', 'reject'] as const) {
      const passes = verdict === 'accept';
      test(`${passes ? 'passes on' : 'keeps to itself'} what its receiver says to ${verdict}`, async () => {
        const [alice, bob, carol] = [
          await running('a', [identities]),
          await running('b', [identities]),
          await running('c', [identities]),
        ];
        await link(alice, bob, identities);
        await link(bob, carol, identities);
        bob.verdict = verdict;
        // Between subscribers a message travels only once the mesh has been grafted: keep telling.
        await harness.until(() => {
          void alice.transport.publish(identities, Buffer.from('heads'));
          return passes ? carol.received.length > 0 : bob.received.length > 1;
        });
        await harness.quiet();
        assert.equal(
          carol.received.every(({ via }) => via === bob.peer),
          true,
        );
        assert.equal(carol.received.length > 0, passes);
        assert.deepEqual(alice.received, [], 'nobody hears himself');
      });
    }

    test('shows its connections, and closes the one it forgets', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      await link(alice, bob);
      assert.deepEqual(alice.transport.peers(), [bob.peer]);
      const [connection] = alice.transport.connections();
      assert.equal(connection?.peer, bob.peer);
      assert.equal(connection?.direction, 'outbound');
      assert.ok(
        bob.transport.addresses().some((addr) => addr.startsWith(connection?.address ?? '?')),
      );
      assert.equal(bob.transport.connections()[0]?.direction, 'inbound');
      alice.transport.forget(bob.peer);
      await harness.until(
        () => alice.transport.peers().length === 0 && bob.transport.peers().length === 0,
      );
      await harness.quiet();
      assert.deepEqual(alice.transport.connections(), []);
    });

    test('does not connect to another peer than the expected one', async () => {
      const [alice, bob, carol] = [await running('a'), await running('b'), await running('c')];
      const bare = bob.transport.addresses().map((addr) => addr.replace(/\/p2p\/.*/, ''));
      alice.transport.connect({ node: nodeOf('c'), peer: carol.peer, addrs: bare });
      await harness.quiet();
      assert.deepEqual(alice.transport.peers(), []);
      assert.deepEqual(bob.transport.peers(), []);
    });

    test('tries the addresses in order, past those that lead nowhere', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      const addrs = ['not an address', '/ip4/127.0.0.1/tcp/1', ...bob.transport.addresses()];
      alice.transport.connect({ ...contactOf(bob), addrs });
      await harness.until(() => alice.transport.peers().includes(bob.peer));
    });

    test('a later contact of a peer takes the place of the earlier', async () => {
      const [alice, bob] = [await running('a'), await running('b')];
      alice.transport.connect({ ...contactOf(bob), addrs: ['/ip4/127.0.0.1/tcp/1'] });
      await harness.quiet();
      assert.deepEqual(alice.transport.peers(), []);
      await link(alice, bob, inboxOf('b'));
    });

    test('reaches a peer that comes back, and tells of its subscription again', async () => {
      const alice = await running('a');
      const before = await running('b');
      await link(alice, before, inboxOf('b'));
      await before.transport.stop();
      await harness.until(() => alice.transport.peers().length === 0);
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('lost')), 0);

      alice.subscribed.length = 0;
      const after = await running('b');
      assert.equal(after.peer, before.peer);
      await knows(alice, inboxOf('b'), after);
      assert.equal(await alice.transport.publish(inboxOf('b'), Buffer.from('again')), 1);
      await harness.until(() => after.received.length === 1);
      assert.deepEqual(texts(after), ['again']);
      assert.deepEqual(before.received, []);
    });

    test('has addresses with its peer id while it runs', async () => {
      const alice = await opened('a', []);
      assert.deepEqual(alice.transport.addresses(), []);
      await alice.transport.start();
      assert.ok(alice.transport.addresses().length > 0);
      for (const addr of alice.transport.addresses())
        assert.ok(addr.endsWith(`/p2p/${alice.peer}`), addr);
      await alice.transport.stop();
      assert.deepEqual(alice.transport.addresses(), []);
    });

    test('starts once and stops for good', async () => {
      const alice = await running('a');
      await assert.rejects(alice.transport.start(), { code: 'transport/start' });
      await alice.transport.stop();
      await alice.transport.stop();
      await assert.rejects(alice.transport.start(), { code: 'transport/stopped' });
      assert.throws(() => join(alice, identities), { code: 'transport/stopped' });
      assert.deepEqual(alice.transport.peers(), []);
    });
  });
};
