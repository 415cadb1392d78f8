import type { Content, Detached, Head, Header } from '../domain/envelope.ts';
import type { KeyStateId } from '../domain/ids.ts';
import { CodecError, CryptoError, EnvelopeError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { IdentityKeys } from '../identity/own-keys.ts';
import { openBody } from './body.ts';
import { checkSignature, decodeDetached, headerHash } from './codec.ts';
import { isCommitted, unwrapKey } from './content-key.ts';
import { counted, type Counters } from './counters.ts';
import type { Inspected } from './inspect.ts';

/** Gives a message the shape of its type. @throws CodecError codec/schema */
export type ParseMessage<Message> = (type: string, value: unknown) => Message;

export interface Opened<Message> {
  /** Byte strings in it may be SECRET: the caller wipes them. */
  message: Message;
  /** Position of the sender's log; null while it is empty. */
  head: Head | null;
  /** The content key, 32 bytes. SECRET: kept as a proof of what was received, or wiped, by the caller. */
  cek: Buffer;
}

/**
 * The second stage: decapsulation, commitment, body, message.
 * @param deps.keys of the key state `inspected.to.key`
 * @throws EnvelopeError envelope/unopened (wrong key, tag or commitment, without saying which), envelope/schema
 */
export const openEnvelope = <Message>(
  inspected: Inspected,
  deps: {
    keys: Pick<IdentityKeys, 'kem'>;
    parseMessage: ParseMessage<Message>;
    counters: Pick<Counters, 'add'>;
  },
): Opened<Message> =>
  counted(deps.counters, () => {
    const { wrap, to, headerHash: header } = inspected;
    const cek = orUnopened(() => unwrapKey({ wrap, to, header, privateKey: deps.keys.kem }));
    try {
      return openCommitted(inspected.envelope, header, cek, deps.parseMessage);
    } catch (thrown) {
      cek.fill(0);
      throw thrown;
    }
  });

/** An envelope as evidence: what its sender undeniably sent. */
export interface Reopened<Message> {
  header: Header;
  message: Message;
  head: Head | null;
}

/**
 * Opens an envelope for somebody who is not its recipient, with the content key that a recipient revealed. The
 * signature covers the commitment to that key, so neither the sender nor the recipient can show another message.
 * @param bytes of `detachEnvelope`
 * @param senderAt the key state with this CID @throws what it throws
 * @param cek 32 bytes; stays the caller's
 * @throws EnvelopeError envelope/too-large, envelope/malformed, envelope/sender-key, envelope/signature,
 * envelope/unopened, envelope/schema
 */
export const openWithCek = <Message>(
  bytes: Uint8Array,
  cek: Uint8Array,
  deps: { senderAt: (key: KeyStateId) => KeyState; parseMessage: ParseMessage<Message> },
): Reopened<Message> => {
  const detached = readEvidence(bytes, deps.senderAt);
  const { header } = detached;
  const key = Buffer.from(cek);
  try {
    const { message, head } = openCommitted(detached, headerHash(header), key, deps.parseMessage);
    return { header, message, head };
  } finally {
    key.fill(0);
  }
};

/**
 * An envelope as evidence where its header alone is the proof: surely from its sender, whatever is in it.
 * @param bytes of `detachEnvelope`
 * @throws EnvelopeError envelope/too-large, envelope/malformed, envelope/sender-key, envelope/signature
 */
export const readEvidence = (bytes: Uint8Array, senderAt: (key: string) => KeyState): Detached => {
  const detached = decodeDetached(bytes);
  const { from, key } = detached.header;
  const sender = senderAt(key);
  if (sender.id !== from)
    throw new EnvelopeError('envelope/sender-key', 'not a key state of the sender');
  checkSignature(detached, sender.keys.sign);
  return detached;
};

const openCommitted = <Message>(
  envelope: Pick<Detached, 'header' | 'commit' | 'body'>,
  header: Buffer,
  cek: Buffer,
  parseMessage: ParseMessage<Message>,
): Opened<Message> => {
  const { commit, body } = envelope;
  if (!isCommitted(cek, commit)) throw unopened();
  const content = orUnopened(() => openBody(body, { contentKey: cek, header, commit }));
  return { message: typed(content, envelope.header.type, parseMessage), head: content.head, cek };
};

const typed = <Message>(
  { message }: Content,
  type: string,
  parseMessage: ParseMessage<Message>,
): Message => {
  try {
    return parseMessage(type, message);
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new EnvelopeError('envelope/schema', cause.message, { cause });
  }
};

const orUnopened = <T>(open: () => T): T => {
  try {
    return open();
  } catch (thrown) {
    throw thrown instanceof CryptoError ? unopened() : thrown;
  }
};

/** One error for every reason, without a cause: which step failed is nobody's business. */
const unopened = (): EnvelopeError =>
  new EnvelopeError('envelope/unopened', 'does not open with this key');
