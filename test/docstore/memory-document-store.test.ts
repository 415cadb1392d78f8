import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidOf } from '../../src/crypto/hash.ts';
import { FETCH_TIMEOUT } from '../../src/docstore/document-store.ts';
import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import { documentStoreContract } from '../contract/document-store.contract.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';

documentStoreContract('memory', async () => {
  const clock = createVirtualClock();
  const documents = createMemoryDocuments({ clock });
  return {
    open: async (name) => documents.store(name),
    pass: async (ms) => {
      // What was asked for before is begun first.
      await new Promise(setImmediate);
      clock.advance(ms);
    },
    close: async () => undefined,
  };
});

test('attack/I4: bytes of another document, from a peer, are not taken', async () => {
  const clock = createVirtualClock();
  const documents = createMemoryDocuments({ clock });
  const [one, two] = [documents.store('1'), documents.store('2')];
  await Promise.all([one.start(), two.start()]);
  const bytes = Buffer.from('right');
  await one.put(cidOf(bytes), bytes);
  documents.onFetch(() => Buffer.from('wrong'));
  const refused = assert.rejects(two.fetch(cidOf(bytes)), { code: 'docstore/not-found' });
  await new Promise(setImmediate);
  clock.advance(FETCH_TIMEOUT);
  await refused;
  assert.equal(await two.has(cidOf(bytes)), false);
});
