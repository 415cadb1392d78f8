import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import {
  FETCH_TIMEOUT,
  MAX_DOCUMENT_BYTES,
  type DocumentStore,
} from '../../src/docstore/document-store.ts';
import { encode } from '../../src/domain/canonical.ts';

export interface DocumentsHarness {
  /** A store of this node, not started: after a stop, another one with the same documents. All nodes are connected. */
  open(name: string): Promise<DocumentStore>;
  /** Lets this time pass for the stores, ms. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What every document store must do. */
export const documentStoreContract = (
  name: string,
  openHarness: () => Promise<DocumentsHarness>,
): void => {
  let harness: DocumentsHarness;
  const running = async (node: string): Promise<DocumentStore> => {
    const store = await harness.open(node);
    await store.start();
    return store;
  };
  const document = (text: string) => {
    const bytes = encode({ text });
    return { cid: cidOf(bytes), bytes };
  };
  /** Told apart from Buffers: adapters may return any view. */
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

  describe(`${name} fulfils the document store contract`, () => {
    beforeEach(async () => {
      harness = await openHarness();
    });
    afterEach(() => harness.close());

    test('keeps a document, shares no memory, and keeps it over a restart', async () => {
      const { cid, bytes } = document('kept');
      const store = await running('a');
      assert.equal(await store.has(cid), false);
      const given = Buffer.from(bytes);
      await store.put(cid, given);
      given.fill(0);
      (await store.fetch(cid)).fill(0);
      assert.equal(text(await store.fetch(cid)), text(bytes));
      await store.put(cid, bytes);
      assert.equal(await store.has(cid), true);
      await store.stop();
      const again = await running('a');
      assert.equal(text(await again.fetch(cid)), text(bytes));
    });

    test('fetches from a peer, and has it from then on', async () => {
      const { cid, bytes } = document('fetched');
      const [alice, bob] = [await running('a'), await running('b')];
      await alice.put(cid, bytes);
      assert.equal(await bob.has(cid), false);
      const fetched = await bob.fetch(cid);
      assert.equal(text(fetched), text(bytes));
      fetched.fill(0);
      assert.equal(await bob.has(cid), true);
      await alice.stop();
      assert.equal(text(await bob.fetch(cid)), text(bytes));
    });

    test('gets a document that a peer has only later', async () => {
      const { cid, bytes } = document('later');
      const [alice, bob] = [await running('a'), await running('b')];
      const fetching = bob.fetch(cid);
      await harness.pass(FETCH_TIMEOUT / 10);
      await alice.put(cid, bytes);
      await harness.pass(FETCH_TIMEOUT);
      assert.equal(text(await fetching), text(bytes));
    });

    test('passes the largest document, and none that is larger', async () => {
      const largest = Buffer.alloc(MAX_DOCUMENT_BYTES, 7);
      const larger = Buffer.alloc(MAX_DOCUMENT_BYTES + 1, 7);
      const [alice, bob] = [await running('a'), await running('b')];
      await alice.put(cidOf(largest), largest);
      assert.equal((await bob.fetch(cidOf(largest))).length, MAX_DOCUMENT_BYTES);
      await assert.rejects(alice.put(cidOf(larger), larger), { code: 'docstore/too-large' });
    });

    test('gives up on a document that nobody has', async () => {
      const [alice] = [await running('a'), await running('b')];
      const fetching = alice.fetch(document('absent').cid);
      const refused = assert.rejects(fetching, { code: 'docstore/not-found' });
      await harness.pass(FETCH_TIMEOUT);
      await refused;
    });

    test('gives up when told to, and others go on waiting', async () => {
      const { cid, bytes } = document('patience');
      const [alice, bob] = [await running('a'), await running('b')];
      await assert.rejects(bob.fetch(cid, AbortSignal.abort()), { code: 'docstore/not-found' });
      const giving = new AbortController();
      const impatient = assert.rejects(bob.fetch(cid, giving.signal), {
        code: 'docstore/not-found',
      });
      const patient = [bob.fetch(cid), bob.fetch(cid)];
      giving.abort();
      await impatient;
      await alice.put(cid, bytes);
      await harness.pass(FETCH_TIMEOUT);
      for (const fetched of await Promise.all(patient)) assert.equal(text(fetched), text(bytes));
    });

    test('does not keep bytes under the CID of others', async () => {
      const store = await running('a');
      const { cid } = document('one');
      await assert.rejects(store.put(cid, document('other').bytes), { code: 'docstore/mismatch' });
      assert.equal(await store.has(cid), false);
    });

    test('does nothing before its start and after its stop', async () => {
      const { cid, bytes } = document('early');
      const stopped = { code: 'docstore/stopped' };
      const store = await harness.open('a');
      const refuses = async () => {
        await assert.rejects(store.put(cid, bytes), stopped);
        await assert.rejects(store.fetch(cid), stopped);
        await assert.rejects(store.has(cid), stopped);
      };
      await refuses();
      await store.start();
      await store.start();
      const waiting = assert.rejects(store.fetch(cid), stopped);
      await store.stop();
      await waiting;
      await store.stop();
      await refuses();
      await assert.rejects(store.start(), stopped);
    });
  });
};
