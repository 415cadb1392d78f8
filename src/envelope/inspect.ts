import type { Header, KeyRef, Wrap } from '../domain/envelope.ts';
import type { EnvelopeId, KeyStateId, NodeId } from '../domain/ids.ts';
import { EnvelopeError, IdentityError, type EnvelopeCode } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { Registry } from '../identity/registry.ts';
import { checkSignature, decodeEnvelope, type Decoded } from './codec.ts';
import { counted, type Counters } from './counters.ts';

/** What the first stage is told about the receiving node. All answers are immediate: nothing is awaited or computed. */
export interface Inspection {
  self: NodeId;
  /** Does this node still hold the private keys of that state of its own, or need none for such an envelope? */
  holds: (key: KeyStateId, header: Header) => boolean;
  registry: Pick<Registry, 'resolve' | 'stateAt'>;
  /**
   * May the sender still use a key state that is not its current one? Yes where the order of `header.stream` pinned
   * it, and for a while after it was replaced. It is known and the sender's own.
   */
  mayUse: (header: Header) => boolean;
  /** Is the sender within its rate? Called once per envelope that comes so far. */
  admits: (header: Header) => boolean;
  /** ms */
  now: number;
  /** Were these very bytes taken in before? The caller, who now knows the sender, may acknowledge them again. */
  seen: (id: EnvelopeId, header: Header) => boolean;
  counters: Pick<Counters, 'add'>;
}

/** An envelope from whom it says, for this node; not decrypted yet. */
export interface Inspected extends Decoded {
  header: Header;
  /** The key state that signed. */
  sender: KeyState;
  /** This node among the recipients: which of its key states the envelope is for. */
  to: KeyRef;
  wrap: Wrap;
}

/**
 * The first stage of opening: everything before the work of a private key, cheapest first, about 0.3 ms at most.
 * @throws EnvelopeError in this order: envelope/too-large, malformed, suite, not-for-me, sender-unknown, sender-key,
 * sender-revoked, recipient-key, rate, expired, repeated, signature
 */
export const inspectEnvelope = (bytes: Uint8Array, node: Inspection): Inspected =>
  counted(node.counters, () => {
    const decoded = decodeEnvelope(bytes);
    const { header, wraps } = decoded.envelope;
    const place = header.to.findIndex(({ id }) => id === node.self);
    const to = header.to[place];
    const wrap = wraps[place];
    if (!to || !wrap) throw refused('envelope/not-for-me', 'this node is no recipient');
    const sender = senderOf(header, node);
    if (!node.holds(to.key, header))
      throw refused('envelope/recipient-key', 'for a key state not held');
    if (!node.admits(header)) throw refused('envelope/rate', 'sender sends too much');
    if (header.until < node.now) throw refused('envelope/expired', 'too late');
    if (node.seen(decoded.id, header)) throw refused('envelope/repeated', 'taken in before');
    checkSignature(decoded.envelope, sender.keys.sign);
    return { ...decoded, header, sender, to, wrap };
  });

const senderOf = (header: Header, { registry, mayUse }: Inspection): KeyState => {
  const current = known(() => registry.resolve(header.from));
  if (!current) throw refused('envelope/sender-unknown', 'sender is unknown');
  const state = header.key === current.keyId ? current : known(() => registry.stateAt(header.key));
  if (state?.id !== header.from)
    throw refused('envelope/sender-key', 'not a known key state of the sender');
  if (state !== current && !mayUse(header))
    throw refused('envelope/sender-key', 'not the current key state of the sender');
  if (current.revoked) throw refused('envelope/sender-revoked', 'sender is revoked');
  return state;
};

/** Not at all, or not what it is now. */
const NOT_KNOWN: ReadonlySet<string> = new Set(['identity/unknown', 'identity/incomplete']);

const known = (look: () => KeyState): KeyState | undefined => {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof IdentityError && NOT_KNOWN.has(thrown.code)) return undefined;
    throw thrown;
  }
};

const refused = (code: EnvelopeCode, message: string): EnvelopeError =>
  new EnvelopeError(code, message);
