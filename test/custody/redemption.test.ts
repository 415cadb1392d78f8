import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as oracle from '@noble/secp256k1';
import { combineWalletKey, isRightAddend, isRightShare } from '../../src/custody/redemption.ts';
import { inlineCompute } from '../../src/ports/compute.ts';
import { throwsCode } from '../throws-code.ts';
import { hold, type Ceremony } from './ceremony.ts';

const compute = inlineCompute();
const orders: Record<string, Ceremony> = {
  'a single fiduciary': hold(),
  'two of two': hold({ n: 2 }),
  'two of three': hold({ n: 3 }),
  'three of three, the beneficiary unnamed': hold({ n: 3, t: 3, beneficiary: null }),
};
const ORDER_N = Buffer.from(
  'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  'hex',
);
const NO_SCALARS = [
  Buffer.alloc(32),
  ORDER_N,
  Buffer.alloc(32, 0xff),
  Buffer.alloc(31, 1),
  Buffer.alloc(0),
];

const subsets = <T>(all: readonly T[], size: number): T[][] =>
  size === 0
    ? [[]]
    : all.flatMap((one, i) => subsets(all.slice(i + 1), size - 1).map((rest) => [one, ...rest]));

for (const [what, order] of Object.entries(orders)) {
  const { terms, contributions, addend, shares, wallet } = order;
  const { walletKey } = wallet;

  describe(`redemption with ${what}`, () => {
    it('takes the right share of each fiduciary and no other', async () => {
      for (const { node, share } of shares) {
        assert.ok(await isRightShare(order, contributions, { node, share }, compute));
        const wrong = Buffer.from(share);
        wrong[31]! ^= 1;
        for (const other of [wrong, ...NO_SCALARS, addend])
          assert.equal(
            await isRightShare(order, contributions, { node, share: other }, compute),
            false,
          );
      }
    });

    it('attack/K12: takes no share under the name of another', async () => {
      const holder = contributions[0]!.node;
      assert.equal(
        await isRightShare(
          order,
          contributions,
          { node: holder, share: shares[0]!.share },
          compute,
        ),
        false,
      );
      for (const [i, { node }] of shares.entries()) {
        const { share } = shares.at(i - 1)!;
        const right = await isRightShare(order, contributions, { node, share }, compute);
        assert.equal(right, shares.length === 1);
      }
    });

    it('takes the addend of the holder and no other', () => {
      assert.ok(isRightAddend(order, contributions, addend));
      for (const other of [...NO_SCALARS, shares[0]!.share])
        assert.equal(isRightAddend(order, contributions, other), false);
    });

    it('attack/K12: makes the certified key of any threshold of shares', () => {
      for (const some of subsets(shares, terms.threshold)) {
        const secret = combineWalletKey(order, { addend, shares: some, walletKey });
        assert.deepEqual(
          Buffer.from(oracle.getPublicKey(Uint8Array.from(secret), true)),
          walletKey,
        );
      }
    });

    it('hands out no key that is not the certified one', () => {
      const wrong = Buffer.from(addend);
      wrong[31]! ^= 1;
      const some = shares.slice(0, terms.threshold);
      throwsCode('crypto/share-invalid', () =>
        combineWalletKey(order, { addend: wrong, shares: some, walletKey }),
      );
      throwsCode('crypto/share-invalid', () =>
        combineWalletKey(order, { addend, shares: some, walletKey: wallet.groupKey }),
      );
      const [first, ...rest] = some;
      const bad = { node: first!.node, share: wrong };
      throwsCode('crypto/share-invalid', () =>
        combineWalletKey(order, { addend, shares: [bad, ...rest], walletKey }),
      );
    });

    it('makes nothing of too few shares', () => {
      throwsCode('crypto/shares-insufficient', () =>
        combineWalletKey(order, { addend, shares: shares.slice(1, terms.threshold), walletKey }),
      );
    });

    it('leaves its inputs to the caller', () => {
      const before = shares.map(({ share }) => share.toString('hex')).join();
      combineWalletKey(order, { addend, shares: shares.slice(0, terms.threshold), walletKey });
      assert.equal(shares.map(({ share }) => share.toString('hex')).join(), before);
      assert.ok(isRightAddend(order, contributions, addend));
    });
  });
}
