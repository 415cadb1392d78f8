import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { PublicKey, SecretKey, Signature } from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  blsAggregate,
  blsKeyFromSeed,
  blsProve,
  blsSign,
  blsVerify,
  blsVerifyAggregate,
  blsVerifyGroups,
  blsVerifyPossession,
  type BlsKey,
} from '../../src/crypto/bls.ts';
import { flipped, hex, readVectors, withCode } from './vectors.ts';

interface Vectors {
  sign: { secret: string; publicKey: string; message: string; signature: string }[];
  aggregate: {
    publicKeys: string[];
    message: string;
    signatures: string[];
    aggregate: string;
  };
  keygen: { ikm: string; secret: string }[];
  possession: { publicKey: string; proof: string };
}
const vectors = readVectors<Vectors>('bls');
const { G1, fields } = bls12_381;

const infinity = (length: number): Buffer =>
  Buffer.concat([Buffer.of(0xc0), Buffer.alloc(length - 1)]);
const keyOfSecret = (bytes: Uint8Array): BlsKey => {
  const secret = SecretKey.fromBytes(bytes);
  return { publicKey: Buffer.from(secret.toPublicKey().toBytes()), secret };
};
/** The key whose public key is the negative: together they cancel. */
const negated = (key: BlsKey): BlsKey => {
  const scalar = fields.Fr.neg(fields.Fr.fromBytes(key.secret.toBytes()));
  return keyOfSecret(fields.Fr.toBytes(scalar));
};

/** Compressed points on the curves, found by trying small x, but outside of the subgroups: x = 4 and x = 2. */
const OUTSIDE_G1 = Buffer.concat([Buffer.of(0x80), Buffer.alloc(46), Buffer.of(4)]);
const OUTSIDE_G2 = Buffer.concat([Buffer.of(0x80), Buffer.alloc(94), Buffer.of(2)]);

suite('BLS12-381 signatures', () => {
  test('published: key generation', () => {
    for (const { ikm, secret } of vectors.keygen)
      assert.equal(Buffer.from(blsKeyFromSeed(hex(ikm)).secret.toBytes()).toString('hex'), secret);
  });

  test('published: sign and verify', () => {
    for (const { secret, publicKey, message, signature } of vectors.sign) {
      const key = keyOfSecret(hex(secret));
      assert.equal(key.publicKey.toString('hex'), publicKey);
      assert.equal(blsSign(key, hex(message)).toString('hex'), signature);
      assert.ok(blsVerify(hex(publicKey), hex(message), hex(signature)));
    }
  });

  test('published: aggregate and verify the aggregate', () => {
    const { publicKeys, message, signatures, aggregate } = vectors.aggregate;
    assert.equal(blsAggregate(signatures.map(hex)).toString('hex'), aggregate);
    assert.ok(blsVerifyAggregate(publicKeys.map(hex), hex(message), hex(aggregate)));
    assert.equal(
      blsVerifyAggregate(publicKeys.slice(1).map(hex), hex(message), hex(aggregate)),
      false,
    );
  });

  test('published: proof of possession made by another implementation', () => {
    const { publicKey, proof } = vectors.possession;
    assert.ok(blsVerifyPossession(hex(publicKey), hex(proof)));
  });

  test('a proof of possession is of its own key only, and no signature', () => {
    const [key, other] = [blsKeyFromSeed(randomBytes(32)), blsKeyFromSeed(randomBytes(32))];
    const proof = blsProve(key);
    assert.ok(blsVerifyPossession(key.publicKey, proof));
    assert.equal(blsVerifyPossession(other.publicKey, proof), false);
    assert.equal(blsVerifyPossession(key.publicKey, blsProve(other)), false);
    assert.equal(blsVerify(key.publicKey, key.publicKey, proof), false);
    assert.equal(blsVerifyPossession(key.publicKey, blsSign(key, key.publicKey)), false);
  });

  test('a rogue key verifies an aggregate alone, so it must not pass as possessed', () => {
    const honest = blsKeyFromSeed(randomBytes(32));
    const thief = blsKeyFromSeed(randomBytes(32));
    const rogue = Buffer.from(
      G1.Point.fromBytes(Uint8Array.from(thief.publicKey))
        .subtract(G1.Point.fromBytes(Uint8Array.from(honest.publicKey)))
        .toBytes(true),
    );
    const message = randomBytes(32);
    const forged = blsSign(thief, message);
    assert.ok(blsVerifyAggregate([honest.publicKey, rogue], message, forged));
    assert.equal(blsVerifyPossession(rogue, blsProve(thief)), false);
  });

  test('false for another message, key or changed signature', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const signature = blsSign(key, message);
    assert.ok(blsVerify(key.publicKey, message, signature));
    assert.equal(blsVerify(key.publicKey, flipped(message, 0), signature), false);
    assert.equal(blsVerify(blsKeyFromSeed(randomBytes(32)).publicKey, message, signature), false);
    for (const index of [0, 1, 47, 48, 95])
      assert.equal(blsVerify(key.publicKey, message, flipped(signature, index)), false);
  });

  test('an aggregate fails with a signer missing, added, or who signed something else', () => {
    const keys = [1, 2, 3].map(() => blsKeyFromSeed(randomBytes(32)));
    const publicKeys = keys.map((key) => key.publicKey);
    const message = randomBytes(32);
    const signatures = keys.map((key) => blsSign(key, message));
    const aggregate = blsAggregate(signatures);
    assert.ok(blsVerifyAggregate(publicKeys, message, aggregate));
    assert.ok(blsVerifyAggregate(publicKeys.toReversed(), message, aggregate));
    assert.equal(blsVerifyAggregate(publicKeys.slice(1), message, aggregate), false);
    const stranger = blsKeyFromSeed(randomBytes(32)).publicKey;
    assert.equal(blsVerifyAggregate([...publicKeys, stranger], message, aggregate), false);
    const [first, ...rest] = keys;
    assert.ok(first);
    const mixed = blsAggregate([
      blsSign(first, flipped(message, 0)),
      ...rest.map((key) => blsSign(key, message)),
    ]);
    assert.equal(blsVerifyAggregate(publicKeys, message, mixed), false);
  });

  test('groups of signers, each of its own message', () => {
    const keys = [1, 2, 3].map(() => blsKeyFromSeed(randomBytes(32)));
    const [a, b, c] = keys;
    assert.ok(a && b && c);
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const aggregate = blsAggregate([blsSign(a, one), blsSign(b, one), blsSign(c, two)]);
    const groups = [
      { publicKeys: [a.publicKey, b.publicKey], message: one },
      { publicKeys: [c.publicKey], message: two },
    ];
    const [first, second] = groups;
    assert.ok(first && second);
    assert.ok(blsVerifyGroups(groups, aggregate));
    assert.ok(blsVerifyGroups(groups.toReversed(), aggregate));
    const wrong = [
      [],
      [first],
      [second],
      [first, { ...second, message: one }],
      [
        { ...first, message: two },
        { ...second, message: one },
      ],
      [{ ...first, publicKeys: [a.publicKey] }, second],
      [
        { ...first, publicKeys: [a.publicKey, c.publicKey] },
        { ...second, publicKeys: [b.publicKey] },
      ],
      [...groups, { publicKeys: [], message: randomBytes(32) }],
      [...groups, { publicKeys: [OUTSIDE_G1], message: randomBytes(32) }],
      [...groups, { publicKeys: [infinity(48)], message: randomBytes(32) }],
    ];
    for (const bad of wrong) assert.equal(blsVerifyGroups(bad, aggregate), false);
    for (const bad of [OUTSIDE_G2, infinity(96), Buffer.alloc(96), flipped(aggregate, 95)])
      assert.equal(blsVerifyGroups(groups, bad), false);
  });

  test('K5: a group whose keys cancel has signed nothing', () => {
    const [key, honest] = [blsKeyFromSeed(randomBytes(32)), blsKeyFromSeed(randomBytes(32))];
    const cancelling = {
      publicKeys: [key.publicKey, negated(key).publicKey],
      message: randomBytes(32),
    };
    const message = randomBytes(32);
    const signed = { publicKeys: [honest.publicKey], message };
    const signature = blsSign(honest, message);
    assert.ok(blsVerifyGroups([signed], signature));
    assert.equal(blsVerifyGroups([signed, cancelling], signature), false);
  });

  test('a party that signs in two roles counts twice', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const twice = blsAggregate([blsSign(key, message), blsSign(key, message)]);
    assert.ok(blsVerifyAggregate([key.publicKey, key.publicKey], message, twice));
    assert.equal(blsVerifyAggregate([key.publicKey], message, twice), false);
  });

  test('K5: infinity is no key, no signature, and no aggregate', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const opposite = negated(key);
    const message = randomBytes(32);
    const [none, nobody] = [infinity(96), infinity(48)];
    assert.equal(blsVerify(nobody, message, none), false);
    assert.equal(blsVerify(key.publicKey, message, none), false);
    assert.equal(blsVerifyPossession(nobody, none), false);
    assert.equal(blsVerifyAggregate([nobody], message, none), false);
    assert.equal(
      blsVerifyAggregate([key.publicKey, nobody], message, blsSign(key, message)),
      false,
    );
    const both = [key.publicKey, opposite.publicKey];
    assert.equal(blsVerifyAggregate(both, message, none), false);
    assert.equal(blsVerifyAggregate(both, message, blsSign(key, message)), false);
    const cancelling = [blsSign(key, message), blsSign(opposite, message)];
    assert.throws(() => blsAggregate(cancelling), withCode('crypto/signature-invalid'));
    assert.throws(() => blsAggregate([none]), withCode('crypto/signature-invalid'));
  });

  test('empty lists are refused', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    assert.throws(() => blsAggregate([]), withCode('crypto/signature-invalid'));
    assert.equal(blsVerifyAggregate([], Buffer.alloc(32), blsSign(key, Buffer.alloc(32))), false);
    assert.equal(blsVerifyAggregate([], Buffer.alloc(32), infinity(96)), false);
  });

  test('points outside of the subgroup are refused', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const signature = blsSign(key, message);
    const [badKey, badSignature] = [OUTSIDE_G1, OUTSIDE_G2];
    assert.doesNotThrow(() => PublicKey.fromBytes(badKey, false), 'on the curve');
    assert.doesNotThrow(() => Signature.fromBytes(badSignature, false), 'on the curve');
    assert.equal(blsVerify(badKey, message, signature), false);
    assert.equal(blsVerify(key.publicKey, message, badSignature), false);
    assert.equal(blsVerifyPossession(badKey, blsProve(key)), false);
    assert.equal(blsVerifyPossession(key.publicKey, badSignature), false);
    assert.equal(blsVerifyAggregate([key.publicKey, badKey], message, signature), false);
    assert.equal(blsVerifyAggregate([key.publicKey], message, badSignature), false);
    assert.throws(
      () => blsAggregate([signature, badSignature]),
      withCode('crypto/signature-invalid'),
    );
  });

  test('a key whose bytes were changed after it was used is another key', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const other = blsKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const bytes = Uint8Array.from(key.publicKey);
    assert.ok(blsVerify(bytes, message, blsSign(key, message)));
    bytes.set(other.publicKey);
    assert.equal(blsVerify(bytes, message, blsSign(key, message)), false);
    assert.ok(blsVerify(bytes, message, blsSign(other, message)));
  });

  test('only the compressed form, of the right length, is taken; nothing throws', () => {
    const key = blsKeyFromSeed(randomBytes(32));
    const message = randomBytes(32);
    const signature = blsSign(key, message);
    const longKey = Buffer.from(key.secret.toPublicKey().toBytes(false));
    const longSignature = Buffer.from(key.secret.sign(message).toBytes(false));
    const keys = [longKey, Buffer.alloc(0), Buffer.alloc(48), key.publicKey.subarray(1)];
    const signatures = [longSignature, Buffer.alloc(0), Buffer.alloc(96), signature.subarray(1)];
    for (const bad of keys) {
      assert.equal(blsVerify(bad, message, signature), false);
      assert.equal(blsVerifyPossession(bad, signature), false);
      assert.equal(blsVerifyAggregate([bad], message, signature), false);
    }
    for (const bad of signatures) {
      assert.equal(blsVerify(key.publicKey, message, bad), false);
      assert.equal(blsVerifyPossession(key.publicKey, bad), false);
      assert.equal(blsVerifyAggregate([key.publicKey], message, bad), false);
      assert.throws(() => blsAggregate([bad]), withCode('crypto/signature-invalid'));
    }
    for (const length of [0, 31, 33])
      assert.throws(() => blsKeyFromSeed(Buffer.alloc(length)), withCode('crypto/length'));
  });
});
