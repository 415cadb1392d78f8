import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createAcknowledgements } from '../../src/log/acknowledgements.ts';
import { createMemoryDisk, memoryStore } from '../../src/log/memory-store.ts';
import { createRows, type PendingRow } from '../../src/log/rows.ts';
import { createRowCipher } from '../../src/log/sealed-row.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { ALICE, BOB, cid, DATA_KEY, ME } from './log-world.ts';

const cipher = createRowCipher({ node: ME, dataKey: DATA_KEY, random: systemRandom });
const rows = createRows(cipher, Buffer.alloc(32));
const ORDER = cid('o');
const KEY = rows.keys.pending(ORDER, 1);

const pendingFor = async (waiting: string[]) => {
  const store = await memoryStore({ disk: createMemoryDisk() })();
  await store.batch([rows.put(KEY, { order: ORDER, seq: 1, waiting })]);
  const stored = () => rows.get<PendingRow>(store, KEY, 'pending');
  return { store, stored, acknowledgements: createAcknowledgements() };
};

it('forgets what is written, and nothing else', async () => {
  const { store, stored, acknowledgements } = await pendingFor([ALICE, BOB]);
  acknowledgements.add(ORDER, 1, ALICE);
  const { operations, written } = await acknowledgements.collect(store, rows);
  acknowledgements.add(ORDER, 1, BOB); // while the batch is under way
  await store.batch(operations);
  written();
  assert.deepEqual((await stored())?.waiting, [BOB]);
  assert.deepEqual(acknowledgements.remaining(ORDER, 1, [ALICE, BOB]), [ALICE]);

  const next = await acknowledgements.collect(store, rows);
  await store.batch(next.operations);
  next.written();
  assert.equal(await stored(), undefined);
  assert.equal(await rows.get(store, rows.keys.acknowledged(ORDER, 1), 'settled'), true);
  assert.deepEqual(acknowledgements.remaining(ORDER, 1, [ALICE, BOB]), [ALICE, BOB]);
  assert.deepEqual((await acknowledgements.collect(store, rows)).operations, []);
});

it('keeps what was not written', async () => {
  const { store, acknowledgements } = await pendingFor([ALICE]);
  acknowledgements.add(ORDER, 1, ALICE);
  await acknowledgements.collect(store, rows);
  assert.deepEqual(acknowledgements.remaining(ORDER, 1, [ALICE]), []);
  assert.equal((await acknowledgements.collect(store, rows)).operations.length, 2);
});

it('writes nothing for who is not waited for', async () => {
  const { store, acknowledgements } = await pendingFor([ALICE]);
  acknowledgements.add(ORDER, 1, BOB);
  acknowledgements.add(ORDER, 2, ALICE);
  const { operations, written } = await acknowledgements.collect(store, rows);
  assert.deepEqual(operations, []);
  written();
  assert.deepEqual(acknowledgements.remaining(ORDER, 1, [ALICE, BOB]), [ALICE, BOB]);
});
