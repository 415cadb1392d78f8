import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { secp256k1, secp256k1_FROST as frost } from '@noble/curves/secp256k1.js';
import {
  DkgError,
  verifyContributionSet,
  verifyDkgContribution,
} from '../../src/crypto/dkg-contribution.ts';
import { groupKeyOf, verifyDealtShare, type DkgContribution } from '../../src/crypto/dkg-shares.ts';
import { dkgFinish, dkgRound2 } from '../../src/crypto/dkg.ts';
import { participantOf } from '../../src/crypto/participant.ts';
import { publicKeyOf, randomScalar } from '../../src/crypto/secp256k1.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import type { CryptoCode } from '../../src/errors.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { at, dealDkg, startDkg } from './dkg-run.ts';
import { nodeNamed, rosterOf } from './seeded.ts';
import { flipped, hex } from './vectors.ts';

const N = hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
const { Point } = secp256k1;
const { Fn } = Point;

/** For `assert.throws`: a DkgError with this code that names exactly these nodes. */
const blaming =
  (code: CryptoCode, ...culprits: NodeId[]) =>
  (thrown: unknown): boolean =>
    thrown instanceof DkgError &&
    thrown.code === code &&
    thrown.culprits.length === culprits.length &&
    culprits.every((node) => thrown.culprits.includes(node));

/** A contribution with a valid proof for a constant term of the attacker's choice. */
const contributionOf = (input: {
  ctx: Uint8Array;
  node: NodeId;
  threshold: number;
  constantTerm: Uint8Array;
}): DkgContribution => {
  const { ctx, node, threshold, constantTerm } = input;
  const signers = { min: threshold, max: threshold };
  const made = frost.DKG.round1(participantOf(ctx, node), signers, constantTerm).public;
  return { node, commitments: made.commitment, proof: made.proofOfKnowledge };
};
const negatedPoint = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of((bytes[0] ?? 0) ^ 1), bytes.subarray(1)]);
const negatedScalar = (bytes: Uint8Array): Uint8Array => Fn.toBytes(Fn.neg(Fn.fromBytes(bytes)));

/** The set with the contribution of its node replaced. */
const replacing = (set: readonly DkgContribution[], made: DkgContribution): DkgContribution[] =>
  set.map((one) => (one.node === made.node ? made : one));

suite('attacks on one contribution', () => {
  const { ctx, roster, threshold, contributions } = startDkg(3, 4, 'one');
  const good = at(contributions, 1);
  const check = (changed: Partial<DkgContribution & { ctx: Uint8Array; threshold: number }>) =>
    verifyDkgContribution({ ctx, roster, threshold, ...good, ...changed });

  test('a good one passes', () => {
    for (const one of contributions)
      assert.equal(verifyDkgContribution({ ctx, roster, threshold, ...one }), null);
    assert.equal(verifyDkgContribution({ ctx, threshold, ...good }), null);
  });

  test('attack/K1: X minus the others cannot be proven', () => {
    const wanted = randomScalar(systemRandom);
    const others = contributions.filter(({ node }) => node !== good.node);
    const sum = Point.fromBytes(groupKeyOf(others));
    const rogue = Buffer.from(Point.fromBytes(publicKeyOf(wanted)).subtract(sum).toBytes());
    const { node } = good;
    const honest = contributionOf({ ctx, node, threshold, constantTerm: wanted });
    const commitments = [rogue, ...honest.commitments.slice(1)];
    assert.deepEqual(groupKeyOf([...others, { commitments }]), publicKeyOf(wanted));
    for (const proof of [honest.proof, good.proof, at(contributions, 0).proof])
      assert.equal(check({ commitments, proof }), 'crypto/proof-invalid');
  });

  test('attack/K4: a proof counts for its order and its node', () => {
    assert.equal(check({ ctx: flipped(ctx, 0) }), 'crypto/proof-invalid');
    assert.equal(check({ node: at(roster, 2) }), 'crypto/proof-invalid');
    const copied = { ...at(contributions, 0), node: good.node };
    assert.equal(check(copied), 'crypto/proof-invalid');
  });

  test('attack/K5: identity, off curve, uncompressed, at every place', () => {
    const [g] = good.commitments;
    assert.ok(g);
    const bad: [CryptoCode, Uint8Array][] = [
      ['crypto/point-identity', Buffer.alloc(33)],
      ['crypto/point-identity', Buffer.alloc(1)],
      ['crypto/point-invalid', Buffer.alloc(33, 0xff)],
      ['crypto/length', Point.fromBytes(Uint8Array.from(g)).toBytes(false)],
      ['crypto/length', Buffer.alloc(0)],
    ];
    for (const [code, point] of bad)
      for (let place = 0; place < threshold; place++) {
        const commitments = good.commitments.with(place, point);
        assert.equal(check({ commitments }), code);
      }
  });

  test('attack/K6: a foreign node has no place; the identifier comes from order and roster', () => {
    const node = nodeNamed('stranger');
    const made = contributionOf({ ctx, node, threshold, constantTerm: randomScalar(systemRandom) });
    assert.equal(verifyDkgContribution({ ctx, threshold, ...made }), null);
    assert.equal(verifyDkgContribution({ ctx, roster, threshold, ...made }), 'crypto/roster');
    const places = rosterOf(32).map((one) => participantOf(ctx, one));
    assert.equal(new Set(places).size, 32);
    assert.ok(places.every((place) => /^[0-9a-f]{64}$/.test(place) && !/^0+$/.test(place)));
    assert.notEqual(participantOf(ctx, node), participantOf(flipped(ctx, 0), node));
  });

  test('attack/K7: fewer or more commitments than t', () => {
    const { commitments } = good;
    const counts = [
      [],
      commitments.slice(0, 1),
      commitments.slice(0, 2),
      [...commitments, ...commitments],
    ];
    for (const wrong of counts)
      assert.equal(check({ commitments: wrong }), 'crypto/commitment-count');
    assert.equal(check({ threshold: 2 }), 'crypto/commitment-count');
    assert.equal(check({ threshold: 4 }), 'crypto/commitment-count');
  });

  test('every changed byte of the proof, other lengths, R and mu out of range', () => {
    const [r, mu] = [good.proof.subarray(0, 33), good.proof.subarray(33)];
    for (let index = 0; index < 65; index++)
      assert.equal(check({ proof: flipped(good.proof, index) }), 'crypto/proof-invalid');
    const proofs = [
      Buffer.alloc(0),
      Buffer.alloc(65),
      good.proof.subarray(1),
      Buffer.concat([good.proof, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(33), mu]),
      Buffer.concat([r, Buffer.alloc(32)]),
      Buffer.concat([r, N]),
      Buffer.concat([r, Buffer.alloc(32, 0xff)]),
    ];
    for (const proof of proofs) assert.equal(check({ proof }), 'crypto/proof-invalid');
  });
});

suite('attacks on the set of contributions', () => {
  const { ctx, roster, threshold, contributions, firsts } = startDkg(2, 4, 'set');
  const [victim, attacker] = [at(roster, 0), at(roster, 3)];
  const { self, secret } = at(firsts, 1);
  const check = (set: readonly DkgContribution[]) =>
    verifyContributionSet({ roster, threshold, contributions: set });
  const deal = (set: readonly DkgContribution[]) => () =>
    dkgRound2({ ctx, roster, threshold, self, secret, contributions: set });

  test('a good one passes', () => {
    assert.equal(check(contributions), null);
    assert.equal(check(contributions.toReversed()), null);
  });

  test('attack/K5: equal and negated constant terms, each with a valid proof', () => {
    const shared = randomScalar(systemRandom);
    const make = (node: NodeId, constantTerm: Uint8Array) =>
      contributionOf({ ctx, node, threshold, constantTerm });
    const first = replacing(contributions, make(victim, shared));
    for (const twin of [shared, negatedScalar(shared)]) {
      const made = make(attacker, twin);
      assert.equal(verifyDkgContribution({ ctx, threshold, ...made }), null);
      const set = replacing(first, made);
      const finding = check(set);
      assert.equal(finding?.code, 'crypto/commitment-duplicate');
      assert.deepEqual(new Set(finding.culprits), new Set([victim, attacker]));
      assert.throws(deal(set), blaming('crypto/commitment-duplicate', victim, attacker));
    }
  });

  test('attack/K5: constant terms of several nodes that add up to the identity', () => {
    const secrets = [1, 2, 3].map(() => randomScalar(systemRandom));
    const sum = secrets.reduce((total, one) => Fn.add(total, Fn.fromBytes(one)), Fn.ZERO);
    const terms = [...secrets, Fn.toBytes(Fn.neg(sum))];
    const set = roster.map((node, i) =>
      contributionOf({ ctx, node, threshold, constantTerm: at(terms, i) }),
    );
    assert.deepEqual(check(set), { code: 'crypto/point-identity', culprits: [] });
  });

  test('attack/K7: the last speaker cancels the highest coefficients, so that t-1 shares would do', () => {
    const others = contributions.filter(({ node }) => node !== attacker);
    const highest = others.map(({ commitments }) => ({ commitments: commitments.slice(-1) }));
    const cancelling = negatedPoint(groupKeyOf(highest));
    const own = at(contributions, 3);
    const made = { ...own, commitments: [...own.commitments.slice(0, -1), cancelling] };
    assert.equal(verifyDkgContribution({ ctx, threshold, ...made }), null);
    const set = replacing(contributions, made);
    assert.deepEqual(check(set), { code: 'crypto/point-identity', culprits: [] });
    assert.throws(deal(set), blaming('crypto/point-identity'));
  });

  test('attack/K6: missing, repeated and foreign nodes are named', () => {
    const stranger = { ...at(contributions, 3), node: nodeNamed('stranger') };
    const sets: [DkgContribution[], NodeId[]][] = [
      [contributions.slice(1), [victim]],
      [[...contributions, at(contributions, 0)], [victim]],
      [
        [...contributions.slice(1), at(contributions, 3)],
        [attacker, victim],
      ],
      [[...contributions, stranger], [stranger.node]],
      [
        [...contributions.slice(0, 3), stranger],
        [stranger.node, attacker],
      ],
      [[], roster],
    ];
    for (const [set, culprits] of sets) {
      const finding = check(set);
      assert.equal(finding?.code, 'crypto/roster');
      assert.deepEqual(new Set(finding.culprits), new Set(culprits));
      assert.throws(deal(set), blaming('crypto/roster', ...culprits));
    }
  });

  test('attack/K7: a vector of another length is named', () => {
    const own = at(contributions, 3);
    const longer = { ...own, commitments: [...own.commitments, at(own.commitments, 0)] };
    const shorter = { ...own, commitments: own.commitments.slice(0, 1) };
    for (const made of [longer, shorter]) {
      const set = replacing(contributions, made);
      assert.deepEqual(check(set), { code: 'crypto/commitment-count', culprits: [attacker] });
      assert.throws(deal(set), blaming('crypto/commitment-count', attacker));
    }
  });

  test('round 2 deals nothing when one proof or point is wrong, and names whose', () => {
    const own = at(contributions, 3);
    const forged = { ...own, proof: at(contributions, 0).proof };
    assert.throws(
      deal(replacing(contributions, forged)),
      blaming('crypto/proof-invalid', attacker),
    );
    const [term] = own.commitments;
    assert.ok(term);
    const offCurve = { ...own, commitments: [term, Buffer.alloc(33, 0xff)] };
    assert.throws(
      deal(replacing(contributions, offCurve)),
      blaming('crypto/point-invalid', attacker),
    );
  });
});

suite('attacks on dealt shares', () => {
  const { seconds, sharesTo, ...started } = dealDkg(2, 4, 'shares');
  const { ctx, roster, contributions } = started;
  const { self, secret } = at(seconds, 0);
  const shares = sharesTo(self);
  const finish = (received: typeof shares) => () =>
    dkgFinish({ ...started, self, secret, shares: received });
  const verify = (from: NodeId, to: NodeId, share: Uint8Array) => {
    const commitments = contributions.find(({ node }) => node === from)?.commitments ?? [];
    return verifyDealtShare({ ctx, roster, from, to, commitments, share });
  };

  test('attack/K9: every wrong share is named, and only those', () => {
    const [one, two, three] = [at(shares, 0), at(shares, 1), at(shares, 2)];
    const bad = { ...two, share: flipped(two.share, 31) };
    assert.throws(finish([one, bad, three]), blaming('crypto/share-invalid', two.from));
    const swapped = [{ ...one, share: two.share }, { ...two, share: one.share }, three];
    assert.throws(finish(swapped), blaming('crypto/share-invalid', one.from, two.from));
    for (const share of [Buffer.alloc(32), N, Buffer.alloc(0), Buffer.alloc(33, 1)])
      assert.throws(
        finish([one, two, { ...three, share }]),
        blaming('crypto/share-invalid', three.from),
      );
  });

  test('attack/K9: a third party decides on evidence; a false accusation shows as one', () => {
    for (const { self: from, shares: dealt } of seconds)
      for (const { to, share } of dealt) {
        assert.ok(verify(from, to, share), 'a good share, so the accuser lies');
        assert.equal(verify(from, to, flipped(share, 0)), false);
        for (const other of roster)
          if (other !== to) assert.equal(verify(from, other, share), false);
      }
  });

  test('shares to oneself, between strangers and without commitments fit nothing', () => {
    const polynomial = [randomScalar(systemRandom), randomScalar(systemRandom)];
    const commitments = polynomial.map(publicKeyOf);
    const shareOf = (node: NodeId) => {
      const [constant = 0n, slope = 0n] = polynomial.map((one) => Fn.fromBytes(one));
      const place = Fn.fromBytes(hex(participantOf(ctx, node)));
      return Fn.toBytes(Fn.add(constant, Fn.mul(slope, place)));
    };
    const [stranger, other] = [nodeNamed('stranger'), at(roster, 1)];
    const check = (from: NodeId, to: NodeId, points: Uint8Array[]) =>
      verifyDealtShare({ ctx, roster, from, to, commitments: points, share: shareOf(to) });
    assert.ok(check(other, self, commitments));
    assert.equal(check(self, self, commitments), false);
    assert.equal(check(stranger, self, commitments), false);
    assert.equal(check(other, stranger, commitments), false);
    assert.equal(check(other, self, []), false);
    assert.equal(check(other, self, [Buffer.alloc(33)]), false);
  });

  test('missing, repeated and foreign dealers are named', () => {
    const [one, two, three] = [at(shares, 0), at(shares, 1), at(shares, 2)];
    const stranger = { ...one, from: nodeNamed('stranger') };
    assert.throws(finish([one, two]), blaming('crypto/roster', three.from));
    assert.throws(finish([one, two, three, one]), blaming('crypto/roster', one.from));
    assert.throws(finish([one, two, three, stranger]), blaming('crypto/roster', stranger.from));
    assert.throws(
      finish([one, two, three, { ...one, from: self }]),
      blaming('crypto/roster', self),
    );
  });

  test('no error shows a share', () => {
    const one = at(shares, 0);
    const bad = flipped(one.share, 31);
    try {
      finish([{ ...one, share: bad }, ...shares.slice(1)])();
      assert.fail('accepted');
    } catch (thrown) {
      assert.ok(thrown instanceof DkgError);
      const told = `${thrown.stack} ${JSON.stringify(thrown)} ${String(thrown.cause)}`;
      const digits = [bad.toString('hex'), String(BigInt(`0x${bad.toString('hex')}`))];
      assert.ok(digits.every((secretText) => !told.includes(secretText)));
    }
  });
});
