import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import { FETCH_TIMEOUT, MAX_DOCUMENT_BYTES } from '../../src/docstore/document-store.ts';
import { createSearches, type SearchesDeps } from '../../src/docstore/searches.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';

const right = Buffer.from('the right bytes');
const cid = cidOf(right);

/** Peers whose answers are given by the test, one for each time they are asked. */
const searching = (answers: SearchesDeps['ask'][]) => {
  const clock = createVirtualClock();
  const asked: AbortSignal[] = [];
  const kept: string[] = [];
  const searches = createSearches({
    clock,
    ask: (name, signal) => {
      const answer = answers[asked.push(signal) - 1];
      return answer ? answer(name, signal) : never();
    },
    keep: async (name) => void kept.push(name),
  });
  /** Time passes, and what follows from it happens. */
  const pass = async (ms: number) => {
    for (let rest = ms; rest > 0; rest -= STEP) {
      clock.advance(Math.min(rest, STEP));
      await new Promise(setImmediate);
    }
  };
  return { clock, searches, asked, kept, pass };
};
const STEP = 500;
const never = () => new Promise<never>(() => undefined);

for (const [what, first] of Object.entries<SearchesDeps['ask']>({
  'is never given': never,
  'is refused': async () => {
    throw new Error('no');
  },
  'is other bytes': async () => Buffer.from('the wrong bytes'),
}))
  test(`attack/I4: asks again where an answer ${what}`, async () => {
    const { searches, asked, kept, pass } = searching([first, async () => right]);
    const finding = searches.find(cid);
    await pass(FETCH_TIMEOUT / 2);
    assert.deepEqual(Buffer.from(await finding), right);
    assert.equal(asked.length, 2);
    assert.deepEqual(kept, [cid]);
  });

test('attack/I4: does not ask without pause, whatever it is answered', async () => {
  const wrong = async () => Buffer.from('the wrong bytes');
  const { searches, asked, kept, pass } = searching(Array(100).fill(wrong));
  const refused = assert.rejects(searches.find(cid), { code: 'docstore/not-found' });
  await pass(FETCH_TIMEOUT);
  await refused;
  assert.ok(asked.length <= 4, `${asked.length} times`);
  assert.deepEqual(kept, []);
});

test('attack/I4: keeps nothing that is too large', async () => {
  const larger = Buffer.alloc(MAX_DOCUMENT_BYTES + 1);
  const { searches, kept } = searching([async () => larger]);
  await assert.rejects(searches.find(cidOf(larger)), { code: 'docstore/too-large' });
  assert.deepEqual(kept, []);
});

test('one search serves all who wait, and ends with the last of them', async () => {
  const { clock, searches, asked, pass } = searching([]);
  const leaving = new AbortController();
  const first = assert.rejects(searches.find(cid, leaving.signal), { code: 'docstore/not-found' });
  const second = assert.rejects(searches.find(cid), { code: 'docstore/not-found' });
  leaving.abort();
  await first;
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.aborted, false);
  await pass(FETCH_TIMEOUT);
  await second;
  assert.ok(asked.every(({ aborted }) => aborted));
  assert.equal(clock.waiting(), 0);
});

test('what cannot be kept is not given as kept', async () => {
  const searches = createSearches({
    clock: createVirtualClock(),
    ask: async () => right,
    keep: async () => {
      throw new Error('the disk is full');
    },
  });
  await assert.rejects(searches.find(cid), /disk is full/);
});

test('a stop ends every search, and lets none begin', async () => {
  const { clock, searches, asked } = searching([]);
  const stopped = { code: 'docstore/stopped' };
  const finding = assert.rejects(searches.find(cid), stopped);
  await searches.stop();
  await finding;
  await assert.rejects(searches.find(cid), stopped);
  assert.equal(asked.length, 1);
  await new Promise(setImmediate);
  assert.equal(clock.waiting(), 0);
});
