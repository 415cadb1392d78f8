import { blsProve } from '../crypto/bls.ts';
import { cidOf } from '../crypto/hash.ts';
import { sign, signKeyFromSeed } from '../crypto/signature.ts';
import { encode } from '../domain/canonical.ts';
import { Operation, type Block, type PublicKeys } from '../domain/identity.ts';
import type { KeyStateId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { blockDigest, commitmentTo, peerDigest } from './digests.ts';
import type { KeyMaterial } from './own-keys.ts';

/** Makes the operations of one's own identity (docs/protocol.md, section 1). */

/** What its owner decides about a key state. */
export interface Draft {
  /** Their sign key signs; after the inception it is the one that the previous operation committed to. */
  keys: KeyMaterial;
  /** `nextCommitment` of the seed after these, 32 bytes. */
  next: Uint8Array;
  /** 1 to 64 printable characters. */
  name: string;
  /** Multiaddrs, at most 16. */
  addrs: readonly string[];
  /** ms */
  at: number;
}

/** A block ready to be kept and announced. Public. */
export interface SignedBlock {
  cid: KeyStateId;
  bytes: Uint8Array;
}

/** The operation that is built upon. */
export interface Previous {
  keyId: KeyStateId;
  seq: number;
}

const NOTHING_FOLLOWS = new Uint8Array(32);

/** The first operation: its CID is the NodeId. @throws CodecError codec/schema */
export const makeInception = (draft: Draft): SignedBlock =>
  signOperation({ type: 'inception', seq: 0, prev: null }, draft);

/** New keys for the same identity. @throws CodecError codec/schema */
export const makeRotation = (previous: Previous, draft: Draft): SignedBlock =>
  signOperation({ type: 'rotation', seq: previous.seq + 1, prev: previous.keyId }, draft);

/** The end of an identity: nothing follows, nothing it signs is believed any more. @throws CodecError codec/schema */
export const makeRevocation = (previous: Previous, draft: Omit<Draft, 'next'>): SignedBlock =>
  signOperation(
    { type: 'revocation', seq: previous.seq + 1, prev: previous.keyId },
    { ...draft, next: NOTHING_FOLLOWS },
  );

const signOperation = (
  place: Pick<Operation, 'type' | 'seq' | 'prev'>,
  { keys, next, name, addrs, at }: Draft,
): SignedBlock => {
  const operation: Operation = {
    v: 1,
    ...place,
    at,
    name,
    keys: publicKeys(keys),
    next,
    addrs: [...addrs],
  };
  const op = encode(parse(Operation, operation, 'operation'));
  const block: Block = { op, sig: sign(keys.sign, blockDigest(op)) };
  const bytes = encode(block);
  return { cid: cidOf(bytes), bytes };
};

/** What an operation commits to in `next`, 32 bytes, public: only the owner of this seed can make the next one. */
export const nextCommitment = (nextSeed: Uint8Array): Buffer =>
  commitmentTo(signKeyFromSeed(nextSeed).publicKey);

const publicKeys = ({ sign: signKey, kem, bls, peer }: KeyMaterial): PublicKeys => ({
  sign: signKey.publicKey,
  kem: kem.publicKey,
  bls: { pub: bls.publicKey, pop: blsProve(bls) },
  peer: { id: peer.id, proof: sign(peer.key, peerDigest(signKey.publicKey)) },
});
