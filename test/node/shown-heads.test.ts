import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Head } from '../../src/log/event-log.ts';
import { createShownHeads, showsHash } from '../../src/node/shown-heads.ts';
import { changed } from '../byzantine/lies.ts';
import { orderWith } from '../byzantine/told.ts';

const head = (seq: number): Head => ({ seq, hash: randomBytes(32) });
const key = createSecretKey(randomBytes(32));

test('a node knows the heads that it showed, also from an older copy of its data', () => {
  const known = head(7);
  const shown = createShownHeads(key).show(known);
  assert.equal(shown.hash.length, 32);
  assert.ok(createShownHeads(key).isOwn(shown));
  assert.ok(showsHash(shown, known.hash));
  assert.ok(!showsHash(shown, head(7).hash));
});

test('nobody else makes a head that a node takes for its own', () => {
  const heads = createShownHeads(key);
  const shown = heads.show(head(7));
  const other = heads.show(head(7));
  const lies: Head[] = [
    head(7),
    { seq: 8, hash: shown.hash },
    { seq: 7, hash: Buffer.alloc(32) },
    { seq: 7, hash: Buffer.concat([shown.hash.subarray(0, 16), other.hash.subarray(16)]) },
    createShownHeads(createSecretKey(randomBytes(32))).show(head(7)),
  ];
  for (const lie of lies) assert.equal(heads.isOwn(lie), false);
});

test('a peer that makes up heads stops nobody: the order goes on to its end', async () => {
  const told = await orderWith({
    fred2: changed('ack', (message) => ({ ...message, seen: { seq: 9, hash: randomBytes(32) } })),
  });
  assert.ok(told.redeemed);
  assert.ok(told.trace.some((line) => /paula +log\.head-invented/.test(line)));
  for (const name of told.honest) assert.deepEqual(told.view(name).blames, []);
});
