import { hash } from 'node:crypto';
import type { KeyState } from '../../src/identity/key-state.ts';
import { foldChain } from '../../src/identity/key-state.ts';
import {
  makeInception,
  makeRevocation,
  makeRotation,
  nextCommitment,
  type SignedBlock,
} from '../../src/identity/operation.ts';
import {
  bindKeys,
  drawRotation,
  drawSecrets,
  loadKeys,
  type IdentityKeys,
  type IdentitySecrets,
} from '../../src/identity/own-keys.ts';
import { verifyBlock, type VerifiedBlock } from '../../src/identity/verify-block.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

/** Identities for tests: everything follows from a label, so every run sees the same bytes. */

export interface Person {
  secrets: IdentitySecrets;
  keys: IdentityKeys;
  state: KeyState;
  /** The chain, inception first. */
  blocks: SignedBlock[];
}

const AT = Date.UTC(2026, 0, 1);

/** Proofs of possession cost 20 ms to make and to check: each block of the tests once. */
const verified = new Map<string, VerifiedBlock>();
export const verifyOnce = (bytes: Uint8Array): VerifiedBlock => {
  const key = hash('sha256', bytes);
  const block = verified.get(key) ?? verifyBlock(bytes);
  verified.set(key, block);
  return block;
};

const personOf = (secrets: IdentitySecrets, blocks: SignedBlock[]): Person => {
  const state = foldChain(blocks.map(({ bytes }) => verifyOnce(bytes)));
  return { secrets, keys: bindKeys(loadKeys(secrets), state), state, blocks };
};

const draftOf = (secrets: IdentitySecrets, name: string) => ({
  keys: loadKeys(secrets),
  next: nextCommitment(secrets.next),
  name,
  addrs: ['/ip4/127.0.0.1/tcp/4001'],
  at: AT,
});

export const person = (label: string): Person => {
  const secrets = drawSecrets(createSeededRandom(label));
  return personOf(secrets, [makeInception(draftOf(secrets, label))]);
};

/** The same identity with new keys. Different labels from one `before` are a fork. */
export const rotated = (before: Person, label: string): Person => {
  const secrets = drawRotation(before.secrets, createSeededRandom(label));
  const block = makeRotation(before.state, draftOf(secrets, before.state.name));
  return personOf(secrets, [...before.blocks, block]);
};

export const revoked = (before: Person, label: string): Person => {
  const secrets = drawRotation(before.secrets, createSeededRandom(label));
  const block = makeRevocation(before.state, draftOf(secrets, before.state.name));
  return personOf(secrets, [...before.blocks, block]);
};
