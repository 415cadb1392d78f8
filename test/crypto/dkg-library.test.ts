import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { secp256k1, secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import {
  addCommitments,
  evaluateCommitments,
  provesConstantTerm,
} from '../../src/crypto/commitment.ts';
import { dealShares, drawPolynomial, sumShares } from '../../src/crypto/dkg-library.ts';
import { addPoints } from '../../src/crypto/key-addition.ts';
import { encodePoint, parsePoint, publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { seededRandom } from './seeded.ts';
import { flipped, hex, readVectors } from './vectors.ts';

interface Vectors {
  threshold: number;
  groupKey: string;
  participants: {
    identifier: number;
    signingKey: string;
    coefficient: string;
    commitments: string[];
    proof: string;
    shares: Record<string, string>;
    verifyingShare: string;
    signingShare: string;
  }[];
}
const vectors = readVectors<Vectors>('frost-dkg');
const participants = vectors.participants.map((vector) => ({
  ...vector,
  participant: vector.identifier.toString(16).padStart(64, '0'),
  coefficients: hex(vector.signingKey + vector.coefficient),
  commitments: vector.commitments.map(hex),
  proof: hex(vector.proof),
}));

suite("frost-core's vectors of distributed key generation", () => {
  test('commitments and proofs of round 1', () => {
    for (const { participant, coefficients, commitments, proof } of participants) {
      assert.deepEqual(publicKeyOf(coefficients.subarray(0, 32)), commitments[0]);
      assert.deepEqual(publicKeyOf(coefficients.subarray(32)), commitments[1]);
      const [constantTerm = Buffer.alloc(0)] = commitments;
      assert.ok(provesConstantTerm(constantTerm, participant, proof));
      assert.equal(provesConstantTerm(constantTerm, participant, flipped(proof, 64)), false);
      for (const other of participants)
        if (other.participant !== participant)
          assert.equal(provesConstantTerm(constantTerm, other.participant, proof), false);
    }
  });

  test('shares of round 2, and that they fit the commitments', () => {
    for (const dealer of participants) {
      const others = participants.filter(({ participant }) => participant !== dealer.participant);
      const dealt = dealShares(dealer, others);
      assert.equal(dealt.size, others.length);
      for (const { identifier, participant } of others) {
        // The file keeps what a participant received under the dealer's identifier.
        const received = vectors.participants.find((one) => one.identifier === identifier);
        const share = dealt.get(participant) ?? Buffer.alloc(0);
        assert.equal(share.toString('hex'), received?.shares[String(dealer.identifier)]);
        const points = dealer.commitments.map(parsePoint);
        assert.deepEqual(publicKeyOf(share), encodePoint(evaluateCommitments(points, participant)));
      }
    }
  });

  test('signing shares, verifying shares and group key of round 3', () => {
    const sums = addCommitments(participants.map(({ commitments }) => commitments.map(parsePoint)));
    const terms = participants.map(({ commitments: [term = Buffer.alloc(0)] }) => term);
    assert.equal(addPoints(terms).toString('hex'), vectors.groupKey);
    assert.equal(
      encodePoint(sums[0] ?? parsePoint(Buffer.alloc(1))).toString('hex'),
      vectors.groupKey,
    );
    for (const own of participants) {
      const others = participants.filter(({ participant }) => participant !== own.participant);
      const dealt = others.map(
        (dealer) => [dealer.participant, hex(own.shares[String(dealer.identifier)] ?? '')] as const,
      );
      const share = sumShares(own, others, new Map(dealt));
      assert.equal(share.toString('hex'), own.signingShare);
      const verifying = encodePoint(evaluateCommitments(sums, own.participant));
      assert.equal(verifying.toString('hex'), own.verifyingShare);
      assert.deepEqual(publicKeyOf(share), verifying);
    }
  });
});

suite('the library behind bytes', () => {
  test('refuses a wrong proof in round 2 and a wrong share in round 3', () => {
    const [own, two, three] = participants;
    assert.ok(own && two && three);
    const forged = { ...two, proof: three.proof };
    assert.throws(() => dealShares(own, [forged, three]));
    const good = [two, three].map(
      (dealer) => [dealer.participant, hex(own.shares[String(dealer.identifier)] ?? '')] as const,
    );
    assert.doesNotThrow(() => sumShares(own, [two, three], new Map(good)));
    const swapped = new Map([
      [two.participant, good[1]?.[1] ?? Buffer.alloc(0)],
      [three.participant, good[0]?.[1] ?? Buffer.alloc(0)],
    ]);
    assert.throws(() => sumShares(own, [two, three], swapped));
  });

  test("rounds 2 and 3 give the shares that noble's give", () => {
    const group = fc
      .integer({ min: 2, max: 5 })
      .chain((n) => fc.tuple(fc.integer({ min: 2, max: n }), fc.constant(n), fc.string()));
    fc.assert(
      fc.property(group, ([min, max, seed]) => {
        const random = seededRandom(seed);
        const ids = Array.from({ length: max }, (_, i) => frost.Identifier.derive(`${seed} ${i}`));
        const draw = (length = 32) => random.bytes(length);
        const rounds = ids.map((id) => frost.DKG.round1(id, { min, max }, undefined, draw));
        const published = rounds.map(({ public: made }, i) => ({
          participant: ids[i]!,
          commitments: made.commitment,
          proof: made.proofOfKnowledge,
        }));
        const polynomials = rounds.map(({ secret }, i) => ({
          ...published[i]!,
          coefficients: Buffer.concat(
            (secret.coefficients ?? []).map((a) => secp256k1.Point.Fn.toBytes(a)),
          ),
        }));
        const dealt = rounds.map(({ secret }, i) =>
          frost.DKG.round2(
            secret,
            rounds.filter((_, j) => j !== i).map(({ public: made }) => made),
          ),
        );
        for (const [i, { secret }] of rounds.entries()) {
          const isOther = (_: unknown, j: number): boolean => j !== i;
          const dealing = dealShares(polynomials[i]!, published.filter(isOther));
          const theirs = Object.entries(dealt[i]!).map(
            ([id, { signingShare }]) => [id, Buffer.from(signingShare)] as const,
          );
          assert.deepEqual(new Map(dealing), new Map(theirs));
          const shares = dealt.filter(isOther).map((by) => by[ids[i]!]!.signingShare);
          const ours = sumShares(
            polynomials[i]!,
            published.filter(isOther),
            new Map(ids.filter(isOther).map((id, j) => [id, Uint8Array.from(shares[j]!)])),
          );
          const noble = frost.DKG.round3(
            secret,
            rounds.filter(isOther).map(({ public: made }) => made),
            shares.map((signingShare, j) => ({
              identifier: ids.filter(isOther)[j]!,
              signingShare,
            })),
          );
          assert.deepEqual(ours, Buffer.from(noble.secret.signingShare));
        }
      }),
      { numRuns: 8 },
    );
  });

  test('refuses shares too few, too many, and out of range in round 3', () => {
    const [own, two, three] = participants;
    assert.ok(own && two && three);
    const [second, third] = [hex(own.shares['2'] ?? ''), hex(own.shares['3'] ?? '')];
    const sum =
      (...dealt: [string, Uint8Array][]) =>
      () =>
        sumShares(own, [two, three], new Map(dealt));
    assert.doesNotThrow(sum([two.participant, second], [three.participant, third]));
    assert.throws(sum([two.participant, second]));
    assert.throws(sum([two.participant, second], [own.participant, third]));
    assert.throws(
      sum([two.participant, second], [three.participant, third], [own.participant, third]),
    );
    const order = secp256k1.Point.Fn.ORDER;
    const above = hex(
      (BigInt(`0x${third.toString('hex')}`) + order).toString(16).padStart(64, '0'),
    );
    for (const wrong of [flipped(third, 31), third.subarray(1), Buffer.alloc(32), above])
      assert.throws(sum([two.participant, second], [three.participant, wrong]));
  });

  test('draws everything from the given source and leaves nothing in it', () => {
    const [own] = participants;
    assert.ok(own);
    const draw = (seed: string) => {
      const random = seededRandom(seed);
      const { participant } = own;
      return { random, made: drawPolynomial({ participant, threshold: 3, n: 4, random }) };
    };
    const { random, made } = draw('polynomial');
    assert.equal(made.coefficients.length, 96);
    assert.equal(random.drawn.length, 4);
    assert.ok(random.drawn.every((bytes) => bytes.equals(Buffer.alloc(bytes.length))));
    assert.deepEqual(made, draw('polynomial').made);
    assert.notDeepEqual(made.coefficients, draw('another').made.coefficients);
  });

  test('wipes no memory of the caller', () => {
    const [own, two, three] = participants;
    assert.ok(own && two && three);
    const share = hex(own.shares['2'] ?? '');
    const before = { coefficients: Buffer.from(own.coefficients), share: Buffer.from(share) };
    dealShares(own, [two, three]);
    sumShares(
      own,
      [two, three],
      new Map([
        [two.participant, share],
        [three.participant, hex(own.shares['3'] ?? '')],
      ]),
    );
    assert.deepEqual({ coefficients: own.coefficients, share }, before);
  });
});
