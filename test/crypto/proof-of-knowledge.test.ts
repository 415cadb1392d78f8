import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as oracle from '@noble/secp256k1';
import fc from 'fast-check';
import { taggedHash } from '../../src/crypto/hash.ts';
import { hkdfSha256 } from '../../src/crypto/kdf.ts';
import { provePossession, verifyPossession } from '../../src/crypto/proof-of-knowledge.ts';
import { publicKeyOf, randomScalar, scalarFromUniform } from '../../src/crypto/secp256k1.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { nodeNamed, seededRandom } from './seeded.ts';
import { flipped, hex, withCode } from './vectors.ts';

const N = hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
const order = BigInt(`0x${N.toString('hex')}`);
const integer = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

const context = () => ({
  ctx: systemRandom.bytes(32),
  role: 'beneficiary' as const,
  node: nodeNamed('beneficiary'),
});
const proven = () => {
  const secret = randomScalar(systemRandom);
  const about = context();
  const { proof } = provePossession({ ...about, secret, random: systemRandom });
  return { ...about, secret, point: publicKeyOf(secret), proof };
};

suite('proof of knowledge', () => {
  test('convinces, also an independent implementation of the equation', () => {
    const uniform = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(uniform, (ctx) => {
        const secret = randomScalar(systemRandom);
        const [role, node] = ['fiduciary' as const, nodeNamed('f')];
        const { proof } = provePossession({ ctx, role, node, secret, random: systemRandom });
        const point = publicKeyOf(secret);
        assert.ok(verifyPossession({ ctx, role, node, point, proof }));

        const [r, z] = [proof.subarray(0, 33), integer(proof.subarray(33))];
        const e = integer(taggedHash('milagro/pok/v1', ctx, role, node, point, r)) % order;
        const { Point } = oracle;
        const left = Point.BASE.multiply(z);
        assert.ok(left.equals(Point.fromBytes(r).add(Point.fromBytes(point).multiply(e))));
      }),
      { numRuns: 15 },
    );
  });

  test('attack/K1: who answers the difference to a known point cannot prove it', () => {
    const holder = proven();
    const wanted = randomScalar(systemRandom);
    const { Point } = oracle;
    const rogue = Point.fromBytes(publicKeyOf(wanted)).subtract(Point.fromBytes(holder.point));
    const point = Buffer.from(rogue.toBytes());
    const role = 'fiduciary' as const;
    const thief = { ctx: holder.ctx, role, node: nodeNamed('thief') };
    const attempts = [
      provePossession({ ...thief, secret: wanted, random: systemRandom }).proof,
      provePossession({ ...thief, role: 'beneficiary', secret: wanted, random: systemRandom })
        .proof,
      holder.proof,
    ];
    for (const proof of attempts) assert.equal(verifyPossession({ ...thief, point, proof }), false);
  });

  test('attack/K4: a proof counts for one order, role, node and point', () => {
    const good = proven();
    assert.ok(verifyPossession(good));
    const elsewhere = [
      { ...good, ctx: flipped(good.ctx, 0) },
      { ...good, role: 'fiduciary' as const },
      { ...good, role: 'principal' as const },
      { ...good, node: nodeNamed('another') },
      { ...good, point: publicKeyOf(randomScalar(systemRandom)) },
      {
        ...good,
        point: Buffer.concat([Buffer.of(good.point.readUInt8(0) ^ 1), good.point.subarray(1)]),
      },
      { ...good, proof: proven().proof },
    ];
    for (const replayed of elsewhere) assert.equal(verifyPossession(replayed), false);
  });

  test('every changed byte is refused', () => {
    const good = proven();
    for (let index = 0; index < 65; index++)
      assert.equal(verifyPossession({ ...good, proof: flipped(good.proof, index) }), false);
  });

  test('attack/K5: identity and malformed R or point, z out of range: false, never an exception', () => {
    const good = proven();
    const [r, z] = [good.proof.subarray(0, 33), good.proof.subarray(33)];
    const proofs = [
      Buffer.concat([Buffer.alloc(33), z]),
      Buffer.concat([Buffer.alloc(33, 0xff), z]),
      Buffer.concat([r, Buffer.alloc(32)]),
      Buffer.concat([r, N]),
      Buffer.concat([r, Buffer.alloc(32, 0xff)]),
      Buffer.alloc(0),
      Buffer.alloc(65),
      good.proof.subarray(1),
      Buffer.concat([good.proof, Buffer.alloc(1)]),
    ];
    for (const proof of proofs) assert.equal(verifyPossession({ ...good, proof }), false);
    const points = [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(33), good.point.subarray(1)];
    for (const point of points) assert.equal(verifyPossession({ ...good, point }), false);
  });

  test('a secret out of range is refused', () => {
    const about = { ...context(), random: systemRandom };
    for (const secret of [Buffer.alloc(32), N])
      assert.throws(() => provePossession({ ...about, secret }), withCode('crypto/scalar-range'));
    assert.throws(
      () => provePossession({ ...about, secret: Buffer.alloc(31, 1) }),
      withCode('crypto/length'),
    );
  });

  test('the same seed gives the same proof, and no randomness stays behind', () => {
    const about = context();
    const secret = randomScalar(systemRandom);
    const copy = Buffer.from(secret);
    const random = seededRandom('proof');
    const { proof } = provePossession({ ...about, secret, random });
    const again = provePossession({ ...about, secret, random: seededRandom('proof') });
    assert.deepEqual(again, { point: publicKeyOf(secret), proof });
    assert.ok(random.drawn.every((bytes) => bytes.equals(Buffer.alloc(bytes.length))));
    assert.deepEqual(secret, copy);
  });

  test('a generator whose output is known does not give the nonce away', () => {
    const good = proven();
    const { ctx, role, node, point, secret } = good;
    const stuck = { bytes: (length: number) => Buffer.alloc(length, 7) };
    const { proof } = provePossession({ ctx, role, node, secret, random: stuck });
    const info = taggedHash('milagro/pok-nonce/v1', ctx, role, node, point);
    for (const known of [stuck.bytes(32), Buffer.concat([stuck.bytes(32), point])]) {
      const guess = scalarFromUniform(hkdfSha256({ secret: known, info, length: 48 }));
      assert.notDeepEqual(publicKeyOf(guess), proof.subarray(0, 33));
    }
  });

  test('a generator that repeats itself does not repeat the nonce, which would give x away', () => {
    const secret = randomScalar(systemRandom);
    const stuck = { bytes: (length: number) => Buffer.alloc(length, 7) };
    const about = context();
    const proofs = [
      { ...about, secret },
      { ...about, ctx: flipped(about.ctx, 31), secret },
      { ...about, role: 'fiduciary' as const, secret },
      { ...about, node: nodeNamed('another'), secret },
      { ...about, secret: randomScalar(systemRandom) },
    ].map((input) => provePossession({ ...input, random: stuck }).proof);
    const commitments = proofs.map((proof) => proof.subarray(0, 33).toString('hex'));
    assert.equal(new Set(commitments).size, commitments.length);
  });
});
