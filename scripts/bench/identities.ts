import { createSecretKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cidOf } from '../../src/crypto/hash.ts';
import { sign } from '../../src/crypto/signature.ts';
import type { DocumentStore } from '../../src/docstore/document-store.ts';
import { createKeptDocuments } from '../../src/docstore/kept-documents.ts';
import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import { decodeOwn, encode } from '../../src/domain/canonical.ts';
import type { Block, Operation as Identity } from '../../src/domain/identity.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { blockDigest } from '../../src/identity/digests.ts';
import { createHeadSet } from '../../src/identity/head-set.ts';
import {
  makeInception,
  makeRotation,
  nextCommitment,
  type SignedBlock,
} from '../../src/identity/operation.ts';
import { drawRotation, drawSecrets, loadKeys } from '../../src/identity/own-keys.ts';
import { verifyBlock } from '../../src/identity/verify-block.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { createRowCipher, type RowCipher } from '../../src/log/sealed-row.ts';
import type { Operation, Store } from '../../src/log/store.ts';
import { createAnnouncer, type AnnouncerDeps } from '../../src/node/announcer.ts';
import { openDirectory, type Directory } from '../../src/node/directory.ts';
import { createRoster } from '../../src/node/roster.ts';
import { systemClock, type Clock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { timed, type Row } from './measure.ts';

const IDENTITIES = 10_000;
/** Proofs of possession are dear, so identities share keys; in name and time they differ, and so in everything else. */
const KEYS = 8;
/** Of them change in a round. Each is verified in full. */
const CHANGES = 50;
const MB = 1_000_000;

/** A node that has pinned ten thousand others: its start, its memory, its lookups, what it says on the network. */
export const identityRows = async (): Promise<Row[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-bench-'));
  const store = await levelStore({ directory })();
  try {
    const own = newOwner();
    const node = own.inception.cid;
    const dataKey = createSecretKey(systemRandom.bytes(32));
    const cipher = createRowCipher({ node, dataKey, random: systemRandom });
    const { ids, changes } = await fill(store, cipher, own.inception);
    const verifying = timed(() => verifyBlock(own.inception.bytes), 20);

    const before = await memory();
    const reading = await spent(() => readAll(store));
    let opened: Directory | undefined;
    const start = await spent(async () => {
      const roster = createRoster(store, cipher);
      opened = await openDirectory({ self: node, roles: [], roster, keys: new Map() });
    });
    if (!opened) throw new Error('not opened');
    const known = opened;
    const after = await memory();
    const first = await spent(() => each(ids, (id) => known.contact(id)));
    const keys = await spent(() =>
      each(ids, (id) => {
        const { sign: signed, kem } = known.current(id).keys;
        return [signed, kem];
      }),
    );
    const warm = await memory();
    const again = await spent(() => each(ids, (id) => known.current(id)));
    const trusting = await spent(() => each(ids, (id) => known.checkTrusted(id, 'fiduciary')));
    const documents = await keptDocuments(join(directory, 'documents'));
    const offering = await spent(() => offer(known, documents));
    const offered = await spent(() => offer(known, documents));
    await documents.stop();
    const said = await announcements(known, { change: own.rotate(), of: changes });

    return [
      {
        what: 'start: registry and directory',
        value: start,
        unit: 'ms',
        floor: reading,
        note: `${IDENTITIES} pinned; floor: reading their rows from LevelDB`,
      },
      {
        what: 'the same, were each verified',
        value: verifying * IDENTITIES,
        unit: 'ms',
        floor: null,
        note: `reckoned: ${verifying.toFixed(1)} ms for one`,
      },
      {
        what: 'memory after it, heap',
        value: (after.heap - before.heap) / MB,
        unit: 'MB',
        floor: null,
        note: 'heapUsed, collected',
      },
      {
        what: 'memory after it, heap and buffers',
        value: (after.all - before.all) / MB,
        unit: 'MB',
        floor: (own.inception.bytes.length * IDENTITIES) / MB,
        note: 'floor: the bytes of the blocks',
      },
      {
        what: 'memory when all were looked up',
        value: (warm.all - before.all) / MB,
        unit: 'MB',
        floor: null,
        note: `heap and buffers; the heap alone ${((warm.heap - before.heap) / MB).toFixed(0)} MB`,
      },
      rate('lookup of a contact, the first', first, 'operation decoded'),
      rate('keys ready for use, the first time', keys, 'sign and KEM parsed'),
      rate('lookup of a key state, again', again, ''),
      rate('check of trust', trusting, ''),
      {
        what: 'start: blocks kept for peers',
        value: offered,
        unit: 'ms',
        floor: null,
        note: `one write; the first time ever ${offering.toFixed(0)} ms`,
      },
      size('announcement when the own identity changed', said.change, ''),
      size('quiet round', said.round, 'every 4 to 5 minutes'),
      size(
        'round, for each that changed',
        { ...said.changed, bytes: (said.changed.bytes - said.round.bytes) / changes.length },
        `${changes.length} of ${IDENTITIES} changed; `,
      ),
    ];
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const rate = (what: string, ms: number, note: string): Row => ({
  what,
  value: (IDENTITIES / ms) * 1_000,
  unit: '/s',
  floor: null,
  note,
});

const size = (what: string, { bytes, messages }: Said, note: string): Row => ({
  what,
  value: bytes,
  unit: 'B',
  floor: null,
  note: `${note}${note === '' || note.endsWith(' ') ? '' : ', '}${messages} message${messages === 1 ? '' : 's'}`,
});

const spent = async (call: () => unknown): Promise<number> => {
  const start = performance.now();
  await call();
  return performance.now() - start;
};

const each = (ids: readonly NodeId[], call: (id: NodeId) => unknown): void => {
  for (const id of ids) call(id);
};

const readAll = async (store: Store): Promise<number> => {
  let bytes = 0;
  for await (const [, row] of store.range('block/', 'peer0')) bytes += row.length;
  return bytes;
};

/** What lives, in bytes. Buffers go only after the objects that held them: hence twice, and a pause. */
const memory = async (): Promise<{ heap: number; all: number }> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 2; i++) {
    collect();
    await pause(100);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, all: heapUsed + arrayBuffers };
};

const ADDRS = ['/ip4/192.0.2.1/tcp/4001'];

const newOwner = (): { inception: SignedBlock; rotate(): SignedBlock } => {
  const secrets = drawSecrets(systemRandom);
  const common = { name: 'bench', addrs: ADDRS, at: 0 };
  const inception = makeInception({
    ...common,
    keys: loadKeys(secrets),
    next: nextCommitment(secrets.next),
  });
  return {
    inception,
    rotate: () => {
      const later = drawRotation(secrets, systemRandom);
      const draft = { ...common, keys: loadKeys(later), next: nextCommitment(later.next) };
      return makeRotation({ keyId: inception.cid, seq: 0 }, draft);
    },
  };
};

/** Others, each valid, and each pinned; all rows in one write. `changes`: what follows for some of them. */
const fill = async (
  store: Store,
  cipher: RowCipher,
  own: SignedBlock,
): Promise<{ ids: NodeId[]; changes: SignedBlock[] }> => {
  const rows: Operation[] = [];
  const gather = async (more: readonly Operation[]): Promise<void> => void rows.push(...more);
  const roster = createRoster({ ...store, batch: gather }, cipher);
  const makers = Array.from({ length: KEYS }, newMaker);
  const ids: NodeId[] = [];
  const changes: SignedBlock[] = [];
  const known = createHeadSet();
  const put = (block: SignedBlock): Promise<void> => {
    const chain = { id: block.cid, heads: [{ id: block.cid, seq: 0, cid: block.cid }] };
    known.put(chain.id, chain.heads);
    return roster.putBlocks([block], [chain], known.digest());
  };
  await put(own);
  for (let i = 0; i < IDENTITIES; i++) {
    const maker = makers[i % KEYS];
    if (!maker) continue;
    const block = maker.inception(i);
    await put(block);
    await roster.putPeer({
      id: block.cid,
      name: `node ${i}`,
      roles: ['fiduciary'],
      addedAt: i,
      blamed: null,
      clearedAt: null,
    });
    ids.push(block.cid);
    if (i < CHANGES) changes.push(maker.rotation(block.cid));
  }
  await store.batch(rows);
  return { ids, changes };
};

const newMaker = (): {
  inception(at: number): SignedBlock;
  rotation(keyId: NodeId): SignedBlock;
} => {
  const secrets = drawSecrets(systemRandom);
  const keys = loadKeys(secrets);
  const next = nextCommitment(secrets.next);
  const draft = { keys, next, name: 'first', addrs: ADDRS, at: 0 };
  const first = decodeOwn(makeInception(draft).bytes) as Block;
  const operation = decodeOwn(first.op) as Identity;
  const later = drawRotation(secrets, systemRandom);
  return {
    inception: (at) => {
      const op = encode({ ...operation, name: `node ${at}`, at } satisfies Identity);
      const bytes = encode({ op, sig: sign(keys.sign, blockDigest(op)) } satisfies Block);
      return { cid: cidOf(bytes), bytes };
    },
    rotation: (keyId) =>
      makeRotation(
        { keyId, seq: 0 },
        { ...draft, keys: loadKeys(later), next: nextCommitment(later.next) },
      ),
  };
};

/** What the daemon keeps of documents, without a network. */
const keptDocuments = async (directory: string): Promise<DocumentStore> => {
  const kept = createKeptDocuments(levelStore({ directory }));
  await kept.open();
  return {
    ...createMemoryDocuments({ clock: systemClock }).store('bench'),
    putAll: (documents) => kept.put(documents),
    stop: () => kept.close(),
  };
};

const offer = (directory: Directory, documents: DocumentStore): Promise<void> =>
  createAnnouncer({ ...silent(directory), documents }).start();

/** Nobody hears it, and its time does not pass. */
const silent = (directory: Directory): AnnouncerDeps => ({
  directory,
  documents: createMemoryDocuments({ clock: systemClock }).store('bench'),
  clock: { now: () => 0, after: () => () => undefined },
  random: systemRandom,
  publish: async () => undefined,
  send: () => undefined,
  contact: () => ({ peer: directory.current(directory.self).keys.peerId, addrs: ADDRS }),
  approach: () => undefined,
  learned: () => undefined,
  notice: () => undefined,
});

interface Said {
  messages: number;
  bytes: number;
}

/** What the node publishes when its identity changes, and in a round in which nothing and in which something has. */
const announcements = async (
  directory: Directory,
  { change, of }: { change: SignedBlock; of: readonly SignedBlock[] },
): Promise<{ change: Said; round: Said; changed: Said }> => {
  let said: Said = { messages: 0, bytes: 0 };
  let due: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    after: (_delay, wake) => {
      due.push(wake);
      return () => undefined;
    },
  };
  const announcer = createAnnouncer({
    ...silent(directory),
    clock,
    publish: async (bytes) => {
      said = { messages: said.messages + 1, bytes: said.bytes + bytes.length };
    },
  });
  const published = (): Said => {
    const wakes = due;
    due = [];
    said = { messages: 0, bytes: 0 };
    for (const wake of wakes) wake();
    return said;
  };
  await announcer.publishOwn(change.bytes);
  const own = published();
  announcer.appeared();
  const round = published();
  for (const { bytes } of of) await announcer.take(bytes);
  announcer.appeared();
  return { change: own, round, changed: published() };
};
