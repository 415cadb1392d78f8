import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import * as dagCbor from '@ipld/dag-cbor';
import type { Libp2p } from '@libp2p/interface';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import { cidOf } from '../../src/crypto/hash.ts';
import { MAX_DOCUMENT_BYTES, type DocumentStore } from '../../src/docstore/document-store.ts';
import { decode } from '../../src/domain/canonical.ts';
import { createMemoryDisk } from '../../src/log/memory-store.ts';
import { documentStoreContract } from '../contract/document-store.contract.ts';
import { blockOf, goldenIdentities } from '../identity/golden.ts';
import { createFastClock, until } from '../transport/real-network.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';
import { digestOf, honest, openBitswapStranger, type Answer } from './bitswap-stranger.ts';
import { loopback, openIpfsNode } from './ipfs-node.ts';

const FASTER = 5;

documentStoreContract('ipfs', async () => {
  const disks = new Map<string, ReturnType<typeof createMemoryDisk>>();
  const peers: Libp2p[] = [];
  const opened: DocumentStore[] = [];
  return {
    open: async (name) => {
      const disk = disks.get(name) ?? createMemoryDisk();
      disks.set(name, disk);
      const clock = createFastClock(FASTER);
      const node = await openIpfsNode({ disk, clock, connectTo: [...peers] });
      peers.push(node.libp2p);
      opened.push(node.documents);
      return node.documents;
    },
    pass: async (ms) => {
      await sleep(ms / FASTER);
    },
    close: async () => {
      for (const documents of opened) await documents.stop();
    },
  };
});

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const running = async (options: Parameters<typeof openIpfsNode>[0] = {}) => {
  const node = await openIpfsNode(options);
  open.push(() => node.documents.stop());
  await node.documents.start();
  return node;
};

/** Helia as its own project puts it together, with a libp2p that is not ours. */
const plainHelia = async (peer: Libp2p) => {
  const light = createHeliaLight({ codecs: [dagCbor] });
  const helia = await withBitswap(withLibp2pLight(light, loopback())).start();
  open.push(() => helia.stop());
  await helia.libp2p.dial(peer.getMultiaddrs());
  return helia;
};

const soon = (): AbortSignal => AbortSignal.timeout(15_000);

const joined = async (parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
};

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/identities/cids.json', import.meta.url), 'utf8'),
) as { cids: { label: string; seq: number; cid: string }[] };

test('identity blocks have the CIDs that another implementation computed', () => {
  assert.deepEqual(
    goldenIdentities.flatMap(({ label, states }) =>
      states.map((state, seq) => ({ label, seq, cid: cidOf(blockOf(state)) })),
    ),
    oracle.cids,
  );
});

test('a plain Helia node fetches and decodes our identity blocks, and gives us its own', async () => {
  const { documents, libp2p } = await running();
  const helia = await plainHelia(libp2p);
  for (const { states } of goldenIdentities)
    for (const state of states) {
      const cid = CID.parse(state.keyId);
      await documents.put(state.keyId, blockOf(state));
      const bytes = await joined(helia.blockstore.get(cid, { signal: soon() }));
      const block = (await helia.getCodec(cid.code)).decode(bytes) as { op: Uint8Array };
      const operation = dagCbor.decode<{ name: string }>(block.op);
      assert.equal(operation.name, state.name);
    }
  const theirs = dagCbor.encode({ from: 'helia' });
  await helia.blockstore.put(CID.parse(cidOf(theirs)), theirs);
  assert.deepEqual(decode(await documents.fetch(cidOf(theirs))), { from: 'helia' });
});

test('who waits for a document gets it when it is put, not when it asks again', async () => {
  const holder = await running();
  const waiting = await running({ connectTo: [holder.libp2p], clock: createVirtualClock() });
  const bytes = Buffer.from('put later');
  const fetching = waiting.documents.fetch(cidOf(bytes));
  await sleep(200);
  await holder.documents.put(cidOf(bytes), bytes);
  assert.deepEqual(Buffer.from(await fetching), bytes);
});

test('what arrived is there for the next peer, without the first', async () => {
  const bytes = Buffer.from('passed on');
  const first = await running();
  const second = await running({ connectTo: [first.libp2p] });
  await first.documents.put(cidOf(bytes), bytes);
  await second.documents.fetch(cidOf(bytes));
  await first.documents.stop();
  const third = await running({ connectTo: [second.libp2p] });
  assert.deepEqual(Buffer.from(await third.documents.fetch(cidOf(bytes))), bytes);
});

/** One node, an attacker that answers every want with this, and a peer with the right bytes that comes when told to. */
const attacked = async (answer: () => Answer | 'nothing' | 'no stream') => {
  const victim = await running({ clock: createFastClock(FASTER) });
  const stranger = await openBitswapStranger(answer);
  open.push(stranger.close);
  await stranger.dial(victim.libp2p);
  return {
    victim,
    stranger,
    rescue: async (bytes: Uint8Array) => {
      const friend = await running();
      await friend.documents.put(cidOf(bytes), bytes);
      await friend.libp2p.dial(victim.libp2p.getMultiaddrs());
    },
  };
};

const right = Buffer.from('the right bytes');
const cid = cidOf(right);
const POISONS: Record<string, Answer> = {
  'bytes with another hash': honest(Buffer.from('the wrong bytes')),
  'bytes that are the hash, under the hash function that hashes nothing': {
    prefix: [1, 0x71, 0x00, 32],
    data: digestOf(cid),
  },
  'a hash cut to nothing': { prefix: [1, 0x71, 0x12, 0], data: Buffer.from('the wrong bytes') },
  'an unknown hash function': { prefix: [1, 0x71, 0x7777, 32], data: right },
  'a block without a prefix': { prefix: [], data: right },
};

for (const [name, poison] of Object.entries(POISONS))
  test(`attack/I4: ${name} are refused, and do not keep others from giving the right ones`, async () => {
    const { victim, stranger, rescue } = await attacked(() => poison);
    const fetching = victim.documents.fetch(cid);
    // It asks again: the first answer was none.
    await until(() => stranger.wants() > 1);
    assert.equal(await victim.documents.has(cid), false);
    await rescue(right);
    assert.deepEqual(Buffer.from(await fetching), right);
  });

test('attack/I4: a document larger than allowed is refused, though its hash is right', async () => {
  const larger = Buffer.alloc(MAX_DOCUMENT_BYTES + 1, 7);
  const { victim } = await attacked(() => honest(larger));
  await assert.rejects(victim.documents.fetch(cidOf(larger)), { code: 'docstore/too-large' });
  assert.equal(await victim.documents.has(cidOf(larger)), false);
});

test('attack/I4: a huge block is cut off while it arrives', async () => {
  const huge = Buffer.alloc(16 * MAX_DOCUMENT_BYTES, 7);
  const { victim } = await attacked(() => honest(huge));
  await assert.rejects(victim.documents.fetch(cidOf(huge)), { code: 'docstore/not-found' });
});

for (const silence of ['nothing', 'no stream'] as const)
  test(`attack/I4: a peer that answers ${silence} costs a fetch its time, and others nothing`, async () => {
    const { victim, stranger, rescue } = await attacked(() => silence);
    await assert.rejects(victim.documents.fetch(cid), { code: 'docstore/not-found' });
    assert.ok(stranger.wants() > 0);
    await rescue(right);
    assert.deepEqual(Buffer.from(await victim.documents.fetch(cid)), right);
  });

test('attack/I4: a row damaged on disk counts as absent, is given to nobody, and is replaced', async () => {
  const disk = createMemoryDisk();
  const victim = await running({ disk, clock: createFastClock(FASTER) });
  await victim.documents.put(cid, right);
  disk.rows.set(cid, Buffer.from('the wrong bytes'));
  assert.equal(await victim.documents.has(cid), false);
  const friend = await running({ connectTo: [victim.libp2p], clock: createFastClock(FASTER) });
  await assert.rejects(friend.documents.fetch(cid), { code: 'docstore/not-found' });
  await friend.documents.put(cid, right);
  assert.deepEqual(Buffer.from(await victim.documents.fetch(cid)), right);
  assert.deepEqual(Buffer.from(disk.rows.get(cid) ?? []), right);
});

test('a disk that fails is told as such', async () => {
  const disk = createMemoryDisk();
  const victim = await running({ disk });
  disk.holder = undefined;
  await assert.rejects(victim.documents.put(cid, right), { code: 'log/sealed' });
});
