import { EnvelopeError } from '../errors.ts';

/**
 * Hides the length of a message but for one of four size classes: u32 big-endian length, message, zeros.
 * Nothing is compressed, so the length tells nothing of the content either.
 */

/** Bytes of a padded message. */
const BUCKETS = [1_024, 4_096, 16_384, 57_344] as const;
const LENGTH_BYTES = 4;

export const isBucket = (length: number): boolean => BUCKETS.some((size) => size === length);

/** @throws EnvelopeError envelope/message-too-large: more than 57,340 bytes */
export const pad = (message: Uint8Array): Buffer => {
  const size = BUCKETS.find((bucket) => message.length + LENGTH_BYTES <= bucket);
  if (size === undefined)
    throw new EnvelopeError('envelope/message-too-large', `message of ${message.length} bytes`);
  const padded = Buffer.alloc(size);
  padded.writeUInt32BE(message.length);
  padded.set(message, LENGTH_BYTES);
  return padded;
};

/** The message: a view of `padded`. @throws EnvelopeError envelope/schema */
export const unpad = (padded: Buffer): Buffer => {
  const end = isBucket(padded.length) ? LENGTH_BYTES + padded.readUInt32BE() : Infinity;
  if (end > padded.length || !padded.subarray(end).every((byte) => byte === 0))
    throw new EnvelopeError('envelope/schema', 'not padded as it should be');
  return padded.subarray(LENGTH_BYTES, end);
};
