import { cidOf } from '../../src/crypto/hash.ts';
import { sign } from '../../src/crypto/signature.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { Block, Operation } from '../../src/domain/identity.ts';
import type { KeyStateId } from '../../src/domain/ids.ts';
import { blockDigest } from '../../src/identity/digests.ts';
import { readVerified } from '../../src/identity/verify-block.ts';
import { nextCommitment, type SignedBlock } from '../../src/identity/operation.ts';
import { rotated, person } from '../identity/people.ts';

/**
 * Identities by the thousand: all have the keys of one, which pre-commits to itself, so that each block costs one
 * signature. Valid but for that; proofs are not looked at again (`verify`).
 */
const alice = person('cheap');
const template = readVerified(rotated(alice, 'cheap 1').blocks[1]?.bytes ?? Buffer.alloc(0)).op;
const next = nextCommitment(alice.secrets.sign);

export const verify = readVerified;

const blockOf = (operation: Operation): SignedBlock => {
  const op = encode(operation);
  const bytes = encode({ op, sig: sign(alice.keys.sign, blockDigest(op)) } satisfies Block);
  return { cid: cidOf(bytes), bytes };
};

const keys = readVerified(alice.blocks[0]?.bytes ?? Buffer.alloc(0)).op.keys;

export const inception = (name: string): SignedBlock =>
  blockOf({ ...template, type: 'inception', seq: 0, prev: null, keys, next, name });

/** `at` tells forks of one place apart. */
export const rotation = (prev: KeyStateId, seq: number, at = 0): SignedBlock =>
  blockOf({ ...template, type: 'rotation', seq, prev, keys, next, at });
