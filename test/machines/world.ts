import type { EventOf, OrderEvent } from '../../src/domain/events.ts';
import type { FaultCode } from '../../src/domain/faults.ts';
import type { NodeId, Role } from '../../src/domain/ids.ts';
import type { Certificate, Certification, Contribution } from '../../src/domain/messages.ts';
import {
  contributorsOf,
  seatsOf,
  type Party,
  type Seat,
  type Terms,
} from '../../src/domain/terms.ts';

/** Parties, terms and facts for tests of machines, which look at no cryptography: ids are letters, bytes are fillers. */

export const bytes = (length: number, fill: number): Uint8Array =>
  new Uint8Array(length).fill(fill);
export const party = (id: NodeId, key = `${id}-key`): Party => ({ id, key });
export const ORDER = 'order';
export const EXPIRY = 10_000;

export interface Wish {
  fiduciaries?: NodeId[];
  threshold?: number;
  /** Null: named at redemption. */
  beneficiary?: NodeId | null;
  principal?: NodeId;
  notBefore?: number;
}

export const termsOf = (wish: Wish = {}): Terms => {
  const fiduciaries = wish.fiduciaries ?? ['F1', 'F2', 'F3'];
  const beneficiary = wish.beneficiary === undefined ? 'B' : wish.beneficiary;
  return {
    v: 1,
    type: 'custody',
    nonce: bytes(32, 1),
    principal: party(wish.principal ?? 'P'),
    beneficiary: beneficiary === null ? null : party(beneficiary),
    fiduciaries: fiduciaries.map((id) => party(id)),
    threshold: wish.threshold ?? (fiduciaries.length === 1 ? 1 : 2),
    coin: 'test',
    conditions: wish.notBefore === undefined ? {} : { notBefore: wish.notBefore },
    expiresAt: EXPIRY,
  };
};

export const seat = (role: Role, node: NodeId): Seat => ({ role, node });
export const seats = {
  P: seat('principal', 'P'),
  B: seat('beneficiary', 'B'),
  F1: seat('fiduciary', 'F1'),
  F2: seat('fiduciary', 'F2'),
  F3: seat('fiduciary', 'F3'),
};

/** Contributions differ by who makes them, and by `version` when somebody makes two. */
export const digestOf = ({ node }: Seat, version = 0): Uint8Array =>
  bytes(32, (node.charCodeAt(0) * 7 + node.charCodeAt(node.length - 1) + version * 101) % 256);

export const contributionOf = (terms: Terms, { role, node }: Seat): Contribution =>
  role === 'fiduciary' && terms.fiduciaries.length > 1
    ? {
        kind: 'polynomial',
        commitments: [bytes(33, 2), bytes(33, node.charCodeAt(node.length - 1))],
        proof: bytes(65, 3),
      }
    : { kind: 'point', point: bytes(33, 4), proof: bytes(65, 5) };

export const certificationOf = (
  terms: Terms,
  { role }: Seat,
  but: Partial<Certification> = {},
): Certification => ({
  role,
  transcript: bytes(32, 6),
  digests: contributorsOf(terms).map((one) => digestOf(one)),
  walletKey: bytes(33, 7),
  address: 'address',
  signature: bytes(96, 8),
  ...but,
});

/** A certification by somebody to whom `liar` showed its other contribution. */
export const deceived = (terms: Terms, liar: Seat): Partial<Certification> => ({
  transcript: bytes(32, 66),
  walletKey: bytes(33, 77),
  address: 'elsewhere',
  digests: contributorsOf(terms).map((one) => digestOf(one, one.node === liar.node ? 1 : 0)),
});

export const certificateOf = (terms: Terms, but: Partial<Certificate> = {}): Certificate => ({
  order: ORDER,
  transcript: bytes(32, 6),
  walletKey: bytes(33, 7),
  address: 'address',
  signers: seatsOf(terms),
  aggregate: bytes(96, 9),
  ...but,
});

type But<T extends OrderEvent['type']> = Partial<Omit<EventOf<T>, 'type'>>;

/** Facts as they come in envelopes of other parties. `but` changes any field. */
export const factsOf = (terms: Terms) => {
  const P = terms.principal.id;
  const beneficiary = terms.beneficiary ?? party('B');
  return {
    proposed: (but: But<'order.proposed'> = {}): OrderEvent => ({
      type: 'order.proposed',
      at: 1,
      node: P,
      via: 'v-proposed',
      order: ORDER,
      terms,
      ...but,
    }),
    contributed: (from: Seat, but: But<'order.contributed'> = {}): OrderEvent => ({
      type: 'order.contributed',
      at: 2,
      node: from.node,
      via: `v-contributed-${from.role}-${from.node}`,
      role: from.role,
      contribution: contributionOf(terms, from),
      digest: digestOf(from),
      ...but,
    }),
    /** A second, different contribution. */
    contributedAgain: (from: Seat): OrderEvent => ({
      type: 'order.contributed',
      at: 2,
      node: from.node,
      via: `v-contributed-again-${from.node}`,
      role: from.role,
      contribution: contributionOf(terms, from),
      digest: digestOf(from, 1),
    }),
    dealt: (node: NodeId, but: But<'order.dealt'> = {}): OrderEvent => ({
      type: 'order.dealt',
      at: 3,
      node,
      via: `v-dealt-${node}`,
      share: `dealt-by-${node}`,
      opening: `opening-of-${node}`,
      ...but,
    }),
    certified: (
      from: Seat,
      certification: Partial<Certification> = {},
      but: But<'order.certified'> = {},
    ): OrderEvent => ({
      type: 'order.certified',
      at: 4,
      node: from.node,
      via: `v-certified-${from.role}-${from.node}`,
      certification: certificationOf(terms, from, certification),
      ...but,
    }),
    ready: (but: But<'order.ready'> = {}): OrderEvent => ({
      type: 'order.ready',
      at: 5,
      node: P,
      via: 'v-ready',
      certificate: certificateOf(terms),
      ...but,
    }),
    refused: (from: Seat): OrderEvent => ({
      type: 'order.refused',
      at: 2,
      node: from.node,
      via: `v-refused-${from.node}`,
      role: from.role,
      code: 'refusal/coin',
      text: 'no',
    }),
    cancelled: (but: But<'order.cancelled'> = {}): OrderEvent => ({
      type: 'order.cancelled',
      at: 4,
      node: P,
      via: 'v-cancelled',
      code: 'order/cancelled',
      text: 'never mind',
      ...but,
    }),
    accused: (
      by: NodeId,
      blamed: NodeId,
      upheld = true,
      code: FaultCode = 'fault/equivocation',
    ): OrderEvent => ({
      type: 'order.accused',
      at: 5,
      node: by,
      via: `v-accused-${by}-${blamed}`,
      blamed,
      code,
      evidence: ['v-one', 'v-two'],
      upheld,
    }),
    requested: (but: But<'redemption.requested'> = {}): OrderEvent => ({
      type: 'redemption.requested',
      at: 6,
      node: P,
      via: 'v-requested',
      order: ORDER,
      beneficiary,
      nonce: bytes(32, 10),
      ...but,
    }),
    released: (node: NodeId, but: But<'share.released'> = {}): OrderEvent => ({
      type: 'share.released',
      at: 7,
      node,
      via: `v-released-${node}`,
      share: `share-of-${node}`,
      ...but,
    }),
    receipted: (but: But<'redemption.receipted'> = {}): OrderEvent => ({
      type: 'redemption.receipted',
      at: 8,
      node: beneficiary.id,
      via: 'v-receipted',
      receiptedAt: 8,
      ...but,
    }),
    declined: (node: NodeId): OrderEvent => ({
      type: 'redemption.refused',
      at: 7,
      node,
      via: `v-declined-${node}`,
      role: 'fiduciary',
      code: 'refusal/other-beneficiary',
      text: 'no',
    }),
    handover: (): But<'redemption.requested'> => ({
      handover: {
        terms,
        contributions: contributorsOf(terms).map((one) => ({
          ...one,
          contribution: contributionOf(terms, one),
        })),
        certificate: certificateOf(terms),
        addend: 'addend-of-P',
      },
    }),
  };
};

/** What a node tells its own role: commands and deadlines. */
export const passed = (
  node: NodeId,
  deadline: EventOf<'deadline.passed'>['deadline'],
  at: number,
): OrderEvent => ({ type: 'deadline.passed', at, node, deadline });

/** A received fact as this role's own: it came in no envelope. */
export const own = (fact: OrderEvent): OrderEvent => {
  const { via: _, ...rest } = fact;
  return rest as OrderEvent;
};
