import { EnvelopeError } from '../errors.ts';

/**
 * Hides the length of a message but for one of five size classes: u32 big-endian length, message, zeros.
 * Nothing is compressed, so the length tells nothing of the content either. There is one way to pad a message: an
 * envelope is no larger than what it says, so that it can be shown as evidence within another.
 */

/** Bytes of a padded message. */
const BUCKETS = [1_024, 4_096, 16_384, 32_768, 57_344] as const;
const LENGTH_BYTES = 4;

export const isBucket = (length: number): boolean => BUCKETS.some((size) => size === length);

const bucketOf = (length: number): number | undefined =>
  BUCKETS.find((bucket) => length + LENGTH_BYTES <= bucket);

/** @throws EnvelopeError envelope/message-too-large: more than 57,340 bytes */
export const pad = (message: Uint8Array): Buffer => {
  const size = bucketOf(message.length);
  if (size === undefined)
    throw new EnvelopeError('envelope/message-too-large', `message of ${message.length} bytes`);
  const padded = Buffer.alloc(size);
  padded.writeUInt32BE(message.length);
  padded.set(message, LENGTH_BYTES);
  return padded;
};

/** The message: a view of `padded`. @throws EnvelopeError envelope/schema */
export const unpad = (padded: Buffer): Buffer => {
  const length = isBucket(padded.length) ? padded.readUInt32BE() : Infinity;
  const end = LENGTH_BYTES + length;
  if (bucketOf(length) !== padded.length || !padded.subarray(end).every((byte) => byte === 0))
    throw new EnvelopeError('envelope/schema', 'not padded as it should be');
  return padded.subarray(LENGTH_BYTES, end);
};
