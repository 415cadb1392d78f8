import assert from 'node:assert/strict';
import { it } from 'node:test';
import { encode } from '../../src/domain/canonical.ts';
import type { Head, LogRecord } from '../../src/log/event-log.ts';
import { HEAD, META } from '../../src/log/keys.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { putMeta, readMeta } from '../../src/log/meta.ts';
import { chain, encodeRecord, recordHash } from '../../src/log/record.ts';
import type { IndexRow, SentRow } from '../../src/log/rows.ts';
import { forge, type Forger } from './forged-log.ts';
import {
  ALICE,
  AT,
  BOB,
  cid,
  envelope,
  fullTurn,
  openLog,
  secretId,
  stream,
  takesIn,
  turn,
} from './log-world.ts';
import { rejectsWith } from './rejects-with.ts';

/**
 * Logs that only the holder of the data key could have written: the checks below the seal. They guard against this
 * program's own mistakes, in this version and in later ones.
 */

const wrote = async (): Promise<MemoryDisk> => {
  const disk = createMemoryDisk();
  const log = await openLog({ openStore: memoryStore({ disk }) });
  await log.append(fullTurn('a', 'a1', 1)); // records 1 and 2
  await log.append(turn('b', 'b1')); // record 3
  await log.append(turn('b', 'b2')); // record 4
  await log.close();
  return disk;
};

const refused = async (change: (forger: Forger) => Promise<void>): Promise<string> => {
  const disk = await wrote();
  await change(await forge(disk));
  const opening = openLog({ openStore: memoryStore({ disk }) });
  return (await rejectsWith('log/corrupt', opening)).message;
};

/** Adds a well-sealed, well-chained record 5 to stream b, but for what is changed. */
const addRecord = async (forger: Forger, changed: Partial<LogRecord>, v = 1): Promise<void> => {
  const { rows } = forger;
  const head = forger.read<Head>(HEAD);
  const { hash: prev } = forger.read<IndexRow>(rows.keys.index(4));
  const body = {
    stream: stream('b'),
    seq: 3,
    position: 5,
    at: AT,
    prev,
    machine: 'principal@1',
    entry: { kind: 'event' as const, event: { type: 'order.proposed' } },
    ...changed,
  };
  const encoded = v === 1 ? encodeRecord(body) : encode({ v, ...body });
  const record = { ...body, hash: recordHash(encoded) };
  const next = chain(head, record.hash);
  const { stream: name, seq, hash } = record;
  await forger.write(
    rows.putRecord(record, encoded),
    rows.put(rows.keys.index(5), { stream: name, seq, hash, chained: next.hash }),
    rows.put(HEAD, next),
  );
};

it('takes a forged record that is right in everything', async () => {
  const disk = await wrote();
  await addRecord(await forge(disk), {});
  const log = await openLog({ openStore: memoryStore({ disk }) });
  assert.equal((await log.verify()).records, 5);
  assert.equal((await log.read(stream('b'))).length, 3);
});

it('refuses a record of a version that it does not know', async () => {
  const disk = await wrote();
  await addRecord(await forge(disk), {}, 2);
  const error = await rejectsWith('log/version', openLog({ openStore: memoryStore({ disk }) }));
  assert.match(error.message, /^record 5 .* has version 2, unknown here$/);
});

it('refuses a log of a version that it does not know', async () => {
  const disk = await wrote();
  const { cipher, write } = await forge(disk);
  const key = META;
  const value = cipher.seal({ key }, encode({ v: 2, salt: Buffer.alloc(32), starts: 1 }));
  await write({ type: 'put', key, value });
  await rejectsWith('log/version', openLog({ openStore: memoryStore({ disk }) }));
});

it('refuses a record that is numbered out of turn', async () => {
  assert.match(await refused((f) => addRecord(f, { seq: 4 })), /follows number 2 of its stream/);
  assert.match(await refused((f) => addRecord(f, { stream: stream('c') })), /follows number 0/);
  assert.match(
    await refused((f) => addRecord(f, { position: 6 })),
    /not the record that the index/,
  );
});

it('refuses a record that points at another than the one before it', async () => {
  assert.match(await refused((f) => addRecord(f, { prev: Buffer.alloc(32) })), /does not open/);
});

it('refuses an index that lists another record, or another chain', async () => {
  const change = (row: Partial<IndexRow>) => (forger: Forger) => {
    const key = forger.rows.keys.index(3);
    return forger.write(forger.rows.put(key, { ...forger.read<IndexRow>(key), ...row }));
  };
  assert.match(await refused(change({ hash: Buffer.alloc(32) })), /^record 3 .*not the record/);
  assert.match(
    await refused(change({ chained: Buffer.alloc(32) })),
    /^record 3 .*continue the chain/,
  );
  assert.match(await refused(change({ stream: stream('c') })), /^record 3 .*is missing/);
  assert.match(await refused(change({ seq: 2 })), /^record 3 .*follows number 0/);
});

it('refuses a head that is not that of the last record', async () => {
  const change = (head: Partial<Head>) => (forger: Forger) =>
    forger.write(forger.rows.put(HEAD, { ...forger.read<Head>(HEAD), ...head }));
  assert.match(await refused(change({ seq: 3 })), /^head: is not that of record 4/);
  assert.match(await refused(change({ seq: 5 })), /^record 5: is missing: the head is 5/);
  assert.match(await refused(change({ hash: Buffer.alloc(32) })), /^head: is not that of record 4/);
});

it('refuses another record in the place of one that it had, however well it is made', async () => {
  const disk = createMemoryDisk();
  const write = async (text: string, witness?: Uint8Array) => {
    Object.assign(disk, createMemoryDisk());
    const log = await openLog({ openStore: memoryStore({ disk }) });
    await log.append(turn('a', text));
    await log.close();
    if (witness) disk.witness = witness;
  };
  await write('one');
  await write('two', disk.witness);
  const error = await rejectsWith('log/corrupt', openLog({ openStore: memoryStore({ disk }) }));
  assert.match(error.message, /^record 1 .*is another than this log once had here/);
});

it('refuses an envelope number out of turn, and a secret drawn twice', async () => {
  const { envelope: id, type, to, until } = envelope(1, 'x');
  const sealed = (seq: number): LogRecord['entry'] => ({
    kind: 'sealed',
    seq,
    type,
    envelope: id,
    to: [...to],
    until,
  });
  assert.match(await refused((f) => addRecord(f, { entry: sealed(2) })), /envelope 2 follows 0/);
  const draws = {
    kind: 'event' as const,
    event: { type: 'order.proposed' },
    secrets: [secretId('a1')],
  };
  assert.match(await refused((f) => addRecord(f, { entry: draws })), /draws secret .* once more/);
});

it('refuses rows beside a record that say something else than it does', async () => {
  const { envelope: id } = takesIn(ALICE, 1, 'from alice: a1');
  const other = envelope(1, 'other');
  const changes: Record<string, (forger: Forger) => Promise<void>> = {
    'mark of a received envelope: is not what': ({ rows, write }) =>
      write(rows.put(rows.keys.mark(stream('a'), ALICE, 1, 1), other.envelope)),
    'evidence: is not what': ({ rows, write }) =>
      write(rows.put(rows.keys.evidence(id, 1), other.bytes)),
    '#2.*: sent envelope: is not what': ({ rows, read, write }) => {
      const key = rows.keys.sent(cid('a'), 1);
      return write(rows.put(key, { ...read<SentRow>(key), to: [BOB] }));
    },
    'sent envelope: is not what the record lists': ({ rows, read, write }) => {
      const key = rows.keys.sent(cid('a'), 1);
      return write(rows.put(key, { ...read<SentRow>(key), bytes: other.bytes }));
    },
    'note of who has acknowledged: is there twice': ({ rows, write }) =>
      write(rows.put(rows.keys.acknowledged(cid('a'), 1), true)),
  };
  for (const [message, change] of Object.entries(changes))
    assert.match(await refused(change), new RegExp(message));
});

it('refuses fewer starts than there were', async () => {
  const disk = await wrote();
  const { cipher, write } = await forge(disk);
  const store = await memoryStore({ disk })();
  const meta = await readMeta(store, cipher);
  await store.close();
  await write(putMeta(cipher, { ...meta!, starts: 0 }));
  const error = await rejectsWith('log/corrupt', openLog({ openStore: memoryStore({ disk }) }));
  assert.match(error.message, /counts 0 starts where there were 1/);
});
