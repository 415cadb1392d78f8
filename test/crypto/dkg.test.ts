import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { verifyContributionSet, verifyDkgContribution } from '../../src/crypto/dkg-contribution.ts';
import {
  combineShares,
  groupCommitmentsOf,
  groupKeyOf,
  verificationShareOf,
  verifyShare,
} from '../../src/crypto/dkg-shares.ts';
import { dkgFinish, dkgRound1, dkgRound2 } from '../../src/crypto/dkg.ts';
import { publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { at, dealDkg, runDkg, startDkg } from './dkg-run.ts';
import { nodeNamed, seededRandom } from './seeded.ts';
import { flipped, hex, withCode } from './vectors.ts';

const N = hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');

const groups = fc
  .integer({ min: 2, max: 6 })
  .chain((n) => fc.tuple(fc.integer({ min: 2, max: n }), fc.constant(n)));

suite('distributed key generation', () => {
  test('any t shares give the secret of the group key, t-1 do not', () => {
    const cases = fc.tuple(groups, fc.string(), fc.infiniteStream(fc.nat()));
    fc.assert(
      fc.property(cases, ([[threshold, n], seed, choices]) => {
        const { ctx, contributions, keys } = runDkg(threshold, n, seed);
        const groupKey = groupKeyOf(contributions);
        for (const key of keys) assert.deepEqual(key.groupKey, groupKey);

        const shuffled = keys
          .map((key) => ({ key, order: choices.next().value }))
          .toSorted((a, b) => a.order - b.order)
          .map(({ key }) => key);
        for (let count = threshold; count <= n; count++) {
          const secret = combineShares({ ctx, threshold, shares: shuffled.slice(0, count) });
          assert.deepEqual(publicKeyOf(secret), groupKey);
        }
        const few = shuffled.slice(0, threshold - 1);
        assert.throws(
          () => combineShares({ ctx, threshold, shares: few }),
          withCode('crypto/shares-insufficient'),
        );
        if (few.length >= 2) {
          const wrong = combineShares({ ctx, threshold: few.length, shares: few });
          assert.notDeepEqual(publicKeyOf(wrong), groupKey);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('every share fits its verification share, and no other', () => {
    const { ctx, contributions, keys } = runDkg(3, 4, 'fits');
    const summed = [{ commitments: groupCommitmentsOf(contributions) }];
    for (const { node, share } of keys) {
      assert.deepEqual(publicKeyOf(share), verificationShareOf({ ctx, contributions, node }));
      assert.ok(verifyShare({ ctx, contributions, node, share }));
      assert.ok(verifyShare({ ctx, contributions: summed, node, share }));
      for (const other of keys)
        if (other.node !== node)
          assert.equal(verifyShare({ ctx, contributions, node: other.node, share }), false);
      assert.equal(verifyShare({ ctx: flipped(ctx, 0), contributions, node, share }), false);
      assert.equal(verifyShare({ ctx, contributions, node, share: flipped(share, 31) }), false);
      for (const bad of [Buffer.alloc(0), Buffer.alloc(32), N, Buffer.alloc(33, 1)])
        assert.equal(verifyShare({ ctx, contributions, node, share: bad }), false);
      const broken = [{ commitments: [Buffer.alloc(33)] }, { commitments: [] }];
      for (const one of broken)
        assert.equal(verifyShare({ ctx, contributions: [one], node, share }), false);
    }
  });

  test('the same seed gives the same run, another seed or order another', () => {
    assert.deepEqual(runDkg(2, 3, 'seed'), runDkg(2, 3, 'seed'));
    const { keys } = runDkg(2, 3, 'seed');
    const { keys: others } = runDkg(2, 3, 'other');
    assert.notDeepEqual(at(keys, 0).groupKey, at(others, 0).groupKey);
  });

  test('the order of roster, contributions and shares does not matter', () => {
    const { seconds, sharesTo, ...started } = dealDkg(2, 3, 'order');
    const { self, secret } = at(seconds, 1);
    const shares = sharesTo(self);
    const straight = dkgFinish({ ...started, self, secret, shares });
    const reversed = dkgFinish({
      ...started,
      roster: started.roster.toReversed(),
      contributions: started.contributions.toReversed(),
      self,
      secret,
      shares: shares.toReversed(),
    });
    assert.deepEqual(straight, reversed);
  });

  test('a round repeated after a restart gives the same, and leaves its input as it was', () => {
    const { firsts, ...started } = startDkg(2, 3, 'restart');
    const { self, secret } = at(firsts, 0);
    const copy = Buffer.from(secret);
    const once = dkgRound2({ ...started, self, secret });
    assert.deepEqual(dkgRound2({ ...started, self, secret }), once);
    assert.deepEqual(Buffer.from(secret), copy);

    const { seconds, sharesTo, ...dealt } = dealDkg(2, 3, 'restart');
    const second = at(seconds, 0);
    const input = {
      ...dealt,
      self: second.self,
      secret: second.secret,
      shares: sharesTo(second.self),
    };
    const before = structuredClone(input);
    assert.deepEqual(dkgFinish(input), dkgFinish(input));
    assert.deepEqual(structuredClone(input), before);
  });

  test('no randomness stays behind in the buffers of the source', () => {
    const random = seededRandom('wiped');
    const { ctx, roster } = startDkg(2, 3, 'wiped');
    dkgRound1({ ctx, roster, self: at(roster, 0), threshold: 2, random });
    assert.ok(random.drawn.length > 0);
    assert.ok(random.drawn.every((bytes) => bytes.equals(Buffer.alloc(bytes.length))));
  });

  test('attack/K8: t = 0, t = 1, t > n, fractions, repeated nodes and strangers have no seat', () => {
    const { ctx, roster, contributions } = startDkg(2, 3, 'seats');
    const self = at(roster, 0);
    const random = seededRandom('seats');
    for (const threshold of [-1, 0, 1, 4, 1.5, 2.5, Number.NaN]) {
      assert.throws(
        () => dkgRound1({ ctx, roster, self, threshold, random }),
        withCode('crypto/roster'),
      );
      assert.equal(
        verifyContributionSet({ roster, threshold, contributions })?.code,
        'crypto/roster',
      );
    }
    const twice = [...roster, self];
    assert.throws(
      () => dkgRound1({ ctx, roster: twice, self, threshold: 2, random }),
      withCode('crypto/roster'),
    );
    assert.throws(
      () => dkgRound1({ ctx, roster, self: nodeNamed('stranger'), threshold: 2, random }),
      withCode('crypto/roster'),
    );
  });
});

suite('state between the rounds', () => {
  const started = startDkg(2, 3, 'state');
  const { firsts, ...group } = started;
  const dealt = dealDkg(2, 3, 'state');
  const { seconds, sharesTo } = dealt;

  test('counts for its node, order, threshold and round only', () => {
    const { self, secret } = at(firsts, 0);
    const other = at(firsts, 1);
    const shares = sharesTo(self);
    const misused = [
      () => dkgRound2({ ...group, self: other.self, secret }),
      () => dkgRound2({ ...group, self, secret: at(seconds, 0).secret }),
      () => dkgFinish({ ...group, self, secret, shares }),
      () => dkgFinish({ ...group, self: other.self, secret: at(seconds, 0).secret, shares }),
      () =>
        dkgFinish({
          ...group,
          ctx: flipped(group.ctx, 0),
          self,
          secret: at(seconds, 0).secret,
          shares,
        }),
      () => dkgFinish({ ...group, threshold: 3, self, secret: at(seconds, 0).secret, shares }),
    ];
    for (const misuse of misused) assert.throws(misuse, withCode('crypto/state-invalid'));
  });

  test('damaged or foreign bytes are refused with a typed error', () => {
    const { self, secret } = at(firsts, 0);
    const damaged = [
      Buffer.alloc(0),
      Buffer.alloc(10, 0xff),
      secret.subarray(0, 50),
      Buffer.of(0xa0),
    ];
    for (const bytes of damaged)
      assert.throws(
        () => dkgRound2({ ...group, self, secret: bytes }),
        withCode('crypto/state-invalid'),
      );
  });

  test('what stands under our name must be what we contributed', () => {
    const { self, secret } = at(firsts, 0);
    const another = startDkg(2, 3, 'state').contributions;
    const foreign = dkgRound1({ ...group, self, random: seededRandom('another polynomial') });
    const replaced = another.map((one) => (one.node === self ? { ...foreign, node: self } : one));
    assert.equal(verifyContributionSet({ ...group, contributions: replaced }), null);
    assert.throws(
      () => dkgRound2({ ...group, contributions: replaced, self, secret }),
      withCode('crypto/state-invalid'),
    );
  });

  test('the end takes exactly the contributions that were dealt for', () => {
    const { self, secret } = at(seconds, 0);
    const node = at(group.roster, 2);
    const later = dkgRound1({ ...group, self: node, random: seededRandom('second thoughts') });
    const { ctx, threshold } = group;
    assert.equal(verifyDkgContribution({ ctx, threshold, node, ...later }), null);
    const replaced = group.contributions.map((one) =>
      one.node === node ? { ...later, node } : one,
    );
    assert.throws(
      () => dkgFinish({ ...group, contributions: replaced, self, secret, shares: sharesTo(self) }),
      withCode('crypto/state-invalid'),
    );
  });
});

suite('combining shares', () => {
  test('refuses too few, two of one node, and what is no scalar', () => {
    const { ctx, keys, threshold } = runDkg(3, 4, 'combine');
    const shares = keys.slice(0, 3);
    const [first, second] = [at(shares, 0), at(shares, 1)];
    assert.throws(
      () => combineShares({ ctx, threshold, shares: [first, second] }),
      withCode('crypto/shares-insufficient'),
    );
    assert.throws(
      () => combineShares({ ctx, threshold, shares: [] }),
      withCode('crypto/shares-insufficient'),
    );
    assert.throws(
      () => combineShares({ ctx, threshold, shares: [first, second, first] }),
      withCode('crypto/share-invalid'),
    );
    for (const bad of [Buffer.alloc(32), N])
      assert.throws(
        () =>
          combineShares({
            ctx,
            threshold,
            shares: [first, second, { ...first, node: nodeNamed('x'), share: bad }],
          }),
        withCode('crypto/scalar-range'),
      );
    for (const wrong of [0, 1, 2.5])
      assert.throws(
        () => combineShares({ ctx, threshold: wrong, shares }),
        withCode('crypto/roster'),
      );
  });

  test('another order or a wrong share gives another secret, which is why each is verified first', () => {
    const { ctx, keys, threshold, contributions } = runDkg(2, 3, 'wrong');
    const groupKey = groupKeyOf(contributions);
    const shares = keys.slice(0, 2);
    const elsewhere = combineShares({ ctx: flipped(ctx, 0), threshold, shares });
    assert.notDeepEqual(publicKeyOf(elsewhere), groupKey);
    const [first, second] = [at(shares, 0), at(shares, 1)];
    const swapped = [
      { node: first.node, share: second.share },
      { node: second.node, share: first.share },
    ];
    assert.notDeepEqual(publicKeyOf(combineShares({ ctx, threshold, shares: swapped })), groupKey);
  });
});
