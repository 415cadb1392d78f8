import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidOf, taggedHash } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { IdentityHead } from '../../src/domain/identity.ts';
import { digestOfCid } from '../../src/domain/ids.ts';
import { createHeadSet, type HeadSet } from '../../src/identity/head-set.ts';

const made = (text: string): string => cidOf(encode(text));
const idOf = (i: number): string => made(`id ${i}`);
const head = (id: string, seq: number, branch = ''): IdentityHead => ({
  id,
  seq,
  cid: made(`${id} ${seq} ${branch}`),
});
const setOf = (heads: readonly (readonly [number, number])[]): HeadSet => {
  const set = createHeadSet();
  for (const [i, seq] of heads) set.put(idOf(i), [head(idOf(i), seq)]);
  return set;
};

const chains = fc.uniqueArray(fc.tuple(fc.nat(40), fc.nat(3)), { selector: ([i]) => i });
/** As docs/protocol.md says it, and not as the code does it. */
const markOf = ({ id, seq, cid }: IdentityHead): Buffer =>
  taggedHash('milagro/heads/v1', id, [[seq, cid]]);
const xorOf = (marks: readonly Buffer[]): Buffer =>
  Buffer.from(
    Array.from({ length: 32 }, (_, i) => marks.reduce((sum, mark) => sum ^ (mark[i] ?? 0), 0)),
  );

test('the digest is the XOR of the marks, in whatever order and by whatever way they came', () => {
  fc.assert(
    fc.property(chains, chains, (final, former) => {
      const set = setOf(former);
      for (const [i, seq] of final.toReversed()) set.put(idOf(i), [head(idOf(i), seq)]);
      const kept = new Set(final.map(([i]) => i));
      for (const [i] of former) if (!kept.has(i)) set.delete(idOf(i));
      const marks = final.map(([i, seq]) => markOf(head(idOf(i), seq)));
      assert.deepEqual(set.digest(), xorOf(marks));
      assert.equal(set.size, final.length);
      assert.deepEqual(set.parts(), setOf(final).parts());
    }),
  );
});

test('what differs is found, and nothing else', () => {
  fc.assert(
    fc.property(chains, chains, (mine, theirs) => {
      const teller = setOf(mine);
      const asker = setOf(theirs);
      const sketch = asker.sketch(teller.differing(asker.parts()));
      const found = [];
      for (let i = 0; i < sketch.length; i += 16)
        found.push(teller.unlike(sketch.subarray(i, i + 16)));
      const here = new Map(mine);
      const differ = theirs.filter(([i, seq]) => here.has(i) && here.get(i) !== seq);
      assert.deepEqual(
        found.filter((id) => id !== undefined).toSorted(),
        differ.map(([i]) => idOf(i)).toSorted(),
      );
    }),
  );
});

test('a member is in the part that its id names, and its sketch line begins with its tag', () => {
  const set = setOf([[1, 0]]);
  const tag = Buffer.from(digestOfCid(idOf(1)).subarray(0, 8));
  assert.deepEqual(set.sketch().subarray(0, 8), tag);
  const differing = set.differing(createHeadSet().parts());
  const part = tag[0] ?? 0;
  assert.deepEqual(
    [...differing].map((byte, i) => (i === part >> 3 ? byte : byte === 0)),
    [...differing].map((_, i) => (i === part >> 3 ? 1 << (part & 7) : true)),
  );
});

test('a second head of a fork changes the mark', () => {
  const id = idOf(1);
  const set = setOf([[1, 1]]);
  const before = set.digest();
  set.put(id, [head(id, 1), head(id, 1, 'other')]);
  assert.notDeepEqual(set.digest(), before);
});

test('news are what has changed since they were last asked for', () => {
  const set = setOf([
    [1, 0],
    [2, 0],
  ]);
  const digest = set.digest();
  assert.deepEqual(set.news().changed, [idOf(1), idOf(2)]);
  set.put(idOf(1), [head(idOf(1), 0)]);
  assert.deepEqual(set.news(), { before: digest, changed: [] });
  set.put(idOf(1), [head(idOf(1), 1)]);
  set.put(idOf(2), [head(idOf(2), 1)]);
  set.delete(idOf(2));
  assert.deepEqual(set.news(), { before: digest, changed: [idOf(1)] });
});
