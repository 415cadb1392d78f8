import type { FaultCode } from '../src/domain/faults.ts';
import type { EnvelopeId, NodeId, SecretId } from '../src/domain/ids.ts';
import type { HandedOver, Message, MessageType } from '../src/domain/messages.ts';

/**
 * What a machine asks for. Local effects compute (they draw, open, sign) and each answers with exactly one event of
 * the same turn; `send` seals an envelope into the same atomic write; nothing leaves the node before that is durable.
 */
export type Effect =
  /** Draw this party's addend or first round. Answer: own `order.contributed`. */
  | { type: 'contribute' }
  /** Second round of the key generation. Answer: own `order.dealt`, or `order.accused`. */
  | { type: 'deal' }
  /** Check everything, derive wallet key and address, sign. Answer: own `order.certified`, or `order.accused`. */
  | { type: 'certify' }
  /** Aggregate all certifications. Answer: own `order.ready`. */
  | { type: 'conclude' }
  /** Commit to releasing the share. Answer: own `share.released`, or `share.withheld` from a revoked identity. */
  | { type: 'release'; to: NodeId }
  /** Make the wallet key of the addend and the shares, check it, seal it. Answer: `key.combined`. */
  | { type: 'combine' }
  /** Destroy the share if the node's policy says so. Answer: `share.destroyed`, with no secrets when it keeps them. */
  | { type: 'destroy'; secrets: SecretId[] }
  /** Blame a party with signed evidence. Answer: own `order.accused`. */
  | { type: 'accuse'; blamed: NodeId; code: FaultCode; evidence: EnvelopeId[]; upheld: boolean }
  | Send
  /** Ask the outbox to send the stored envelopes of this type again, the same bytes. */
  | { type: 'resend'; message: MessageType; to: NodeId[] };

/** An envelope to seal. `secrets` are opened only while sealing and put at their place in the message. */
export type Send = {
  [T in MessageType]: {
    type: 'send';
    message: T;
    to: NodeId[];
    body: PublicPart<T>;
    secret?: SecretId;
    evidence?: { envelope: EnvelopeId; opening?: SecretId }[];
  };
}[MessageType];

/** The message less what must not stand in a machine: shares, addends, envelopes of evidence. */
export type PublicPart<T extends MessageType> = T extends 'order.dealt' | 'share.released'
  ? Omit<Message<T>, 'share'>
  : T extends 'order.accused'
    ? Omit<Message<T>, 'evidence'>
    : T extends 'redemption.requested'
      ? Omit<Message<T>, 'handover'> & {
          handover?: Omit<HandedOver, 'addend'>;
        }
      : Message<T>;
