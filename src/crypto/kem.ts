import {
  createHash,
  decapsulate as mlKemDecapsulate,
  diffieHellman,
  encapsulate as mlKemEncapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { CryptoError } from '../errors.ts';
import { rawPrivateKey, rawPublicBytes, rawPublicKey } from './raw-key.ts';

/**
 * X-Wing: X25519 and ML-KEM-768 in one KEM, secret while either of the two is
 * (draft-connolly-cfrg-xwing-kem-10; HPKE KEM id 0x647A). Vectors: fixtures/crypto/xwing.json.
 *
 * Does not authenticate the sender (the envelope's signature does), and gives no forward secrecy against the theft
 * of the recipient's key: who holds the seed opens everything ever sent to it.
 */

/** Bytes. */
export const KEM_SEED_LENGTH = 32;
export const KEM_PUBLIC_LENGTH = 1_216;
export const KEM_ENC_LENGTH = 1_120;

const ML_KEM_PUBLIC_LENGTH = 1_184;
const ML_KEM_CIPHERTEXT_LENGTH = 1_088;
const LABEL = Buffer.from('\\.//^\\', 'ascii');

/** A private key, expanded once (draft, section 5.5.1). `mlKem` and `x25519` are SECRET. */
export interface KemKey {
  /** 1216 bytes. */
  publicKey: Buffer;
  mlKem: KeyObject;
  x25519: KeyObject;
}

/** A public key, parsed once. */
export interface KemPublicKey {
  /** The 1216 bytes it was parsed from. */
  bytes: Buffer;
  mlKem: KeyObject;
  x25519: KeyObject;
}

export interface Encapsulation {
  /** 32 bytes, SECRET. */
  sharedSecret: Buffer;
  /** 1120 bytes. */
  enc: Buffer;
}

/** Draws its own randomness inside OpenSSL; a simulator replaces the whole function. */
export type Encapsulate = (key: KemPublicKey) => Encapsulation;

/**
 * GenerateKeyPairDerand (draft, section 5.2.1). `seed`: 32 bytes, uniformly random, SECRET; stays the caller's.
 * @throws CryptoError crypto/length
 */
export const kemKeyFromSeed = (seed: Uint8Array): KemKey => {
  if (seed.length !== KEM_SEED_LENGTH)
    throw new CryptoError('crypto/length', `X-Wing seed of ${seed.length} bytes`);
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  try {
    const mlKem = rawPrivateKey('ml-kem-768', expanded.subarray(0, 64));
    const x25519 = rawPrivateKey('x25519', expanded.subarray(64));
    const publicKey = Buffer.concat([rawPublicBytes(mlKem), rawPublicBytes(x25519)]);
    return { publicKey, mlKem, x25519 };
  } finally {
    expanded.fill(0);
  }
};

/**
 * `bytes`: 1216, from anybody.
 * @throws CryptoError crypto/key-invalid: length, ML-KEM coefficient >= q, X25519 point of low order
 */
export const importKemPublicKey = (bytes: Uint8Array): KemPublicKey => {
  const mlKem = rawPublicKey('ml-kem-768', bytes.subarray(0, ML_KEM_PUBLIC_LENGTH));
  const x25519 = rawPublicKey('x25519', bytes.subarray(ML_KEM_PUBLIC_LENGTH));
  refuseLowOrder(x25519);
  return { bytes: Buffer.from(bytes), mlKem, x25519 };
};

/** Encapsulate (draft, section 5.4). */
export const encapsulate: Encapsulate = (key) => {
  const ephemeral = generateKeyPairSync('x25519');
  const x25519Enc = rawPublicBytes(ephemeral.publicKey);
  const x25519Secret = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: key.x25519,
  });
  const inner = mlKemEncapsulate(key.mlKem);
  const x25519Public = key.bytes.subarray(ML_KEM_PUBLIC_LENGTH);
  return {
    sharedSecret: combine(inner.sharedKey, x25519Secret, x25519Enc, x25519Public),
    enc: Buffer.concat([inner.ciphertext, x25519Enc]),
  };
};

/**
 * Decapsulate (draft, section 5.5): 32 bytes, SECRET. A foreign or changed `enc` gives an unrelated secret, not an
 * error (implicit rejection); only what decrypts under the secret tells.
 * @throws CryptoError crypto/length; crypto/decrypt-failed when the X25519 half is a point of low order
 */
export const decapsulate = (key: KemKey, enc: Uint8Array): Buffer => {
  if (enc.length !== KEM_ENC_LENGTH)
    throw new CryptoError('crypto/length', `X-Wing ciphertext of ${enc.length} bytes`);
  const x25519Enc = enc.subarray(ML_KEM_CIPHERTEXT_LENGTH);
  const x25519Secret = sharedX25519(key.x25519, x25519Enc);
  const mlKemSecret = mlKemDecapsulate(key.mlKem, enc.subarray(0, ML_KEM_CIPHERTEXT_LENGTH));
  const x25519Public = key.publicKey.subarray(ML_KEM_PUBLIC_LENGTH);
  return combine(mlKemSecret, x25519Secret, x25519Enc, x25519Public);
};

const sharedX25519 = (privateKey: KeyObject, peer: Uint8Array): Buffer => {
  try {
    return diffieHellman({ privateKey, publicKey: rawPublicKey('x25519', peer) });
  } catch (thrown) {
    throw new CryptoError('crypto/decrypt-failed', 'not a ciphertext', { cause: thrown });
  }
};

/** Combiner (draft, section 5.3). Wipes both secrets. */
const combine = (
  mlKemSecret: Buffer,
  x25519Secret: Buffer,
  x25519Enc: Uint8Array,
  x25519Public: Uint8Array,
): Buffer => {
  const hash = createHash('sha3-256').update(mlKemSecret).update(x25519Secret);
  mlKemSecret.fill(0);
  x25519Secret.fill(0);
  return hash.update(x25519Enc).update(x25519Public).update(LABEL).digest();
};

/**
 * With a point of low order everybody knows the X25519 secret, so the key would be hybrid in name only. OpenSSL
 * refuses the all-zero result (RFC 7748, section 6.1) that any clamped scalar gives, so a public one does.
 */
const refuseLowOrder = (publicKey: KeyObject): void => {
  const privateKey = rawPrivateKey('x25519', Buffer.alloc(32, 1));
  try {
    diffieHellman({ privateKey, publicKey });
  } catch (thrown) {
    throw new CryptoError('crypto/key-invalid', 'X25519 key of low order', { cause: thrown });
  }
};
