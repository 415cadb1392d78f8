import type { FaultCode, RefusalCode } from './faults.ts';
import type { EnvelopeId, NodeId, OrderId, Role, SecretId } from './ids.ts';
import type { Certificate, Certification, Contribution, SeatedContribution } from './messages.ts';
import type { Party, Terms } from './terms.ts';

/**
 * The facts of an order, as the log keeps them and the machines see them. One name for one fact, whoever made it: an
 * event with `via` came in an envelope, one without is this party's own. Secrets are named by id, never contained.
 * A received message is checked by cryptography before it becomes an event; the verdict (`fault`, `refusal`,
 * `upheld`) is part of the fact, so that machines and replay need none.
 */

interface Fact<T extends string> {
  type: T;
  /** When this node learned it, ms. */
  at: number;
  /** Who made the fact. */
  node: NodeId;
  /** The envelope it came in; absent for this party's own facts. */
  via?: EnvelopeId;
}

export interface OrderProposed extends Fact<'order.proposed'> {
  order: OrderId;
  terms: Terms;
  /** This party's own policy declines it. */
  refusal?: { code: RefusalCode; text: string };
}

export interface OrderContributed extends Fact<'order.contributed'> {
  role: Role;
  contribution: Contribution;
  /** H("milagro/contribution/v1", role, node, contribution), 32 bytes. */
  digest: Uint8Array;
  /** Own only: the addend, or the state of the key generation. */
  secret?: SecretId;
  fault?: FaultCode;
}

export interface OrderDealt extends Fact<'order.dealt'> {
  /** Received: the sealed share. */
  share?: SecretId;
  /** Received: what opens the envelope for everybody, should the share prove wrong. */
  opening?: SecretId;
  /** Own: the sealed share for each other fiduciary, and the next state of the key generation. */
  dealt?: { to: NodeId; share: SecretId }[];
  secret?: SecretId;
}

export interface OrderCertified extends Fact<'order.certified'> {
  certification: Certification;
  /** Own, fiduciary: its final share of the group key. */
  secret?: SecretId;
  /** Own: what is spent now and destroyed with this fact. */
  spent?: SecretId[];
  fault?: FaultCode;
}

export interface OrderReady extends Fact<'order.ready'> {
  certificate: Certificate;
  fault?: FaultCode;
}

export interface OrderRefused extends Fact<'order.refused'> {
  role: Role;
  code: string;
  text: string;
}

export interface OrderCancelled extends Fact<'order.cancelled'> {
  code: string;
  text: string;
}

export interface OrderAccused extends Fact<'order.accused'> {
  /** Who is to blame by this party's own judgement: the accused, or the accuser when the evidence refutes it. */
  blamed: NodeId;
  code: FaultCode;
  /** Signed envelopes that prove it, kept in the log. */
  evidence: EnvelopeId[];
  /** True when the evidence decides; false when it only raises a suspicion that must be answered by a deadline. */
  upheld: boolean;
}

export interface RedemptionRequested extends Fact<'redemption.requested'> {
  order: OrderId;
  beneficiary: Party;
  /** The state of the beneficiary's keys builds on the one that the terms pin, and is the newer one of the two. */
  later?: true;
  nonce: Uint8Array;
  /** Received by a beneficiary that was not named in the terms. `addend` is sealed. */
  handover?: {
    terms: Terms;
    contributions: SeatedContribution[];
    certificate: Certificate;
    addend: SecretId;
  };
}

export interface ShareReleased extends Fact<'share.released'> {
  /** Own: the recipient. */
  to?: NodeId;
  /** Received: the sealed share. */
  share?: SecretId;
  fault?: FaultCode;
}

/** A share that is due stays here, for good: an identity that it takes has ended. Own only. */
export interface ShareWithheld extends Fact<'share.withheld'> {
  /** Who was to get it. */
  to: NodeId;
  /** Whose identity is revoked. */
  revoked: NodeId;
}

/** The beneficiary holds the whole wallet key, sealed; it was checked against the certified public key. */
export type KeyCombined = Fact<'key.combined'> & { secret: SecretId };

export interface RedemptionReceipted extends Fact<'redemption.receipted'> {
  /** When the beneficiary had the key, ms by its clock. */
  receiptedAt: number;
}

export interface RedemptionRefused extends Fact<'redemption.refused'> {
  role: Role;
  code: string;
  text: string;
}

export type ShareDestroyed = Fact<'share.destroyed'> & { secrets: SecretId[] };

/** `expiry`: terms.expiresAt; `not-before`: the condition of the terms; `dispute`: a suspicion not answered in time. */
export type DeadlineName = 'expiry' | 'not-before' | 'dispute';
export type DeadlinePassed = Fact<'deadline.passed'> & { deadline: DeadlineName };

export type OrderEvent =
  | OrderProposed
  | OrderContributed
  | OrderDealt
  | OrderCertified
  | OrderReady
  | OrderRefused
  | OrderCancelled
  | OrderAccused
  | RedemptionRequested
  | ShareReleased
  | ShareWithheld
  | KeyCombined
  | RedemptionReceipted
  | RedemptionRefused
  | ShareDestroyed
  | DeadlinePassed;

export type EventType = OrderEvent['type'];
export type EventOf<T extends EventType> = Extract<OrderEvent, { type: T }>;
