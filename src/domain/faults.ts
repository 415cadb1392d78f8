/**
 * Names for cheating. A fault is proven by signed envelopes, so that a third party who was not there reaches the same
 * verdict; docs/protocol.md, section 4, says what proves which.
 */
export type FaultCode =
  /** Proof of knowledge does not verify for this order, role and node (K1, K4). */
  | 'fault/proof-invalid'
  /** Points or commitments are not well-formed, too few or too many (K5, K7). */
  | 'fault/contribution-malformed'
  /** The sum of what the contributors brought is the identity; the last by transcript order completes it (K5). */
  | 'fault/sum-identity'
  /** Two different contributions or certifications, or two envelopes under one number (K10). */
  | 'fault/equivocation'
  /** A dealt share does not fit the sender's own commitments (K9). */
  | 'fault/share-dealt-wrong'
  /** A released share does not fit the transcript (K12). */
  | 'fault/share-released-wrong'
  /** A certification whose signature is bad, or whose wallet key or address does not follow from its transcript (K11). */
  | 'fault/certification-wrong'
  /** A certification of contributions that nobody signed, not justified in time. */
  | 'fault/certification-unjustified'
  /** A certificate that does not verify. */
  | 'fault/certificate-invalid'
  /** An accusation that its own evidence refutes: blames the accuser. */
  | 'fault/accusation-false';

export const FAULT_CODES: readonly FaultCode[] = [
  'fault/proof-invalid',
  'fault/contribution-malformed',
  'fault/sum-identity',
  'fault/equivocation',
  'fault/share-dealt-wrong',
  'fault/share-released-wrong',
  'fault/certification-wrong',
  'fault/certification-unjustified',
  'fault/certificate-invalid',
  'fault/accusation-false',
];

/** Why a party declines an order or a redemption, without blaming anybody. Travels in `order.refused` and `redemption.refused`. */
export type RefusalCode =
  | 'refusal/principal-not-served'
  | 'refusal/party-unknown'
  | 'refusal/party-blamed'
  | 'refusal/party-revoked'
  | 'refusal/coin'
  | 'refusal/threshold'
  | 'refusal/too-many-orders'
  | 'refusal/too-fast'
  | 'refusal/too-late'
  | 'refusal/other-beneficiary'
  | 'refusal/not-ready';
