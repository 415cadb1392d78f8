import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SignedBlock } from '../../src/identity/operation.ts';
import { inception, rotation } from './cheap-identities.ts';
import { createSpeakers, type Speaker } from './speakers.ts';

/** A round is 240 s and up to 65 s more. */
const ROUND = 306_000;
const MINUTE = 60_000;

const others = (count: number, label = 'other'): SignedBlock[][] =>
  Array.from({ length: count }, (_, i) => [inception(`${label} ${i}`)]);

const next = (chain: SignedBlock[], at = 0): SignedBlock => {
  const last = chain.at(-1) ?? assert.fail('an empty chain');
  const block = rotation(last.cid, chain.length, at);
  chain.push(block);
  return block;
};

const meter = (speakers: readonly Speaker[]) => {
  const sum = () =>
    speakers.reduce(
      (total, { said: { topic, mail } }) => ({
        messages: total.messages + topic.count + mail.count,
        bytes: total.bytes + topic.bytes + mail.bytes,
        mail: total.mail + mail.bytes,
      }),
      { messages: 0, bytes: 0, mail: 0 },
    );
  const before = sum();
  return () => {
    const after = sum();
    return {
      messages: after.messages - before.messages,
      bytes: after.bytes - before.bytes,
      mail: after.mail - before.mail,
    };
  };
};

const seqOf = (speaker: Speaker, id: string): number => speaker.directory().current(id).seq;

/** Two nodes that have pinned each other and these. */
const pair = async (ofAnn: SignedBlock[][], ofBob: SignedBlock[][]) => {
  const world = createSpeakers({ seed: 'pair' });
  const [ann, bob] = [world.create('ann'), world.create('bob')];
  await ann.pin([bob.chain, ...ofAnn]);
  await bob.pin([ann.chain, ...ofBob]);
  await ann.start();
  await bob.start();
  await world.pass(2 * MINUTE);
  return { ...world, ann, bob };
};

describe('what announcements cost', () => {
  test('a quiet round: the same for ten pinned peers and for two thousand', async () => {
    const costs = [];
    for (const count of [10, 2_000]) {
      const known = others(count);
      const { ann, bob, pass } = await pair(known, known);
      const cost = meter([ann, bob]);
      await pass(ROUND);
      costs.push(cost());
    }
    const [few, many] = costs;
    assert.deepEqual(many, few);
    assert.equal(few?.mail, 0);
    assert.ok(few && few.messages > 0 && few.bytes <= 500 * few.messages, JSON.stringify(few));
  });

  test('a quiet round of nodes that stand for different identities is no dearer, nor what changes there', async () => {
    const known = others(600);
    const { ann, bob, pass } = await pair(known.slice(0, 400), known.slice(200));
    const cost = meter([ann, bob]);
    await pass(2 * ROUND);
    for (const chain of known.slice(190, 210)) await ann.announcer().take(next(chain).bytes);
    await pass(2 * ROUND);
    for (const chain of known.slice(200, 210)) assert.equal(seqOf(bob, chain[0]?.cid ?? ''), 1);
    assert.equal(cost().mail, 0);
    assert.ok(cost().bytes <= 500 * cost().messages + 40 * 150, JSON.stringify(cost()));
  });

  test('a round after k changes costs k heads more', async () => {
    const known = others(500);
    const { ann, bob, pass } = await pair(known, known);
    for (const count of [1, 10, 40]) {
      const quiet = meter([ann]);
      await pass(ROUND);
      const { bytes, messages } = quiet();
      const changed = known.slice(0, count);
      for (const chain of changed) await ann.announcer().take(next(chain).bytes);
      const cost = meter([ann, bob]);
      await pass(ROUND);
      const each = (bytes / messages) * cost().messages;
      assert.ok(cost().bytes - each <= count * 2 * 150 + 200, JSON.stringify([count, cost()]));
      for (const chain of changed)
        assert.equal(seqOf(bob, chain[0]?.cid ?? ''), chain.length - 1, `of ${count}`);
    }
  });

  test('one missed change of thousands is found for a few kilobytes', async () => {
    const known = others(3_000);
    const { ann, bob, pass, cutOff, reconnect } = await pair(known, known);
    cutOff('bob');
    const [chain] = known;
    assert.ok(chain);
    await ann.announcer().take(next(chain).bytes);
    await pass(2 * ROUND);
    const cost = meter([ann, bob]);
    reconnect('bob');
    await pass(MINUTE / 2);
    assert.equal(seqOf(bob, chain[0]?.cid ?? ''), 1);
    assert.ok(cost().bytes < 12_000, JSON.stringify(cost()));
  });
});

describe('whoever was away', () => {
  test('learns of five rotations of others, and is learned of, within seconds', async () => {
    const { ann, bob, pass } = await pair([], []);
    bob.stop();
    for (let i = 0; i < 5; i++) await bob.rotate();
    for (let i = 0; i < 5; i++) {
      await ann.rotate();
      await pass(MINUTE);
    }
    await bob.start();
    await pass(15_000);
    assert.equal(seqOf(ann, bob.id), 5);
    assert.equal(seqOf(bob, ann.id), 5);
  });

  test('learns from a peer what happened to one that is not there', async () => {
    const away = others(1);
    const { ann, bob, pass } = await pair(away, away);
    bob.stop();
    const [chain] = away;
    assert.ok(chain);
    for (let i = 0; i < 5; i++) await ann.announcer().take(next(chain).bytes);
    await pass(ROUND);
    await bob.start();
    await pass(15_000);
    assert.equal(seqOf(bob, chain[0]?.cid ?? ''), 5);
  });

  test('learns of a fork that it has half of', async () => {
    const known = others(1);
    const { ann, bob, pass } = await pair(known, known);
    const [chain] = known;
    assert.ok(chain);
    const id = chain[0]?.cid ?? '';
    bob.stop();
    const halves = [1, 2].map((at) => rotation(id, 1, at).bytes);
    for (const half of halves) await ann.announcer().take(half);
    await pass(MINUTE);
    await bob.start();
    await pass(15_000);
    assert.equal(bob.directory().registry.duplicity(id).length, 1);
  });

  test('all converge, whatever was lost, cut and restarted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          loss: fc.double({ min: 0, max: 0.5, noNaN: true }),
          pins: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), {
            minLength: 6,
            maxLength: 6,
          }),
          course: fc.array(
            fc.record({
              who: fc.integer({ min: 0, max: 3 }),
              what: fc.constantFrom('rotate', 'change', 'cut', 'mend', 'stop', 'start', 'wait'),
              which: fc.integer({ min: 0, max: 5 }),
            }),
            { minLength: 4, maxLength: 24 },
          ),
        }),
        converges,
      ),
      { numRuns: 60 },
    );
  });
});

interface Course {
  seed: number;
  loss: number;
  /** Of six others, which of the four nodes have pinned them. */
  pins: boolean[][];
  course: { who: number; what: string; which: number }[];
}

const converges = async ({ seed, loss, pins, course }: Course): Promise<void> => {
  const delay = { kind: 'exponential', mean: 300 } as const;
  const world = createSpeakers({ seed: String(seed), faults: { loss, duplicate: loss, delay } });
  const speakers = ['ann', 'bob', 'cyd', 'dan'].map(world.create);
  const known = others(6);
  for (const [i, speaker] of speakers.entries()) {
    const pinned = known.filter((_, j) => pins[j]?.[i]);
    await speaker.pin(
      [...speakers.filter((other) => other !== speaker), ...[]].map((one) => one.chain),
    );
    await speaker.pin(pinned);
  }
  const up = new Set(speakers);
  for (const speaker of speakers) await speaker.start();
  for (const { who, what, which } of course) {
    const speaker = speakers[who] ?? assert.fail();
    const chain = known[which] ?? assert.fail();
    if (what === 'rotate') await speaker.rotate();
    if (what === 'change' && up.has(speaker) && pins[which]?.[who])
      for (const { bytes } of [...chain, next(chain)]) await speaker.announcer().take(bytes);
    if (what === 'cut') world.cutOff(speaker.peer);
    if (what === 'mend') world.reconnect(speaker.peer);
    if (what === 'stop' && up.delete(speaker)) speaker.stop();
    if (what === 'start' && !up.has(speaker)) {
      up.add(speaker);
      await speaker.start();
    }
    await world.pass(what === 'wait' ? MINUTE : 700);
  }
  world.network.setFaults({ loss: 0, duplicate: 0 });
  for (const speaker of speakers) world.cutOff(speaker.peer);
  for (const speaker of speakers) {
    world.reconnect(speaker.peer);
    if (!up.has(speaker)) await speaker.start();
  }
  await world.pass(MINUTE);
  for (const speaker of speakers) {
    for (const other of speakers) assert.equal(seqOf(speaker, other.id), other.chain.length - 1);
    for (const [j, chain] of known.entries())
      if (pins[j]?.[speakers.indexOf(speaker)])
        assert.equal(seqOf(speaker, chain[0]?.cid ?? ''), chain.length - 1);
  }
  for (const speaker of speakers) speaker.stop();
};
