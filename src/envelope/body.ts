import { aesGcmOpen, aesGcmSeal } from '../crypto/aead.ts';
import { taggedHash } from '../crypto/hash.ts';
import { checkLimits, decode, encode } from '../domain/canonical.ts';
import { Content } from '../domain/envelope.ts';
import { parse } from '../domain/schema.ts';
import { CodecError, EnvelopeError } from '../errors.ts';
import { ONLY_NONCE } from './content-key.ts';
import { pad, unpad } from './pad.ts';

/** The message inside an envelope, encoded, padded and encrypted under the content key. */

/** What a body is encrypted under and bound to: key (SECRET), header hash and commitment, 32 bytes each. */
interface Binding {
  contentKey: Buffer;
  header: Buffer;
  commit: Uint8Array;
}

/**
 * @throws EnvelopeError envelope/message-too-large (for the largest size class, or more items than any recipient
 * would decode)
 */
export const sealBody = (content: Content, binding: Binding): Buffer => {
  const message = encode(content);
  const plaintext = pad(message);
  try {
    refuseUndecodable(message);
    return aesGcmSeal({
      key: binding.contentKey,
      nonce: ONLY_NONCE,
      plaintext,
      aad: associatedData(binding),
    });
  } finally {
    message.fill(0);
    plaintext.fill(0);
  }
};

/**
 * @throws CryptoError crypto/decrypt-failed; EnvelopeError envelope/schema (the sender encrypted something else than
 * a padded, canonical head and message)
 */
export const openBody = (sealed: Uint8Array, binding: Binding): Content => {
  const plaintext = aesGcmOpen({
    key: binding.contentKey,
    nonce: ONLY_NONCE,
    sealed,
    aad: associatedData(binding),
  });
  try {
    return parse(Content, decode(unpad(plaintext)), 'content');
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new EnvelopeError('envelope/schema', cause.message, { cause });
  } finally {
    plaintext.fill(0);
  }
};

const associatedData = ({ header, commit }: Binding): Buffer =>
  taggedHash('milagro/body/v1', header, commit);

/** What this node could not read itself, it does not send. */
const refuseUndecodable = (message: Uint8Array): void => {
  try {
    checkLimits(message);
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new EnvelopeError('envelope/message-too-large', cause.message, { cause });
  }
};
