import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import * as oracle from '@noble/secp256k1';
import { provePossession } from '../../src/crypto/proof-of-knowledge.ts';
import { publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { checkContribution, contributionDigest } from '../../src/custody/contribution.ts';
import { deriveWallet, inTranscriptOrder, pointOfContribution } from '../../src/custody/wallet.ts';
import type { SeatedContribution } from '../../src/domain/messages.ts';
import type { Seat } from '../../src/domain/terms.ts';
import { H } from '../independent.ts';
import { throwsCode } from '../throws-code.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { find, hold, scopeOf, termsOf, type Ceremony } from './ceremony.ts';

const orders: Record<string, Ceremony> = {
  'a single fiduciary': hold(),
  'two of three': hold({ n: 3 }),
  'three of three, the beneficiary unnamed, ethereum': hold({
    n: 3,
    t: 3,
    beneficiary: null,
    coin: 'ethereum',
  }),
};
const { Fn } = secp256k1.Point;
const negated = (scalar: Uint8Array): Buffer =>
  Buffer.from(Fn.toBytes(Fn.neg(Fn.fromBytes(scalar))));
const sumOf = (...scalars: Uint8Array[]): Buffer =>
  Buffer.from(Fn.toBytes(scalars.reduce((sum, one) => Fn.add(sum, Fn.fromBytes(one)), Fn.ZERO)));

/** What somebody can contribute who knows this scalar: with a proof that holds. */
const pointOf = (scope: Ceremony, { role, node }: Seat, secret: Uint8Array): SeatedContribution => {
  const { proof } = provePossession({
    ctx: scope.ctx,
    role,
    node,
    secret,
    random: createSeededRandom('proof'),
  });
  const made: SeatedContribution = {
    role,
    node,
    contribution: { kind: 'point', point: publicKeyOf(secret), proof },
  };
  assert.equal(checkContribution(scope, made), undefined);
  return made;
};

for (const [what, order] of Object.entries(orders))
  describe(`wallet of ${what}`, () => {
    it('has the sum of what the parties bring as its key', () => {
      const sum = order.contributions
        .map((made) => oracle.Point.fromBytes(Uint8Array.from(pointOfContribution(made))))
        .reduce((a, b) => a.add(b));
      assert.deepEqual(order.wallet.walletKey, Buffer.from(sum.toBytes(true)));
    });

    it('has its digests and transcript from the contributions in their order', () => {
      const digests = order.contributions.map(contributionDigest);
      assert.deepEqual(order.wallet.digests, digests);
      assert.deepEqual(order.wallet.transcript, H('milagro/transcript/v1', order.ctx, digests));
    });

    it('is another wallet with any other contribution', () => {
      for (const place of order.contributions.keys()) {
        const other = hold({
          n: order.terms.fiduciaries.length,
          t: order.terms.threshold,
          seed: 'x',
        });
        const changed = order.contributions.map((made, i) =>
          i === place ? { ...made, contribution: other.contributions[i]!.contribution } : made,
        );
        const { wallet } = deriveWallet(order, changed);
        assert.notDeepEqual(wallet?.walletKey, order.wallet.walletKey);
        assert.notEqual(wallet?.address, order.wallet.address);
        assert.notDeepEqual(wallet?.transcript, order.wallet.transcript);
      }
    });
  });

describe('contributions that make no wallet', () => {
  const order = hold();
  const [holder, fred] = order.contributions as [SeatedContribution, SeatedContribution];
  const holderSecret = order.addend;

  it('blame a fiduciary that cancels the holder', () => {
    const cancelling = pointOf(order, fred, negated(holderSecret));
    assert.deepEqual(deriveWallet(order, [holder, cancelling]), {
      wallet: null,
      culprit: fred.node,
      code: 'fault/sum-identity',
    });
  });

  it('blame a fiduciary that repeats the holder', () => {
    const repeating = pointOf(order, fred, holderSecret);
    const derived = deriveWallet(order, [holder, repeating]);
    assert.equal(derived.wallet, null);
    assert.equal(derived.culprit, fred.node);
  });

  const several = scopeOf(termsOf({ n: 3 }));
  const secrets = ['b', 'f1', 'f2'].map((seed) => createSeededRandom(seed).bytes(32));
  const [b, f1, f2] = secrets as [Buffer, Buffer, Buffer];
  const seats: Seat[] = [
    { role: 'beneficiary', node: several.terms.beneficiary!.id },
    ...several.terms.fiduciaries.map(({ id }): Seat => ({ role: 'fiduciary', node: id })),
  ];
  /** Only the sums are looked at here, so that points do for polynomials. */
  const derive = (...scalars: Uint8Array[]) =>
    deriveWallet(
      several,
      scalars.map((secret, i): SeatedContribution => ({
        ...seats[i]!,
        contribution: { kind: 'point', point: publicKeyOf(secret), proof: Buffer.alloc(65) },
      })),
    );
  const culprit = (...scalars: Uint8Array[]): number => {
    const derived = derive(...scalars);
    assert.equal(derived.wallet, null, 'made a wallet');
    assert.equal(derived.code, 'fault/sum-identity');
    return seats.findIndex(({ node }) => node === derived.culprit);
  };

  it('blame who completes what cancels, the first in the order of the transcript', () => {
    assert.equal(culprit(b, f1, f2, negated(sumOf(b, f1, f2))), 3, 'the wallet key');
    assert.equal(culprit(b, f1, f2, negated(sumOf(f1, f2))), 3, 'the group key');
    assert.equal(culprit(b, f1, negated(sumOf(b, f1)), f2), 2, 'a partial sum with the holder');
    assert.equal(culprit(b, f1, negated(f1), f2), 2, 'a partial sum of fiduciaries');
    assert.equal(culprit(b, f1, f2, negated(f1)), 3, 'two that are no partial sum');
    assert.equal(culprit(b, f1, f2, f1), 3, 'two that are equal');
    assert.equal(culprit(b, negated(b), f1, negated(f1)), 1, 'several, at the first');
    assert.equal(culprit(b, f1, negated(f1), negated(b)), 2, 'several, at the first');
  });

  it('are told from those that do', () => {
    assert.notEqual(derive(b, f1, f2, sumOf(b, f1, f2)).wallet, null);
  });
});

describe('order of the transcript', () => {
  const { terms, contributions } = hold({ n: 3 });

  it('is that of the seats, whatever order they came in', () => {
    assert.deepEqual(inTranscriptOrder(terms, contributions.toReversed()), contributions);
  });

  it('is complete or not at all', () => {
    for (const missing of contributions)
      assert.equal(
        inTranscriptOrder(
          terms,
          contributions.filter((made) => made !== missing),
        ),
        undefined,
      );
  });

  it('takes a contribution for the seat of its role and node only', () => {
    const holder = find(contributions, ({ role }) => role === 'beneficiary');
    const swapped = contributions.map((made) =>
      made === holder ? { ...made, role: 'principal' as const } : made,
    );
    assert.equal(inTranscriptOrder(terms, swapped), undefined);
  });
});

describe('a coin that does not exist', () => {
  it('makes no wallet', () => {
    const { terms, contributions, ctx } = hold();
    const scope = { ctx, terms: { ...terms, coin: 'tulips' } };
    throwsCode('coin/unknown', () => deriveWallet(scope, contributions));
  });
});
