import { taggedHash } from '../crypto/hash.ts';

/** What the keys of an identity sign and commit to (docs/protocol.md, section 1): 32 bytes each, public. */

/** What an operation says of the sign key of the next one, without showing it. `signPublicKey`: 32 bytes. */
export const commitmentTo = (signPublicKey: Uint8Array): Buffer =>
  taggedHash('milagro/next/v1', signPublicKey);

/** What the signature of a block is over. */
export const blockDigest = (op: Uint8Array): Buffer => taggedHash('milagro/identity/v1', op);

/** What the peer key signs, to show that its holder is the node. `signPublicKey`: 32 bytes. */
export const peerDigest = (signPublicKey: Uint8Array): Buffer =>
  taggedHash('milagro/peer/v1', signPublicKey);
