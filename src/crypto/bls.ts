import {
  aggregatePublicKeys,
  aggregateSignatures,
  aggregateVerify,
  fastAggregateVerify,
  PublicKey,
  SecretKey,
  Signature,
  verify,
} from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { CryptoError } from '../errors.ts';

/**
 * BLS signatures on BLS12-381 (draft-irtf-cfrg-bls-signature-05), minimal public keys, proof-of-possession scheme:
 * ciphersuite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_. Vectors: fixtures/crypto/bls.json.
 *
 * An aggregate proves nothing unless every public key in it has shown its proof of possession first (rogue keys):
 * identity operations are checked for it. Not safe against a quantum computer.
 */

/** Bytes. */
const BLS_SEED_LENGTH = 32;
const BLS_PUBLIC_LENGTH = 48;
const BLS_SIGNATURE_LENGTH = 96;

/** blst's binding takes no tag, so proofs, rare as they are, are noble's. */
const POSSESSION_DST = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

export interface BlsKey {
  /** G1, compressed, 48 bytes. */
  publicKey: Buffer;
  /** Handle of native memory, SECRET. */
  secret: SecretKey;
}

/**
 * KeyGen (draft, section 2.3). `ikm`: 32 bytes, uniformly random, SECRET; stays the caller's.
 * @throws CryptoError crypto/length
 */
export const blsKeyFromSeed = (ikm: Uint8Array): BlsKey => {
  if (ikm.length !== BLS_SEED_LENGTH)
    throw new CryptoError('crypto/length', `BLS seed of ${ikm.length} bytes`);
  const secret = SecretKey.fromKeygen(ikm);
  return { publicKey: Buffer.from(secret.toPublicKey().toBytes()), secret };
};

/** Sign (draft, section 3.3): G2, compressed, 96 bytes, deterministic. */
export const blsSign = (key: BlsKey, message: Uint8Array): Buffer =>
  Buffer.from(key.secret.sign(message).toBytes());

/** Verify (draft, section 3.3). Total: a malformed key or signature is `false`. */
export const blsVerify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const key = parsePublicKey(publicKey);
  const point = parseSignature(signature);
  return key !== null && point !== null && verify(message, key, point);
};

/** PopProve (draft, section 3.3.2): 96 bytes, deterministic. */
export const blsProve = (key: BlsKey): Buffer => {
  const scheme = bls12_381.longSignatures;
  const secret = key.secret.toBytes();
  try {
    const proof = scheme.sign(scheme.hash(key.publicKey, POSSESSION_DST), secret);
    return Buffer.from(scheme.Signature.toBytes(proof));
  } finally {
    secret.fill(0);
  }
};

/** PopVerify (draft, section 3.3.3). Total. */
export const blsVerifyPossession = (publicKey: Uint8Array, proof: Uint8Array): boolean => {
  if (parsePublicKey(publicKey) === null || parseSignature(proof) === null) return false;
  const scheme = bls12_381.longSignatures;
  const message = scheme.hash(publicKey, POSSESSION_DST);
  return scheme.verify(Uint8Array.from(proof), message, Uint8Array.from(publicKey));
};

/**
 * Aggregate (draft, section 2.8): 96 bytes. Order does not matter.
 * @throws CryptoError crypto/signature-invalid: none given, one malformed, or the sum is the point at infinity
 */
export const blsAggregate = (signatures: readonly Uint8Array[]): Buffer => {
  const points = parseAll(signatures, parseSignature);
  if (points === null) throw new CryptoError('crypto/signature-invalid', 'nothing to aggregate');
  const aggregate = Buffer.from(aggregateSignatures(points).toBytes());
  if (parseSignature(aggregate) === null)
    throw new CryptoError('crypto/signature-invalid', 'signatures cancel each other');
  return aggregate;
};

/** FastAggregateVerify (draft, section 3.3.4): every key signed the one message. Total. */
export const blsVerifyAggregate = (
  publicKeys: readonly Uint8Array[],
  message: Uint8Array,
  aggregate: Uint8Array,
): boolean => {
  const keys = parseAll(publicKeys, parsePublicKey);
  const point = parseSignature(aggregate);
  return keys !== null && point !== null && fastAggregateVerify(message, keys, point);
};

/**
 * CoreAggregateVerify (draft, section 2.9), keys of one message summed first: each group signed its message.
 * `groups`: distinct messages. Total.
 */
export const blsVerifyGroups = (
  groups: readonly { publicKeys: readonly Uint8Array[]; message: Uint8Array }[],
  aggregate: Uint8Array,
): boolean => {
  const point = parseSignature(aggregate);
  const sums = groups.map(({ publicKeys }) => {
    const keys = parseAll(publicKeys, parsePublicKey);
    return keys && aggregatePublicKeys(keys);
  });
  const known = sums.filter((sum) => sum !== null);
  if (point === null || sums.length === 0 || known.length !== sums.length) return false;
  const texts = groups.map(({ message }) => message);
  // The sum of valid keys may be infinity, which signs nothing: validated again.
  return orNull(() => aggregateVerify(texts, known, point, true)) ?? false;
};

/**
 * KeyValidate (draft, section 2.5): on the curve, in the subgroup, not infinity; compressed form only. A party's key is
 * used for every order: its validation, as dear as half a verification, is remembered with the very bytes it was of.
 */
const parsePublicKey = (bytes: Uint8Array): PublicKey | null => {
  const known = validated.get(bytes);
  if (known && Buffer.compare(known.bytes, bytes) === 0) return known.key;
  const key =
    bytes.length === BLS_PUBLIC_LENGTH ? orNull(() => PublicKey.fromBytes(bytes, true)) : null;
  if (key) validated.set(bytes, { bytes: Uint8Array.from(bytes), key });
  return key;
};
const validated = new WeakMap<Uint8Array, { bytes: Uint8Array; key: PublicKey }>();

/** On the curve, in the subgroup, not infinity; compressed form only. */
const parseSignature = (bytes: Uint8Array): Signature | null =>
  bytes.length === BLS_SIGNATURE_LENGTH
    ? orNull(() => Signature.fromBytes(bytes, true, true))
    : null;

/** All of them, or null when there are none or one does not parse. */
const parseAll = <T>(
  all: readonly Uint8Array[],
  parse: (bytes: Uint8Array) => T | null,
): T[] | null => {
  const parsed: T[] = [];
  for (const bytes of all) {
    const one = parse(bytes);
    if (one === null) return null;
    parsed.push(one);
  }
  return parsed.length === 0 ? null : parsed;
};

const orNull = <T>(parse: () => T): T | null => {
  try {
    return parse();
  } catch {
    return null;
  }
};
