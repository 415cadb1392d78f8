import { base58 } from '@scure/base';
import { importVerifyKey, signKeyFromSeed, verify, type SignKey } from '../crypto/signature.ts';
import { IdentityError } from '../errors.ts';

/**
 * A libp2p peer id of an Ed25519 key is the key itself: base58btc of the identity multihash of its protobuf
 * (libp2p specs, peer-ids/peer-ids.md, "Keys" and "String representation"). Public.
 */

/** Multihash code identity, 36 bytes; field 1 (type) = Ed25519; field 2 (data), 32 bytes. */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const KEY_BYTES = 32;

/** The key that a node's libp2p connections are authenticated with, and its peer id. */
export interface PeerKey {
  id: string;
  key: SignKey;
}

/** @param seed Ed25519 seed, 32 bytes, SECRET: the caller wipes it */
export const peerKeyFromSeed = (seed: Uint8Array): PeerKey => {
  const key = signKeyFromSeed(seed);
  return { id: peerIdOf(key.publicKey), key };
};

/** @param publicKey Ed25519, 32 bytes */
export const peerIdOf = (publicKey: Uint8Array): string =>
  base58.encode(Buffer.concat([PREFIX, publicKey]));

/** The Ed25519 key, 32 bytes, in a peer id. @throws IdentityError identity/malformed */
export const peerPublicKey = (peerId: string): Uint8Array => {
  let multihash: Uint8Array;
  try {
    multihash = base58.decode(peerId);
  } catch (cause) {
    throw new IdentityError('identity/malformed', 'peer id is not base58btc', { cause });
  }
  const isEd25519 =
    multihash.length === PREFIX.length + KEY_BYTES &&
    PREFIX.every((byte, i) => multihash[i] === byte);
  if (!isEd25519) throw new IdentityError('identity/malformed', 'peer id is not of an Ed25519 key');
  return multihash.subarray(PREFIX.length);
};

/** Did the holder of this peer id sign? @throws IdentityError identity/malformed */
export const peerVerifies = (peerId: string, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(importVerifyKey(peerPublicKey(peerId)), message, signature);
