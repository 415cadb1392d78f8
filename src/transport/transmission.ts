import type { Random } from '../ports/random.ts';
import { MAX_MESSAGE_BYTES } from './transport.ts';

/**
 * What travels through gossipsub: 8 random bytes, then the message.
 *
 * gossipsub drops what it has seen within two minutes, at the publisher already, and a message id is a hash of the
 * bytes. An envelope that was lost must be sent again byte for byte; the random prefix makes it a new transmission,
 * so it leaves, while copies of one transmission are still recognised on every path.
 */

const PREFIX_BYTES = 8;
export const MAX_TRANSMISSION_BYTES = PREFIX_BYTES + MAX_MESSAGE_BYTES;

export const wrapTransmission = (random: Random, message: Uint8Array): Uint8Array =>
  Buffer.concat([random.bytes(PREFIX_BYTES), message]);

/** The message, as a view; undefined where the length cannot be right. */
export const unwrapTransmission = (transmission: Uint8Array): Uint8Array | undefined =>
  transmission.length <= PREFIX_BYTES || transmission.length > MAX_TRANSMISSION_BYTES
    ? undefined
    : transmission.subarray(PREFIX_BYTES);
