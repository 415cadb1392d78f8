import type { DeadlineName } from '../src/domain/events.ts';
import type { FaultCode } from '../src/domain/faults.ts';
import type { EnvelopeId, NodeId, OrderId, Role, SecretId } from '../src/domain/ids.ts';
import type { Certificate, Certification, Contribution } from '../src/domain/messages.ts';
import type { Party, Terms } from '../src/domain/terms.ts';

/**
 * What one role remembers of one order: plain data that survives DAG-CBOR (so nothing is ever `undefined`), public
 * values and ids of secrets, never a secret. What is keyed by a party is a list: a NodeId is a stranger's choice and
 * must not become a property name.
 */
export interface OrderContext {
  readonly self: NodeId;
  readonly role: Role;
  readonly order: OrderId | null;
  readonly terms: Terms | null;
  readonly contributions: readonly KnownContribution[];
  /** Round two of the key generation: shares that other fiduciaries dealt to this one. */
  readonly dealt: readonly DealtShare[];
  /** This fiduciary has dealt its own shares. */
  readonly hasDealt: boolean;
  readonly certifications: readonly KnownCertification[];
  readonly certificate: Certificate | null;
  readonly secrets: Secrets;
  /** The one redemption that this role acts on: the first ever requested. */
  readonly redemption: Redemption | null;
  /** Fiduciary: other beneficiaries that were asked for and refused. */
  readonly declined: readonly Party[];
  /** Beneficiary: released shares, one for each fiduciary. */
  readonly shares: readonly ReleasedShare[];
  readonly released: { readonly to: NodeId; readonly at: number } | null;
  /** Fiduciary: the revoked identity because of which it does not release. */
  readonly withheld?: { readonly revoked: NodeId; readonly at: number };
  /** Who says to have received a key, before it is known who the beneficiary is. */
  readonly receipts: readonly { readonly node: NodeId; readonly at: number }[];
  /** The receipt of the beneficiary. `at` is by its clock. */
  readonly receipt: { readonly at: number } | null;
  readonly refusals: readonly Refusal[];
  readonly blames: readonly Blame[];
  /** Parties whose certification this one disputed. */
  readonly suspects: readonly NodeId[];
  /** Why the order ended without a wallet. */
  readonly ended: Ending | null;
  readonly deadlines: readonly { readonly name: DeadlineName; readonly at: number }[];
  /** When the present state began, ms. */
  readonly since: number;
  readonly createdAt: number;
}

export interface KnownContribution {
  readonly role: Role;
  readonly node: NodeId;
  readonly contribution: Contribution;
  /** 32 bytes; null for what a principal handed over, which came without the digests. */
  readonly digest: Uint8Array | null;
  readonly via?: EnvelopeId;
}

export interface DealtShare {
  readonly node: NodeId;
  readonly share: SecretId;
  readonly opening?: SecretId;
  readonly via?: EnvelopeId;
}

export interface KnownCertification {
  readonly role: Role;
  readonly node: NodeId;
  readonly certification: Certification;
  readonly via?: EnvelopeId;
}

/** Ids of this role's own sealed secrets. */
export interface Secrets {
  /** Scalar of a `point` contribution. */
  readonly addend?: SecretId;
  /** State of the key generation between its rounds. */
  readonly round?: SecretId;
  /** Fiduciary: its share of the group key. */
  readonly share?: SecretId;
  /** Beneficiary: the wallet key. */
  readonly key?: SecretId;
}

export interface Redemption {
  readonly beneficiary: Party;
  readonly nonce: Uint8Array;
  readonly at: number;
  readonly node: NodeId | null;
  readonly via?: EnvelopeId;
}

export interface ReleasedShare {
  readonly node: NodeId;
  readonly share: SecretId;
}

export interface Refusal {
  readonly event: 'order.refused' | 'redemption.refused';
  readonly role: Role;
  readonly node: NodeId;
  readonly code: string;
  readonly text: string;
}

export interface Blame {
  readonly node: NodeId;
  readonly code: FaultCode;
  readonly evidence: readonly EnvelopeId[];
  readonly at: number;
  /** False: a suspicion only. */
  readonly upheld: boolean;
}

export interface Ending {
  /** Whose doing it was; null: the clock's. */
  readonly by: NodeId | null;
  readonly code: string;
  readonly text: string;
}

/** A disputed certification is justified by somebody within this time, or the order fails. Milliseconds. */
export const DISPUTE_MS = 60_000;

export const newContext = (role: Role, self: NodeId): OrderContext => ({
  self,
  role,
  order: null,
  terms: null,
  contributions: [],
  dealt: [],
  hasDealt: false,
  certifications: [],
  certificate: null,
  secrets: {},
  redemption: null,
  declined: [],
  shares: [],
  released: null,
  receipts: [],
  receipt: null,
  refusals: [],
  blames: [],
  suspects: [],
  ended: null,
  deadlines: [],
  since: 0,
  createdAt: 0,
});
