import { decode, encode } from '../domain/canonical.ts';
import type { NodeId, OrderId } from '../domain/ids.ts';
import { SeatedContribution, type HandedOver, type Handover } from '../domain/messages.ts';
import { parse } from '../domain/schema.ts';
import { CodecError } from '../errors.ts';
import { verifyCertificate } from './certification.ts';
import { checkContribution, contributionDigest } from './contribution.ts';
import { orderContext, orderIdOf } from './order-id.ts';
import { isRightAddend } from './redemption.ts';
import { deriveWallet, inTranscriptOrder, transcriptOf } from './wallet.ts';

/**
 * A beneficiary that the terms do not name was not there when the wallet was made: it is handed everything, and
 * believes none of it before it has checked all of it.
 *
 * True when the terms are those of the order, all their parties certified this wallet, the contributions are the
 * certified ones and make it, and the addend is the holder's. What is expensive comes after the signatures.
 * Throws only what `blsKeyOf` throws.
 */
export const isRightHandover = (input: {
  network: string;
  order: OrderId;
  /** Well-formed. Its addend is SECRET and stays the caller's. */
  handover: HandedOver;
  blsKeyOf: (node: NodeId) => Uint8Array;
}): boolean => {
  const { network, order, handover, blsKeyOf } = input;
  const { terms, certificate, addend } = handover;
  if (orderIdOf(terms) !== order || terms.beneficiary !== null) return false;
  if (!verifyCertificate({ network, terms, certificate, blsKeyOf })) return false;

  const ctx = orderContext(network, order);
  const contributions = inTranscriptOrder(terms, handover.contributions);
  if (contributions?.length !== handover.contributions.length) return false;
  const transcript = transcriptOf(ctx, contributions.map(contributionDigest));
  if (!transcript.equals(certificate.transcript)) return false;

  const scope = { ctx, terms };
  if (contributions.some((made) => checkContribution(scope, made) !== undefined)) return false;
  const { wallet } = deriveWallet(scope, contributions);
  return (
    wallet !== null &&
    wallet.walletKey.equals(certificate.walletKey) &&
    isRightAddend(scope, contributions, addend)
  );
};

/**
 * Contributions as they travel: bytes each, for those of 32 fiduciaries together have more items than anybody decodes.
 */
export const packHandover = ({ contributions, ...rest }: HandedOver): Handover => ({
  ...rest,
  contributions: contributions.map(encode),
});

/** Null where they are not canonical, or no contributions. */
export const unpackHandover = ({ contributions, ...rest }: Handover): HandedOver | null => {
  try {
    const unpack = (packed: Uint8Array): SeatedContribution =>
      parse(SeatedContribution, decode(packed), 'contribution');
    return { ...rest, contributions: contributions.map(unpack) };
  } catch (thrown) {
    if (thrown instanceof CodecError) return null;
    throw thrown;
  }
};
