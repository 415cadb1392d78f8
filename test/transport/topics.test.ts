import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { identityTopic, inboxTopic, isTopicOf } from '../../src/transport/topics.ts';

const node = 'bafyreia' + 'a'.repeat(50) + 'a';

test('an inbox topic is the base32 of the first 20 bytes of the tagged hash', () => {
  // CBOR by hand: array of two texts of 16 and 59 bytes (RFC 8949, section 3).
  const input = Buffer.concat([
    Buffer.from([0x82, 0x70]),
    Buffer.from('milagro/inbox/v1'),
    Buffer.from([0x78, 59]),
    Buffer.from(node),
  ]);
  const digest = createHash('sha256').update(input).digest().subarray(0, 20);
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const base32 = bits
    .match(/.{5}/g)!
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
  assert.equal(inboxTopic('main', node), `/milagro/1/main/inbox/${base32}`);
});

test('a topic belongs to one network and is of one of two kinds', () => {
  const inbox = inboxTopic('main', node);
  assert.equal(isTopicOf('main', inbox), true);
  assert.equal(isTopicOf('main', identityTopic('main')), true);
  assert.equal(isTopicOf('test', inbox), false);
  assert.equal(isTopicOf('test', identityTopic('main')), false);
  for (const other of [
    '',
    `${inbox}a`,
    inbox.slice(0, -1),
    inbox.toUpperCase(),
    `${inbox.slice(0, -1)}1`,
    `${inbox.slice(0, -1)}\n`,
    `${inbox}\n`,
    `/milagro/1/main/inbox/`,
    `${identityTopic('main')}/x`,
  ])
    assert.equal(isTopicOf('main', other), false, JSON.stringify(other));
});
