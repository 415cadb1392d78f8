import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeystoreError } from '../../src/errors.ts';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { rejectsWith } from '../keystore/rejects-with.ts';

/** What every keystore must do. `make` gives a fresh one with a key of its own. */
export const keystoreContract = (name: string, make: () => Promise<Keystore>): void => {
  const secret = () => Buffer.from('correct horse battery staple, as 32+ bytes');
  const copy = (bytes: Buffer) => Buffer.from(bytes);

  describe(`${name} fulfils the keystore contract`, () => {
    it('opens what it sealed, at every length', async () => {
      const keystore = await make();
      const lengths = fc.oneof(
        fc.constantFrom(1, 2, 8_191, 8_192),
        fc.integer({ min: 1, max: 99 }),
      );
      await fc.assert(
        fc.asyncProperty(lengths, fc.string(), async (length, ref) => {
          const bytes = Buffer.alloc(length, 0xa5);
          const blob = await keystore.seal('share', ref, bytes);
          assert.deepEqual(await keystore.open('share', ref, blob, copy), bytes);
        }),
      );
    });

    it('refuses to seal nothing, and more than 8,192 bytes', async () => {
      const keystore = await make();
      for (const length of [0, 8_193])
        await rejectsWith('keystore/length', keystore.seal('share', 'ref', Buffer.alloc(length)));
    });

    it('seals the same secret differently each time, and shows nothing of it', async () => {
      const keystore = await make();
      const blobs = new Set<string>();
      for (let i = 0; i < 50; i++) {
        const blob = Buffer.from(await keystore.seal('share', 'ref', secret()));
        assert.equal(blob.includes(secret().subarray(0, 8)), false);
        blobs.add(blob.toString('hex'));
      }
      assert.equal(blobs.size, 50);
    });

    it('leaves the sealed secret to its owner, untouched', async () => {
      const keystore = await make();
      const mine = secret();
      await keystore.seal('share', 'ref', mine);
      assert.deepEqual(mine, secret());
    });

    it('opens nothing under another purpose, another ref or by another keystore', async () => {
      const keystore = await make();
      const blob = await keystore.seal('share', 'order/1', secret());
      const other = await make();
      const open: Keystore['open'] = (...args) => keystore.open(...args);
      await rejectsWith('keystore/corrupt', open('addend', 'order/1', blob, copy));
      await rejectsWith('keystore/corrupt', open('share', 'order/2', blob, copy));
      await rejectsWith('keystore/corrupt', open('share', '', blob, copy));
      await rejectsWith('keystore/corrupt', other.open('share', 'order/1', blob, copy));
      assert.deepEqual(await open('share', 'order/1', blob, copy), secret());
    });

    it('refuses every changed, cut or lengthened blob in the same words, without calling use', async () => {
      const keystore = await make();
      const blob = Buffer.from(await keystore.seal('share', 'ref', secret()));
      const damaged = [
        ...Array.from(blob.keys(), (at) => flipped(blob, at)),
        ...Array.from(blob.keys(), (length) => blob.subarray(0, length)),
        Buffer.concat([blob, Buffer.alloc(1)]),
        Buffer.concat([blob, Buffer.alloc(9_000)]),
      ];
      const messages = new Set<string>();
      for (const bytes of damaged) {
        const used = keystore.open('share', 'ref', bytes, () => assert.fail('used'));
        await assert.rejects(used, (error) => {
          assert.ok(error instanceof KeystoreError);
          assert.equal(error.code, 'keystore/corrupt');
          messages.add(`${error.message} ${String(error.cause)}`);
          return true;
        });
      }
      assert.equal(messages.size, 1);
    });

    it('wipes what it handed out, whether use returns, throws or rejects, and not before', async () => {
      const keystore = await make();
      const blob = await keystore.seal('share', 'ref', secret());
      const seen: Buffer[] = [];
      const keep = (bytes: Buffer) => void seen.push(bytes);

      await keystore.open('share', 'ref', blob, keep);
      await assert.rejects(
        keystore.open('share', 'ref', blob, (bytes) => {
          keep(bytes);
          throw new Error('mine');
        }),
        /^Error: mine$/,
      );
      await assert.rejects(
        keystore.open('share', 'ref', blob, async (bytes) => {
          keep(bytes);
          await new Promise((resolve) => setImmediate(resolve));
          assert.deepEqual(bytes, secret());
          throw new Error('mine');
        }),
        /^Error: mine$/,
      );
      assert.equal(seen.length, 3);
      for (const bytes of seen) assert.deepEqual(bytes, Buffer.alloc(secret().length));
    });

    it('does nothing once closed', async () => {
      const keystore = await make();
      const blob = await keystore.seal('share', 'ref', secret());
      await keystore.close();
      await rejectsWith('keystore/unavailable', keystore.seal('share', 'ref', secret()));
      await rejectsWith('keystore/unavailable', keystore.open('share', 'ref', blob, copy));
    });
  });
};

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 0x01;
  return changed;
};
