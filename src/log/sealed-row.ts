import type { KeyObject } from 'node:crypto';
import { AEAD_NONCE_LENGTH, aesGcmOpen, aesGcmSeal } from '../crypto/aead.ts';
import { encode } from '../domain/canonical.ts';
import type { NodeId, StreamId } from '../domain/ids.ts';
import type { Random } from '../ports/random.ts';
import { corrupt } from './corruption.ts';

/**
 * Every value of the log at rest: AES-256-GCM (NIST SP 800-38D) under the node's data key.
 *
 *     row = nonce 12 | ciphertext | tag 16
 *
 * The associated data name the node and the place, so a row moved elsewhere, or taken from another node, does not
 * open: for a record (node, stream, seq, prev), for any other row (node, key). The nonce is random: at most 2^32 rows
 * under one key (section 8.3), some hundred million records. Lengths are not hidden.
 */
export interface RowCipher {
  seal(place: Place, plaintext: Uint8Array): Uint8Array;
  /** @throws LogError log/corrupt naming `what` */
  open(place: Place, row: Uint8Array, what: string): Uint8Array;
}

export type Place = { key: string } | { stream: StreamId; seq: number; prev: Uint8Array };

export interface RowCipherDeps {
  node: NodeId;
  /** AES key of 32 bytes, secret. */
  dataKey: KeyObject;
  random: Random;
}

/** Nonces drawn at once: they are public, and a turn needs a dozen. */
const NONCES = 64;

export const createRowCipher = ({ node, dataKey, random }: RowCipherDeps): RowCipher => {
  let nonces: Buffer = Buffer.alloc(0);
  const nextNonce = (): Buffer => {
    if (nonces.length === 0) nonces = random.bytes(NONCES * AEAD_NONCE_LENGTH);
    const nonce = nonces.subarray(0, AEAD_NONCE_LENGTH);
    nonces = nonces.subarray(AEAD_NONCE_LENGTH);
    return nonce;
  };
  const associated = (place: Place): Uint8Array =>
    'key' in place
      ? Buffer.from(`milagro/log-row/v1 ${node} ${place.key}`)
      : encode(['milagro/log-record/v1', node, place.stream, place.seq, place.prev]);

  return {
    seal(place, plaintext) {
      const nonce = nextNonce();
      const aad = associated(place);
      return Buffer.concat([nonce, aesGcmSeal({ key: dataKey, nonce, plaintext, aad })]);
    },

    open(place, row, what) {
      const nonce = row.subarray(0, AEAD_NONCE_LENGTH);
      const sealed = row.subarray(AEAD_NONCE_LENGTH);
      try {
        return aesGcmOpen({ key: dataKey, nonce, sealed, aad: associated(place) });
      } catch (thrown) {
        throw corrupt(what, 'does not open: changed, moved, or sealed for another node', thrown);
      }
    },
  };
};
