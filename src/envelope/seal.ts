import type { Encapsulate } from '../crypto/kem.ts';
import { sign } from '../crypto/signature.ts';
import { Header, MAX_RECIPIENTS, SUITE, VERSION, type Head } from '../domain/envelope.ts';
import type { EnvelopeId, OrderId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { EnvelopeError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { IdentityKeys } from '../identity/own-keys.ts';
import type { Random } from '../ports/random.ts';
import { sealBody } from './body.ts';
import { encodeEnvelope, headerHash, signedDigest } from './codec.ts';
import { commitmentOf, CONTENT_KEY_LENGTH, wrapKey } from './content-key.ts';

/** What goes into an envelope. */
export interface Sealing {
  /** Message type, e.g. `order.proposed`. */
  type: string;
  stream: OrderId | null;
  /** Higher than every one before it in this stream: the caller counts. */
  seq: number;
  /** ms, both. */
  at: number;
  until: number;
  /** 1 to 40 nodes, each once, in the key state that the envelope is for. */
  recipients: readonly KeyState[];
  /** Plain data of the type's shape. May hold secrets; the caller wipes them. */
  message: unknown;
  /** Position of the sender's log; null while it is empty. */
  head: Head | null;
  /** The sender, and the key state that signs. */
  keys: IdentityKeys;
  random: Random;
  encapsulate: Encapsulate;
}

export interface Sealed {
  id: EnvelopeId;
  bytes: Uint8Array;
  /**
   * The content key, 32 bytes. SECRET: opens the envelope for whoever has it. To be kept as the proof of what was
   * sent, or wiped, by the caller.
   */
  cek: Buffer;
}

/**
 * Encrypts and signs. Once per message: the bytes are made durable before they leave, and only they are sent again.
 * @throws EnvelopeError envelope/recipients, envelope/message-too-large; CodecError codec/schema (of the header)
 */
export const sealEnvelope = (sealing: Sealing): Sealed => {
  const { recipients, keys, message, head, encapsulate } = sealing;
  checkRecipients(recipients);
  const header = headerOf(sealing);
  const hash = headerHash(header);
  const cek = sealing.random.bytes(CONTENT_KEY_LENGTH);
  try {
    const commit = commitmentOf(cek);
    const body = sealBody({ head, message }, { contentKey: cek, header: hash, commit });
    const wraps = recipients.map((recipient) =>
      wrapKey({
        contentKey: cek,
        to: { id: recipient.id, key: recipient.keyId },
        header: hash,
        publicKey: recipient.keys.kem,
        encapsulate,
      }),
    );
    const parts = { header, commit, wraps, body };
    return { ...encodeEnvelope({ ...parts, sig: sign(keys.sign, signedDigest(parts)) }), cek };
  } catch (thrown) {
    cek.fill(0);
    throw thrown;
  }
};

const headerOf = ({ type, stream, seq, at, until, recipients, keys }: Sealing): Header => {
  const header: Header = {
    v: VERSION,
    suite: SUITE,
    type,
    from: keys.id,
    key: keys.keyId,
    to: recipients.map(({ id, keyId }) => ({ id, key: keyId })),
    stream,
    seq,
    at,
    until: Math.max(at, until),
  };
  return parse(Header, header, 'header');
};

const checkRecipients = (recipients: readonly KeyState[]): void => {
  const ids = new Set(recipients.map(({ id }) => id));
  if (ids.size === 0 || ids.size > MAX_RECIPIENTS)
    throw new EnvelopeError('envelope/recipients', `${ids.size} recipients`);
  if (ids.size !== recipients.length)
    throw new EnvelopeError('envelope/recipients', 'a recipient is named twice');
  if (recipients.some(({ revoked }) => revoked))
    throw new EnvelopeError('envelope/recipients', 'the identity of a recipient is revoked');
};
