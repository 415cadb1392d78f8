import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { Entry } from '../../src/log/event-log.ts';
import { createMarks } from '../../src/node/marks.ts';

const cid = (text: string): string => cidOf(encode(text));
const [alice, bob] = [cid('alice'), cid('bob')];

const tookIn = (...received: [sender: string, seq: number, envelope: string][]) => ({
  entry: {
    kind: 'event',
    event: { type: 'thing.happened' },
    received: received.map(([sender, seq, envelope]) => ({
      sender,
      seq,
      envelope: cid(envelope),
      kept: false,
    })),
  } satisfies Entry as Entry,
});

it('knows what the records of a stream took in, of each sender', () => {
  const sealed: Entry = { kind: 'sealed', seq: 1, type: 'x', envelope: cid('x'), to: [], until: 1 };
  const marks = createMarks([tookIn([alice, 1, 'a'], [bob, 1, 'b']), { entry: sealed }]);
  assert.equal(marks.under(alice, 1), cid('a'));
  assert.equal(marks.under(bob, 1), cid('b'));
  assert.equal(marks.under(alice, 2), undefined);
});

it('names the first of two envelopes under one number, whichever way it came to know them', () => {
  const marks = createMarks([tookIn([alice, 1, 'first']), tookIn([alice, 1, 'second'])]);
  assert.equal(marks.under(alice, 1), cid('first'));
  marks.add(alice, 1, cid('third'));
  assert.equal(marks.under(alice, 1), cid('first'));
  marks.add(bob, 7, cid('first of bob'));
  marks.add(bob, 7, cid('second of bob'));
  assert.equal(marks.under(bob, 7), cid('first of bob'));
});
