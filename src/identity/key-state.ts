import { importKemPublicKey, type KemPublicKey } from '../crypto/kem.ts';
import { importVerifyKey, type VerifyKey } from '../crypto/signature.ts';
import type { Operation, PublicKeys } from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { IdentityError } from '../errors.ts';
import { commitmentTo } from './digests.ts';
import type { VerifiedBlock } from './verify-block.ts';

/** What an identity says of itself at one place of its chain. All public. */
export interface KeyState {
  id: NodeId;
  /** CID of the block that says so. */
  keyId: KeyStateId;
  seq: number;
  name: string;
  /** When its owner made it, ms by the owner's clock. */
  at: number;
  /** Multiaddrs: advice. */
  addrs: readonly string[];
  /** This state is the end of the identity. */
  revoked: boolean;
  /** Commitment to the next sign key, 32 bytes. */
  next: Uint8Array;
  /** Keys in the form in which they are used; made when first asked for. */
  readonly keys: PeerKeys;
}

export interface PeerKeys {
  readonly sign: VerifyKey;
  readonly kem: KemPublicKey;
  /** BLS12-381 G1, compressed, 48 bytes; possession was proven. */
  bls: Uint8Array;
  /** libp2p peer id. */
  peerId: string;
}

/** What the next block is measured against: enough to keep of a block once it is verified. */
export interface Link {
  cid: KeyStateId;
  seq: number;
  revoked: boolean;
  next: Uint8Array;
}

export const linkOf = ({ cid, op }: VerifiedBlock): Link => ({
  cid,
  seq: op.seq,
  revoked: op.type === 'revocation',
  next: op.next,
});

/**
 * Does `op` continue the identity after `previous`?
 * @throws IdentityError identity/sequence (names another predecessor, or leaves a gap), identity/revoked (nothing
 * follows a revocation), identity/not-committed (its sign key is not the one committed to: attack I1)
 */
export const checkFollows = (previous: Link, op: Operation): void => {
  if (op.prev !== previous.cid)
    throw new IdentityError('identity/sequence', 'does not name the block before it');
  if (op.seq !== previous.seq + 1)
    throw new IdentityError('identity/sequence', `seq ${op.seq} after ${previous.seq}`);
  if (previous.revoked) throw new IdentityError('identity/revoked', 'continues a revoked identity');
  if (Buffer.compare(commitmentTo(op.keys.sign), previous.next) !== 0)
    throw new IdentityError('identity/not-committed', 'signed by a key that was not committed to');
};

/**
 * The key state after a whole chain, inception first.
 * @throws IdentityError identity/sequence (empty, no inception, gap), identity/revoked, identity/not-committed
 */
export const foldChain = (chain: readonly VerifiedBlock[]): KeyState => {
  const [inception, ...rest] = chain;
  if (inception?.op.type !== 'inception')
    throw new IdentityError('identity/sequence', 'a chain begins with an inception');
  let last = inception;
  for (const block of rest) {
    checkFollows(linkOf(last), block.op);
    last = block;
  }
  return keyState(inception.cid, last.cid, last.op);
};

/** The key state that a block makes, once the chain up to it is checked: an operation says everything anew. */
export const keyState = (id: NodeId, keyId: KeyStateId, op: Operation): KeyState => {
  let parsed: PeerKeys | undefined;
  return {
    id,
    keyId,
    seq: op.seq,
    name: op.name,
    at: op.at,
    addrs: op.addrs,
    revoked: op.type === 'revocation',
    next: op.next,
    get keys() {
      return (parsed ??= parseKeys(op.keys));
    },
  };
};

/** Each key is parsed when first asked for: to reach somebody its peer id is enough. */
const parseKeys = ({ sign, kem, bls, peer }: PublicKeys): PeerKeys => {
  let verifyKey: VerifyKey | undefined;
  let kemKey: KemPublicKey | undefined;
  return {
    get sign() {
      return (verifyKey ??= importVerifyKey(sign));
    },
    get kem() {
      return (kemKey ??= importKemPublicKey(kem));
    },
    bls: bls.pub,
    peerId: peer.id,
  };
};
