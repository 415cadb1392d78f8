import { AEAD_TAG_LENGTH } from '../crypto/aead.ts';
import { cidOf, taggedHash } from '../crypto/hash.ts';
import { verify, type VerifyKey } from '../crypto/signature.ts';
import { Type } from 'typebox';
import { decode, encode } from '../domain/canonical.ts';
import {
  Detached,
  Envelope,
  MAX_ENVELOPE_BYTES,
  SUITE,
  VERSION,
  type Header,
  type Wrap,
} from '../domain/envelope.ts';
import type { EnvelopeId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { CodecError, EnvelopeError } from '../errors.ts';
import { isBucket } from './pad.ts';

/** Envelopes as bytes (docs/protocol.md, section 2): what they are, not yet who they are from. */

/** An envelope with what is derived from it once and used often. */
export interface Decoded {
  id: EnvelopeId;
  bytes: Uint8Array;
  envelope: Envelope;
  /** H("milagro/header/v1", header), 32 bytes. */
  headerHash: Buffer;
}

/** Enough of the shape to read version and suite: those of another are not malformed, they are refused as such. */
const Versioned = Type.Object({
  header: Type.Object({ v: Type.Unknown(), suite: Type.Unknown() }),
});

/**
 * The envelope in these bytes, which stay as they are.
 * @throws EnvelopeError envelope/too-large, envelope/malformed, envelope/suite
 */
export const decodeEnvelope = (bytes: Uint8Array): Decoded => {
  if (bytes.length > MAX_ENVELOPE_BYTES)
    throw new EnvelopeError('envelope/too-large', `${bytes.length} bytes`);
  const value = orMalformed(() => parse(Versioned, decode(bytes, MAX_ENVELOPE_BYTES), 'envelope'));
  if (value.header.v !== VERSION || value.header.suite !== SUITE)
    throw new EnvelopeError('envelope/suite', `not version ${VERSION} of suite ${SUITE}`);
  const envelope = orMalformed(() => parse(Envelope, value, 'envelope'));
  checkParts(envelope);
  return { id: cidOf(bytes), bytes, envelope, headerHash: headerHash(envelope.header) };
};

/** @throws EnvelopeError envelope/message-too-large: the whole of it exceeds 64 KiB */
export const encodeEnvelope = (envelope: Envelope): { id: EnvelopeId; bytes: Uint8Array } => {
  const bytes = encode(envelope);
  if (bytes.length > MAX_ENVELOPE_BYTES)
    throw new EnvelopeError('envelope/message-too-large', `envelope of ${bytes.length} bytes`);
  return { id: cidOf(bytes), bytes };
};

export const headerHash = (header: Header): Buffer => taggedHash('milagro/header/v1', header);

/** What the sender signs: 32 bytes. Wraps enter by their hash, so that the signature holds without them. */
export const signedDigest = (unsigned: Omit<Envelope, 'sig'> | Omit<Detached, 'sig'>): Buffer => {
  const { header, commit, wraps, body } = unsigned;
  const digest = wraps instanceof Uint8Array ? wraps : wrapsDigest(wraps);
  return taggedHash('milagro/envelope/v1', header, commit, digest, body);
};

/** H("milagro/wraps/v1", wraps), 32 bytes. */
const wrapsDigest = (wraps: readonly Wrap[]): Buffer => taggedHash('milagro/wraps/v1', wraps);

/** @param signer the sign key of `header.key`, the sender's key state. @throws EnvelopeError envelope/signature */
export const checkSignature = (signed: Envelope | Detached, signer: VerifyKey): void => {
  if (!verify(signer, signedDigest(signed), signed.sig))
    throw new EnvelopeError('envelope/signature', 'not signed by its sender');
};

/** An envelope as evidence, without its wraps: its size hardly depends on the number of recipients. */
export const detachEnvelope = ({ envelope }: Decoded): Uint8Array =>
  encode({ ...envelope, wraps: wrapsDigest(envelope.wraps) } satisfies Detached);

/** @throws EnvelopeError envelope/too-large, envelope/malformed */
export const decodeDetached = (bytes: Uint8Array): Detached => {
  if (bytes.length > MAX_ENVELOPE_BYTES)
    throw new EnvelopeError('envelope/too-large', `${bytes.length} bytes`);
  return orMalformed(() => parse(Detached, decode(bytes, MAX_ENVELOPE_BYTES), 'evidence'));
};

/** What the shape alone does not show. */
const checkParts = ({ header, wraps, body }: Envelope): void => {
  if (wraps.length !== header.to.length)
    throw new EnvelopeError('envelope/malformed', 'not one wrap for each recipient');
  if (header.until < header.at)
    throw new EnvelopeError('envelope/malformed', 'ends before it begins');
  if (!isBucket(body.length - AEAD_TAG_LENGTH))
    throw new EnvelopeError('envelope/malformed', `body of ${body.length} bytes`);
};

const orMalformed = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new EnvelopeError('envelope/malformed', cause.message, { cause });
  }
};
