import type { Header } from '../domain/envelope.ts';
import type { KeyStateId, OrderId } from '../domain/ids.ts';
import { parseMessage, type Evidence, type MessageType, type Typed } from '../domain/messages.ts';
import { partyOf, type Terms } from '../domain/terms.ts';
import { cidOf } from '../crypto/hash.ts';
import { openWithCek, readEvidence } from '../envelope/open.ts';
import { EnvelopeError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';

/** One envelope as evidence: signed by a party of the order, in the order, and opened where its content counts. */
export interface Exhibit {
  /** CID of the evidence: two exhibits of one id are one. */
  id: string;
  header: Header;
  /** Null where only the header was shown. May hold SECRETs that its sender let become known. */
  typed: Typed | null;
}

/** Exhibits of one type of message. */
export type ExhibitOf<T extends MessageType> = Exhibit & { typed: Extract<Typed, { type: T }> };

interface Court {
  order: OrderId;
  terms: Terms;
  /** @throws IdentityError identity/unknown, which is no verdict: it may become known later */
  states(key: KeyStateId): KeyState;
}

/**
 * The evidence of an accusation, and that of accusations within it; null when any of it proves nothing: no envelope,
 * not signed by a party of this order, or not opened by its key. Throws only what `states` throws.
 */
export const readExhibits = (
  evidence: readonly Evidence[],
  court: Court,
  nested = true,
): Exhibit[] | null => {
  const exhibits: Exhibit[] = [];
  for (const item of evidence) {
    const exhibit = readExhibit(item, court);
    if (exhibit === null) return null;
    exhibits.push(exhibit);
    if (!nested || exhibit.typed?.type !== 'order.accused') continue;
    exhibits.push(...(readExhibits(exhibit.typed.message.evidence, court, false) ?? []));
  }
  return exhibits;
};

export const ofType = <T extends MessageType>(
  exhibits: readonly Exhibit[],
  type: T,
): ExhibitOf<T>[] =>
  exhibits.filter((exhibit): exhibit is ExhibitOf<T> => exhibit.typed?.type === type);

const readExhibit = ({ envelope, cek }: Evidence, court: Court): Exhibit | null => {
  const exhibit = opened(envelope, cek, court.states);
  if (exhibit === null) return null;
  const { stream, from, key } = exhibit.header;
  const party = partyOf(court.terms, from);
  if (stream !== court.order || !party) return null;
  // A state that the order has left behind may have been stolen since.
  return court.states(key).seq >= court.states(party.key).seq ? exhibit : null;
};

const opened = (
  bytes: Uint8Array,
  cek: Uint8Array | undefined,
  senderAt: Court['states'],
): Exhibit | null => {
  const id = cidOf(bytes);
  try {
    if (cek === undefined) return { id, header: readEvidence(bytes, senderAt).header, typed: null };
    const { header, message } = openWithCek(bytes, cek, { senderAt, parseMessage });
    return { id, header, typed: message };
  } catch (thrown) {
    if (thrown instanceof EnvelopeError) return null;
    throw thrown;
  }
};
