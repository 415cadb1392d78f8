import { blsKeyFromSeed, type BlsKey } from '../crypto/bls.ts';
import { kemKeyFromSeed, type KemKey } from '../crypto/kem.ts';
import { signKeyFromSeed, type SignKey } from '../crypto/signature.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { IdentityError } from '../errors.ts';
import type { Random } from '../ports/random.ts';
import type { KeyState } from './key-state.ts';
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

/** Keys ready for use. The private parts stay in native handles. */
export interface KeyMaterial {
  sign: SignKey;
  kem: KemKey;
  bls: BlsKey;
  peer: PeerKey;
}

/** What a running node works with: the keys of one of its key states. */
export interface IdentityKeys extends KeyMaterial {
  id: NodeId;
  keyId: KeyStateId;
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
export const loadKeys = (secrets: Omit<IdentitySecrets, 'next'>): KeyMaterial => ({
  sign: signKeyFromSeed(secrets.sign),
  kem: kemKeyFromSeed(secrets.kem),
  bls: blsKeyFromSeed(secrets.bls),
  peer: peerKeyFromSeed(secrets.peer),
});

/** The keys of `state`. @throws IdentityError identity/possession when one of them is not what the state says */
export const bindKeys = (keys: KeyMaterial, state: KeyState): IdentityKeys => {
  const published = state.keys;
  const same =
    keys.sign.publicKey.equals(published.sign.bytes) &&
    keys.kem.publicKey.equals(published.kem.bytes) &&
    keys.bls.publicKey.equals(published.bls) &&
    keys.peer.id === published.peerId;
  if (!same) throw new IdentityError('identity/possession', 'these keys are of another key state');
  return { ...keys, id: state.id, keyId: state.keyId };
};

export const wipeSecrets = (secrets: IdentitySecrets): void => {
  for (const seed of Object.values(secrets) as Buffer[]) seed.fill(0);
};
