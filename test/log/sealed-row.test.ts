import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { it } from 'node:test';
import { createRowCipher, type Place } from '../../src/log/sealed-row.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { throwsCode } from '../throws-code.ts';
import { ALICE, DATA_KEY, ME, stream } from './log-world.ts';

const deps = { node: ME, dataKey: DATA_KEY, random: systemRandom };
const cipher = createRowCipher(deps);
const text = Buffer.from('a value');
const prev = Buffer.alloc(32, 1);
const record = { stream: stream('a'), seq: 2, prev };

it('opens where it was sealed, and nowhere else', () => {
  const places: Place[] = [
    { key: 'r/1' },
    { key: 'r/2' },
    record,
    { ...record, stream: stream('b') },
    { ...record, stream: stream('a', 'fiduciary') },
    { ...record, seq: 3 },
    { ...record, prev: Buffer.alloc(32, 2) },
  ];
  for (const sealedFor of places) {
    const row = cipher.seal(sealedFor, text);
    for (const place of places)
      if (place === sealedFor) assert.deepEqual(cipher.open(place, row, 'row'), text);
      else throwsCode('log/corrupt', () => cipher.open(place, row, 'row'));
  }
});

it('opens for one node and one key', () => {
  const others = [
    createRowCipher({ ...deps, node: ALICE }),
    createRowCipher({ ...deps, dataKey: createSecretKey(Buffer.alloc(32, 8)) }),
  ];
  for (const place of [{ key: 'k' }, record]) {
    const row = cipher.seal(place, text);
    for (const other of others) throwsCode('log/corrupt', () => other.open(place, row, 'row'));
  }
});

it('seals with a fresh nonce each time', () => {
  const nonces = new Set<string>();
  for (let i = 0; i < 100; i++)
    nonces.add(Buffer.from(cipher.seal({ key: 'k' }, text)).toString('hex', 0, 12));
  assert.equal(nonces.size, 100);
  const seeded = () => createRowCipher({ ...deps, random: createSeededRandom('same') });
  assert.deepEqual(seeded().seal({ key: 'k' }, text), seeded().seal({ key: 'k' }, text));
});

it('names what does not open, however short it is', () => {
  const row = cipher.seal({ key: 'k' }, text);
  for (const length of [0, 11, 12, 27, row.length - 1]) {
    const open = () => cipher.open({ key: 'k' }, row.subarray(0, length), 'record 7');
    assert.match(throwsCode('log/corrupt', open).message, /^record 7: /);
  }
});
