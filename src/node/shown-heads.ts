import { timingSafeEqual, type KeyObject } from 'node:crypto';
import { taggedHash } from '../crypto/hash.ts';
import { hkdfSha256 } from '../crypto/kdf.ts';
import type { Head } from '../log/event-log.ts';

/**
 * The log head as this node shows it to others, who show it back. Nobody but this node can make one, or whoever talks to
 * it could tell it of records that never were, and stop it for good as one that was rolled back.
 *
 *     shown = mark, 16 B | the first 16 B of the chained hash
 *     mark  = HKDF-SHA-256(data key, info = H("milagro/shown-head/v1", seq, those 16 B), 16 B)
 *
 * An older copy of a node's data has the same data key, and so knows its own marks.
 */
export interface ShownHeads {
  show(head: Head): Head;
  /** Did this node ever show it? */
  isOwn(shown: Head): boolean;
}

const MARK_BYTES = 16;
const PART_BYTES = 16;

/** @param dataKey 32 bytes, SECRET */
export const createShownHeads = (dataKey: KeyObject): ShownHeads => {
  const mark = (seq: number, part: Uint8Array): Buffer =>
    hkdfSha256({
      secret: dataKey,
      info: taggedHash('milagro/shown-head/v1', seq, part),
      length: MARK_BYTES,
    });
  return {
    show: ({ seq, hash }) => {
      const part = hash.subarray(0, PART_BYTES);
      return { seq, hash: Buffer.concat([mark(seq, part), part]) };
    },
    isOwn: ({ seq, hash }) =>
      timingSafeEqual(hash.subarray(0, MARK_BYTES), mark(seq, hash.subarray(MARK_BYTES))),
  };
};

/** Is it the head of a log that has this chained hash, 32 bytes, at this place? */
export const showsHash = (shown: Head, hash: Uint8Array): boolean =>
  Buffer.compare(shown.hash.subarray(MARK_BYTES), hash.subarray(0, PART_BYTES)) === 0;
