import { blsVerifyPossession } from '../crypto/bls.ts';
import { cidOf } from '../crypto/hash.ts';
import { importKemPublicKey } from '../crypto/kem.ts';
import { importVerifyKey, verify } from '../crypto/signature.ts';
import { decode, decodeOwn } from '../domain/canonical.ts';
import { Block, MAX_BLOCK_BYTES, Operation } from '../domain/identity.ts';
import type { KeyStateId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { IdentityError, reason } from '../errors.ts';
import { blockDigest, peerDigest } from './digests.ts';
import { peerVerifies } from './peer-key.ts';

/** A block that is right in itself. Whether it continues an identity, its predecessor tells (key-state.ts). */
export interface VerifiedBlock {
  cid: KeyStateId;
  /** A copy of its own: it keeps no larger buffer alive and nobody changes it. */
  bytes: Uint8Array;
  op: Operation;
}

/**
 * Everything about a block that can be judged without its predecessor. About 20 ms, nearly all of it for the BLS proof.
 * @throws IdentityError identity/malformed (encoding, shape, a key that is none), identity/sequence (type, seq and prev
 * do not fit each other), identity/signature, identity/possession (of the BLS or the peer key)
 */
export const verifyBlock = (bytes: Uint8Array): VerifiedBlock => {
  const { op: opBytes, sig } = orMalformed(() =>
    parse(Block, decode(bytes, MAX_BLOCK_BYTES), 'block'),
  );
  const op = orMalformed(() => parse(Operation, decode(opBytes), 'operation'));
  checkPlace(op);
  checkKeys(op, opBytes, sig);
  return { cid: cidOf(bytes), bytes: Uint8Array.from(bytes), op };
};

/**
 * A block that this node verified before and then kept where nobody else can write: only for bytes that came out of a
 * seal of its own (AEAD under a key of this node), never for bytes from the network, a file or a plain row. No
 * signature and no proof is looked at, so it takes microseconds. The CID is computed anew; that it is the one under
 * which the block was kept, the caller checks.
 */
export const readVerified = (bytes: Uint8Array): VerifiedBlock => {
  const { op } = decodeOwn(bytes) as Block;
  return { cid: cidOf(bytes), bytes: Uint8Array.from(bytes), op: decodeOwn(op) as Operation };
};

const checkPlace = ({ type, seq, prev, next }: Operation): void => {
  const isFirst = type === 'inception';
  if (isFirst !== (seq === 0) || isFirst !== (prev === null))
    throw new IdentityError(
      'identity/sequence',
      `${type} with seq ${seq} and ${prev ?? 'no'} prev`,
    );
  if ((type === 'revocation') !== next.every((byte) => byte === 0))
    throw new IdentityError('identity/malformed', 'next is zero in a revocation and only there');
};

const checkKeys = ({ keys }: Operation, opBytes: Uint8Array, sig: Uint8Array): void => {
  const signer = orMalformed(() => importVerifyKey(keys.sign));
  if (!verify(signer, blockDigest(opBytes), sig))
    throw new IdentityError('identity/signature', 'not signed by its own sign key');
  orMalformed(() => importKemPublicKey(keys.kem));
  if (!blsVerifyPossession(keys.bls.pub, keys.bls.pop))
    throw new IdentityError('identity/possession', 'no possession of the BLS key');
  if (!orMalformed(() => peerVerifies(keys.peer.id, peerDigest(keys.sign), keys.peer.proof)))
    throw new IdentityError('identity/possession', 'no possession of the peer key');
};

const orMalformed = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new IdentityError('identity/malformed', reason(cause), { cause });
  }
};
