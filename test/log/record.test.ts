import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CodecError } from '../../src/errors.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { LogRecord } from '../../src/log/event-log.ts';
import {
  chain,
  decodeRecord,
  encodeRecord,
  NOTHING_BEFORE,
  recordHash,
} from '../../src/log/record.ts';
import { UPCASTS, upcast, type Upcasts } from '../../src/log/upcast.ts';
import { throwsCode } from '../throws-code.ts';
import { ALICE, AT, cid, envelope, openLog, secretId, stream, turn } from './log-world.ts';

const body: Omit<LogRecord, 'hash'> = {
  stream: stream('order'),
  seq: 1,
  position: 7,
  at: AT,
  prev: NOTHING_BEFORE,
  machine: 'principal@1',
  entry: {
    kind: 'event',
    event: { type: 'order.proposed' },
    received: [{ sender: ALICE, seq: 3, envelope: envelope(3, 'x').envelope, kept: true }],
    secrets: [secretId('s')],
    seen: { peer: ALICE, head: { seq: 9, hash: Buffer.alloc(32, 1) } },
  },
};

it('has the format that logs on disk have', () => {
  // From Python (hashlib, an encoder of its own). If this fails, existing logs no longer open.
  const hash = recordHash(encodeRecord(body));
  assert.equal(
    hash.toString('hex'),
    '79ea44deb74a54118c02a73bf1a41900f0fd2c1cfc207ed75b3a957ea1448af4',
  );
  const first = chain(null, hash);
  assert.equal(
    Buffer.from(first.hash).toString('hex'),
    'c31def69069cc1e4442faa1db854979ac040338d1e86159a55566e0258c17cee',
  );
  const second = chain(first, hash);
  assert.equal(
    Buffer.from(second.hash).toString('hex'),
    'b5d21fe53277adcf4044d2b8abdbb3d5900cdf8275c0fcc8d850e275fb33faae',
  );
  assert.deepEqual([first.seq, second.seq], [1, 2]);
});

it('is read as it was written', () => {
  const encoded = encodeRecord(body);
  const { hash, ...read } = decodeRecord(encoded, 'record 7', UPCASTS);
  assert.deepEqual(Buffer.from(encodeRecord(read)), Buffer.from(encoded));
  assert.deepEqual(hash, recordHash(encoded));
});

it('is not written in a shape that could not be read', () => {
  const bad: Partial<LogRecord>[] = [
    { seq: 0 },
    { position: 1.5 },
    { at: -1 },
    { prev: Buffer.alloc(31) },
    { entry: { kind: 'event', event: { type: 'x' }, secrets: ['ABC'] } },
    { entry: { kind: 'event', event: {} as { type: string } } },
    { entry: { kind: 'sealed', seq: 1, type: 'x', envelope: 'Qm', to: [], until: 0 } },
    { entry: { kind: 'sealed', seq: 1, type: 'x', envelope: cid('x'), to: ['bob'], until: 0 } },
  ];
  for (const wrong of bad)
    assert.throws(() => encodeRecord({ ...body, ...wrong }), CodecError, JSON.stringify(wrong));
});

it('is not read in a shape or version that is not known', () => {
  const read = (value: unknown) => () => decodeRecord(encode(value), 'record 7', UPCASTS);
  throwsCode('log/version', read({ ...body, v: 2 }));
  throwsCode('log/version', read({ ...body }));
  throwsCode('log/version', read('text'));
  throwsCode('log/version', read(null));
  throwsCode('log/corrupt', read({ ...body, v: 1, more: 1 }));
  throwsCode('log/corrupt', read({ ...body, v: 1, seq: '1' }));
  throwsCode('log/corrupt', () => decodeRecord(Uint8Array.of(0xff), 'record 7', UPCASTS));
});

it('brings an event of an older version to the present one, step by step', () => {
  const renamed: Upcasts = new Map([
    ['order.made@-1', (event) => ({ ...event, type: 'order.suggested' })],
    ['order.suggested@0', (event) => ({ ...event, type: 'order.proposed', since: 1 })],
  ]);
  assert.deepEqual(upcast({ type: 'order.made' }, -1, renamed), {
    type: 'order.proposed',
    since: 1,
  });
  assert.deepEqual(upcast({ type: 'order.suggested' }, 0, renamed), {
    type: 'order.proposed',
    since: 1,
  });
  assert.deepEqual(upcast({ type: 'order.ready' }, 0, renamed), { type: 'order.ready' });
  assert.deepEqual(upcast({ type: 'order.suggested' }, 1, renamed), { type: 'order.suggested' });
});

it('chains into the head that the log shows', async () => {
  const log = await openLog();
  const { head } = await log.append(turn('o', 'one'));
  const [record] = await log.read(stream('o'));
  assert.deepEqual(Buffer.from(chain(null, record!.hash).hash), Buffer.from(head.hash));
});
