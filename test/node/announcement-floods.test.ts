import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import type { Announcement } from '../../src/domain/announcement.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { IdentityHead } from '../../src/domain/identity.ts';
import { createHeadSet } from '../../src/identity/head-set.ts';
import { createHeadAnswers } from '../../src/node/head-answers.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';
import { inception, rotation } from './cheap-identities.ts';
import { createSpeakers, TOPIC, PEER } from './speakers.ts';

/** What strangers, and pinned peers, can make a node do by talking about identities. */

const MINUTE = 60_000;
const made = (text: string): string => cidOf(encode(text));
const headOf = (id: string): IdentityHead => ({ id, seq: 0, cid: id });

const pairAndEve = async (count: number) => {
  const world = createSpeakers({ seed: 'eve' });
  const [ann, bob] = [world.create('ann'), world.create('bob')];
  const known = Array.from({ length: count }, (_, i) => [inception(`known ${i}`)]);
  await ann.pin([bob.chain, ...known]);
  await bob.pin([ann.chain, ...known]);
  await ann.start();
  await bob.start();
  const eve = world.network.transport('eve');
  eve.connect({ node: ann.id, peer: 'ann', addrs: ['/memory/ann'] });
  await eve.start();
  await world.pass(MINUTE);
  const says = (what: Partial<Announcement>): void => {
    const announcement: Announcement = {
      v: 1,
      from: bob.id,
      heads: [],
      wanted: [],
      known: { digest: Buffer.alloc(32, 1), before: null },
      contact: { peer: PEER, addrs: [] },
      ...what,
    };
    void eve.publish(TOPIC, encode(announcement));
  };
  return { ...world, ann, bob, known, says };
};

describe('answers about heads', () => {
  const ids = Array.from({ length: 1_500 }, (_, i) => made(`id ${i}`));
  const theirs = createHeadSet();
  const mine = createHeadSet();
  for (const id of ids) {
    theirs.put(id, [{ id, seq: 1, cid: made(`later ${id}`) }]);
    mine.put(id, [headOf(id)]);
  }
  const answering = () => {
    const clock = createVirtualClock();
    const answer = createHeadAnswers({
      heads: mine,
      headsOf: (id) => [headOf(id)],
      isPinned: (id) => id === 'ann',
      clock,
    });
    return { clock, answer };
  };
  const sketch = theirs.sketch().subarray(0, 16 * 1_000);

  test('attack/I6: only pinned nodes get one', () => {
    const { answer } = answering();
    assert.equal(answer('eve', { nr: 1, sketch }), undefined);
    assert.ok(answer('ann', { nr: 1, sketch }));
  });

  test('attack/I6: none is larger than a body of 16 KiB, and says how far it went', () => {
    const { answer } = answering();
    const told = answer('ann', { nr: 7, sketch });
    assert.ok(told && 'heads' in told);
    assert.deepEqual([told.nr, told.done, told.heads.length], [7, 100, 100]);
    assert.ok(encode(told).length < 16_000);
    const parts = answer('ann', { nr: 8, parts: theirs.parts() });
    assert.ok(parts && encode(parts).length < 200);
  });

  test('attack/I6: so many at once, and two a second', () => {
    const { answer, clock } = answering();
    const count = (): number => {
      let answers = 0;
      while (answers < 1_000 && answer('ann', { nr: 1, parts: theirs.parts() })) answers += 1;
      return answers;
    };
    assert.equal(count(), 128);
    clock.advance(10_000);
    assert.equal(count(), 20);
  });
});

describe('announcements that are made up', () => {
  test('attack/I6: digests in the name of a pinned node cost a small question a second', async () => {
    const { ann, bob, pass, says } = await pairAndEve(2_000);
    const before = [ann, bob].map(({ said }) => said.mail.bytes);
    for (let i = 0; i < 600; i++) {
      says({ known: { digest: Buffer.alloc(32, i), before: null } });
      await pass(100);
    }
    const after = [ann, bob].map(({ said }) => said.mail.bytes);
    const [asked, told] = after.map((bytes, i) => bytes - (before[i] ?? 0));
    assert.ok((asked ?? 0) <= 61 * 2_300, `asked ${asked}`);
    assert.ok((told ?? 0) <= 61 * 300, `told ${told}`);
  });

  test('attack/I6: what strangers want is told at a bounded rate', async () => {
    const { ann, bob, pass, says, known } = await pairAndEve(2_000);
    const ids = known.map(([first]) => first?.cid ?? '');
    const before = ann.said.topic.bytes + bob.said.topic.bytes;
    for (let i = 0; i < 600; i++) {
      says({ wanted: ids.slice((i * 64) % 1_984, ((i * 64) % 1_984) + 64) });
      await pass(100);
    }
    const bytes = ann.said.topic.bytes + bob.said.topic.bytes - before;
    assert.ok(bytes <= 2 * (256 + 16 * 61) * 150 + 2 * 300 * 500, `${bytes}`);
  });

  test('attack/I6: heads without blocks do not stand in the way of a pinned node', async () => {
    const { ann, bob, pass, says, known } = await pairAndEve(100);
    const ids = known.map(([first]) => first?.cid ?? '');
    for (let i = 0; i < 200; i++)
      says({ heads: ids.slice(0, 64).map((id) => ({ id, seq: 1, cid: made(`${id} ${i}`) })) });
    await pass(1_000);
    const [chain] = known;
    const later = rotation(chain?.[0]?.cid ?? '', 1);
    await bob.announcer().take(later.bytes);
    bob.announcer().appeared();
    await pass(20_000);
    assert.equal(ann.directory().current(chain?.[0]?.cid ?? '').keyId, later.cid);
  });

  test('attack/I6: older heads in the name of a pinned node bring it a few letters', async () => {
    const { ann, bob, pass, says } = await pairAndEve(1);
    await bob.rotate();
    await pass(MINUTE);
    const before = ann.said.mail.count;
    for (let i = 0; i < 600; i++) {
      says({
        heads: [headOf(bob.id)],
        known: { digest: ann.directory().heads.digest(), before: null },
      });
      await pass(100);
    }
    assert.ok(ann.said.mail.count - before <= 10, `${ann.said.mail.count - before}`);
  });

  test('identities of strangers are not even looked for', async () => {
    const { ann, pass, says } = await pairAndEve(1);
    const id = made('stranger');
    says({ heads: [{ id, seq: 0, cid: id }] });
    await pass(MINUTE);
    assert.ok(!ann.directory().knows(id));
    assert.deepEqual(ann.notices, []);
  });
});
