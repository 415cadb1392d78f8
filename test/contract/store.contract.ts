import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { LogError } from '../../src/errors.ts';
import type { Entry, Operation, OpenStore, Store } from '../../src/log/store.ts';

const text = (value: string) => Buffer.from(value);
/** Adapters may return any view of bytes. */
const buffer = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes);
const put = (key: string, value = key): Operation => ({ type: 'put', key, value: text(value) });
const del = (key: string): Operation => ({ type: 'del', key });

const all = async (entries: AsyncIterable<Entry>): Promise<[string, string][]> => {
  const found: [string, string][] = [];
  for await (const [key, value] of entries) found.push([key, new TextDecoder().decode(value)]);
  return found;
};
const keysIn = async (entries: AsyncIterable<Entry>): Promise<string[]> =>
  (await all(entries)).map(([key]) => key);

/** What every store must do. `make` gives the way to open a fresh one, again and again. */
export const storeContract = (
  name: string,
  make: (test: TestContext) => Promise<OpenStore>,
): void => {
  const opened = async (test: TestContext): Promise<Store> => {
    const store = await (await make(test))();
    test.after(() => store.close());
    return store;
  };

  describe(`${name} fulfils the store contract`, () => {
    it('gives back what was put, and undefined for the rest', async (test) => {
      const store = await opened(test);
      await store.batch([put('a', 'one'), put('b', '')]);
      assert.deepEqual(buffer(await store.get('a')), text('one'));
      assert.deepEqual(buffer(await store.get('b')), text(''));
      assert.equal(await store.get('c'), undefined);
      assert.deepEqual((await store.getMany(['b', 'c', 'a', 'a'])).map(buffer), [
        text(''),
        undefined,
        text('one'),
        text('one'),
      ]);
      assert.deepEqual(await store.getMany([]), []);
      assert.equal(await store.get(''), undefined);
    });

    it('keeps every byte of a value', async (test) => {
      const store = await opened(test);
      const value = Uint8Array.from({ length: 70_000 }, (_, index) => index & 0xff);
      await store.batch([{ type: 'put', key: 'k', value }]);
      assert.equal(Buffer.compare((await store.get('k'))!, value), 0);
    });

    it('applies the operations of a batch in their order', async (test) => {
      const store = await opened(test);
      await store.batch([put('a'), put('b'), del('a'), put('c', '1'), put('c', '2'), del('none')]);
      assert.deepEqual(await all(store.range('', '~')), [
        ['b', 'b'],
        ['c', '2'],
      ]);
    });

    it('accepts an empty batch', async (test) => {
      const store = await opened(test);
      await store.batch([]);
      assert.deepEqual(await all(store.range('', '~')), []);
    });

    it('lists from the first bound up to, not with, the second', async (test) => {
      const store = await opened(test);
      await store.batch(['a', 'b', 'b/1', 'b/2', 'b0', 'c'].map((key) => put(key)));
      assert.deepEqual(await keysIn(store.range('b', 'c')), ['b', 'b/1', 'b/2', 'b0']);
      assert.deepEqual(await keysIn(store.range('b/', 'b0')), ['b/1', 'b/2']);
      assert.deepEqual(await keysIn(store.range('b/', 'b0', { limit: 1 })), ['b/1']);
      assert.deepEqual(await keysIn(store.range('b', 'b')), []);
      assert.deepEqual(await keysIn(store.range('d', 'a')), []);
    });

    it('has the same keys in the same order as a sorted list, whatever is done', async (test) => {
      const store = await opened(test);
      const model = new Map<string, string>();
      const key = fc.string({
        minLength: 1,
        maxLength: 3,
        unit: fc.constantFrom('a', '/', '0', 'Z', '_'),
      });
      const operation = fc.oneof(
        key.map((k) => put(k, `${k}!`)),
        key.map(del),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 6 }), key, key, async (batch, a, b) => {
          await store.batch(batch);
          for (const one of batch)
            if (one.type === 'put') model.set(one.key, `${one.key}!`);
            else model.delete(one.key);
          const expected = [...model].filter(([k]) => k >= a && k < b).sort(byKey);
          assert.deepEqual(await all(store.range(a, b)), expected);
        }),
      );
    });

    it('shows a range as it was when it was begun', async (test) => {
      const store = await opened(test);
      await store.batch(['a', 'b', 'c'].map((key) => put(key)));
      const seen: [string, string][] = [];
      for await (const [key, value] of store.range('', '~')) {
        if (seen.length === 0) await store.batch([put('b', 'new'), del('c'), put('d')]);
        seen.push([key, new TextDecoder().decode(value)]);
      }
      assert.deepEqual(seen, [
        ['a', 'a'],
        ['b', 'b'],
        ['c', 'c'],
      ]);
    });

    it('lets a range be left early', async (test) => {
      const store = await opened(test);
      await store.batch(['a', 'b', 'c'].map((key) => put(key)));
      for await (const [key] of store.range('', '~')) {
        assert.equal(key, 'a');
        break;
      }
      await store.batch([put('d')]);
    });

    it('shares no memory with its callers', async (test) => {
      const store = await opened(test);
      const value = text('mine');
      await store.batch([{ type: 'put', key: 'k', value }]);
      value.fill(0);
      (await store.get('k'))!.fill(1);
      for await (const [, row] of store.range('', '~')) row.fill(2);
      assert.deepEqual(buffer(await store.get('k')), text('mine'));
    });

    it('keeps everything over a close', async (test) => {
      const open = await make(test);
      const before = await open();
      await before.batch([put('a'), put('b')]);
      await before.batch([del('a')]);
      await before.writeWitness(text('note'));
      await before.close();
      const after = await open();
      assert.deepEqual(await all(after.range('', '~')), [['b', 'b']]);
      assert.deepEqual(buffer(await after.readWitness()), text('note'));
      await after.close();
    });

    it('is refused to a second opener until the first has closed it', async (test) => {
      const open = await make(test);
      const first = await open();
      await first.batch([put('a')]);
      await assert.rejects(open(), (thrown) => {
        assert.ok(thrown instanceof LogError);
        assert.equal(thrown.code, 'log/in-use');
        assert.match(thrown.message, /^another (daemon|log) uses /);
        return true;
      });
      assert.deepEqual(buffer(await first.get('a')), text('a'));
      await first.close();
      await (await open()).close();
    });

    it('answers nothing once it is closed, and can be closed again', async (test) => {
      const store = await (await make(test))();
      await store.batch([put('a')]);
      await store.close();
      await store.close();
      await assert.rejects(store.get('a'), LogError);
      await assert.rejects(store.getMany(['a']), LogError);
      await assert.rejects(store.batch([put('b')]), LogError);
      await assert.rejects(all(store.range('', '~')), LogError);
      await assert.rejects(store.readWitness(), LogError);
      await assert.rejects(store.writeWitness(text('x')), LogError);
    });

    it('keeps one witness, outside the rows', async (test) => {
      const store = await opened(test);
      assert.equal(await store.readWitness(), undefined);
      await store.writeWitness(text('a long note'));
      await store.writeWitness(text('short'));
      assert.deepEqual(buffer(await store.readWitness()), text('short'));
      assert.deepEqual(await all(store.range('', '~')), []);
      const longest = Buffer.alloc(500, 7);
      await store.writeWitness(longest);
      assert.deepEqual(buffer(await store.readWitness()), longest);
    });
  });
};

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);
