import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addPoints, addScalars } from '../../src/crypto/key-addition.ts';
import { combineShares } from '../../src/crypto/dkg-shares.ts';
import { publicKeyOf, randomScalar } from '../../src/crypto/secp256k1.ts';
import { combineWalletKey, type ReleasedShare } from '../../src/custody/redemption.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { runDkg } from '../crypto/dkg-run.ts';
import { seededRandom } from '../crypto/seeded.ts';
import { throwsCode } from '../throws-code.ts';
import { termsOf } from './ceremony.ts';

/** A wallet of any group, and an order in which its fiduciaries stand. */
const groups = fc
  .integer({ min: 2, max: 7 })
  .chain((n) => fc.tuple(fc.integer({ min: 2, max: n }), fc.constant(n)));

const walletOf = (threshold: number, n: number, seed: string) => {
  const { ctx, roster, keys } = runDkg(threshold, n, seed);
  const addend = randomScalar(seededRandom(`${seed} addend`));
  const groupKey = keys[0]!.groupKey;
  const fiduciaries = roster.map((id) => ({ id, key: id }));
  const terms: Terms = { ...termsOf({ n: 3 }), threshold, fiduciaries };
  return {
    scope: { ctx, terms },
    addend,
    groupKey,
    walletKey: addPoints([publicKeyOf(addend), groupKey]),
    shares: keys.map(({ node, share }) => ({ node, share })),
  };
};

const subsetsOf = <T>([first, ...rest]: readonly T[]): T[][] =>
  first === undefined ? [[]] : subsetsOf(rest).flatMap((some) => [some, [first, ...some]]);

/** All that a coalition can interpolate: of each of its subsets, as if so many were enough; and each share itself. */
const combined = (ctx: Uint8Array, shares: readonly ReleasedShare[]): Uint8Array[] =>
  subsetsOf(shares).flatMap((some) =>
    some.length < 2
      ? some.map(({ share }) => share)
      : [combineShares({ ctx, threshold: some.length, shares: some }), sum(some)],
  );

const sum = (shares: readonly ReleasedShare[]): Uint8Array =>
  addScalars(shares.map(({ share }) => share));

describe('a wallet of t of n fiduciaries', () => {
  test('any t shares make its key with the addend, and not without', () => {
    fc.assert(
      fc.property(groups, fc.string(), fc.infiniteStream(fc.nat()), ([t, n], seed, choices) => {
        const { scope, addend, groupKey, walletKey, shares } = walletOf(t, n, seed);
        const drawn = shuffled(shares, choices);
        for (let count = t; count <= n; count++) {
          const some = drawn.slice(0, count);
          const key = combineWalletKey(scope, { addend, shares: some, walletKey });
          assert.deepEqual(publicKeyOf(key), walletKey);
          const group = combineShares({ ctx: scope.ctx, threshold: t, shares: some });
          assert.deepEqual(publicKeyOf(group), groupKey);
          assert.notDeepEqual(publicKeyOf(group), walletKey);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('attack/K15: any t-1 shares with the addend make neither its key nor that of the group', () => {
    fc.assert(
      fc.property(groups, fc.string(), fc.infiniteStream(fc.nat()), ([t, n], seed, choices) => {
        const { scope, addend, groupKey, walletKey, shares } = walletOf(t, n, seed);
        const few = shuffled(shares, choices).slice(0, t - 1);
        throwsCode('crypto/shares-insufficient', () =>
          combineWalletKey(scope, { addend, shares: few, walletKey }),
        );
        if (few.length >= 2) {
          // As if the terms asked for fewer.
          const lenient = { ...scope, terms: { ...scope.terms, threshold: few.length } };
          throwsCode('crypto/share-invalid', () =>
            combineWalletKey(lenient, { addend, shares: few, walletKey }),
          );
        }
        for (const group of combined(scope.ctx, few)) {
          const made = [group, addScalars([group, addend])].map(publicKeyOf);
          for (const key of made) {
            assert.notDeepEqual(key, walletKey);
            assert.notDeepEqual(key, groupKey);
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});

const shuffled = <T>(all: readonly T[], choices: fc.Stream<number>): T[] =>
  all
    .map((one) => ({ one, order: choices.next().value ?? 0 }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ one }) => one);
