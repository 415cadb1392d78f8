import { blsKeyFromSeed, type BlsKey } from '../crypto/bls.ts';
import { taggedHash } from '../crypto/hash.ts';
import { kemKeyFromSeed, type KemKey } from '../crypto/kem.ts';
import { signKeyFromSeed, type SignKey } from '../crypto/signature.ts';
import type { Random } from '../ports/random.ts';
import { peerKeyFromSeed, type PeerKey } from './peer-key.ts';

/**
 * The secrets behind one key state of this node: drawn here, sealed and stored by the caller, loaded into native
 * handles for use.
 */

const SEED_BYTES = 32;

/** Five independent seeds of 32 bytes. SECRET: whoever holds the Buffers wipes them with `wipeSecrets`. */
export interface IdentitySecrets {
  /** Ed25519: signs envelopes and this key state's operation. */
  sign: Buffer;
  /** Ed25519: will sign the next operation. Kept apart from the others and not loaded until then (pre-rotation). */
  next: Buffer;
  /** X-Wing seed. */
  kem: Buffer;
  /** Input keying material of the BLS key. */
  bls: Buffer;
  /** Ed25519 of libp2p. */
  peer: Buffer;
}

/** What a running node works with. The private parts stay in native handles and the BLS library. */
export interface IdentityKeys {
  sign: SignKey;
  kem: KemKey;
  bls: BlsKey;
  peer: PeerKey;
}

/** Fresh secrets for an inception. */
export const drawSecrets = (random: Random): IdentitySecrets => ({
  sign: random.bytes(SEED_BYTES),
  next: random.bytes(SEED_BYTES),
  kem: random.bytes(SEED_BYTES),
  bls: random.bytes(SEED_BYTES),
  peer: random.bytes(SEED_BYTES),
});

/**
 * Secrets for a rotation: the pre-committed key signs, everything else is fresh but the peer key, which only carries
 * traffic: with it the addresses that others know stay right. The Buffers are copies; the old ones stay the caller's.
 */
export const drawRotation = (
  old: Pick<IdentitySecrets, 'next' | 'peer'>,
  random: Random,
): IdentitySecrets => ({
  ...drawSecrets(random),
  sign: Buffer.from(old.next),
  peer: Buffer.from(old.peer),
});

/** Seeds into handles. The seeds stay the caller's, who wipes them. @throws CryptoError crypto/length */
export const loadKeys = (secrets: Omit<IdentitySecrets, 'next'>): IdentityKeys => ({
  sign: signKeyFromSeed(secrets.sign),
  kem: kemKeyFromSeed(secrets.kem),
  bls: blsKeyFromSeed(secrets.bls),
  peer: peerKeyFromSeed(secrets.peer),
});

/** What an operation commits to in `next`, 32 bytes, public: only the owner of this seed can make the next one. */
export const nextCommitment = (nextSeed: Uint8Array): Buffer =>
  commitmentTo(signKeyFromSeed(nextSeed).publicKey);

/** H("milagro/next/v1", sign public key, 32 bytes). */
export const commitmentTo = (signPublicKey: Uint8Array): Buffer =>
  taggedHash('milagro/next/v1', signPublicKey);

export const wipeSecrets = (secrets: IdentitySecrets): void => {
  for (const seed of Object.values(secrets) as Buffer[]) seed.fill(0);
};
