import { Type, type Static, type TSchema } from 'typebox';
import { RoleSchema } from './messages.ts';
import { Cid, Time } from './terms.ts';

/** What a node tells its operator. JSON: bytes are lower-case hex. Never a secret. */

const view = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const hex = Type.String({ pattern: '^([0-9a-f]{2})*$' });
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** One answer to "what is it waiting for?". */
export const WaitingView = view({
  /** Whom it waits for; null: for the clock, or for this node's operator. */
  node: nullable(Cid),
  role: nullable(RoleSchema),
  /** The missing fact, e.g. `order.contributed`, or `operator`, `clock`; `identity.revoked`: nothing will come any more. */
  event: Type.String(),
  since: Time,
  /** When the order gives up, or goes on by itself; null: it waits for ever. */
  until: nullable(Time),
});
export type WaitingView = Static<typeof WaitingView>;

export const SeatView = view({
  role: RoleSchema,
  node: Cid,
  /** The name that this operator gave the node, or the one in its identity; null when unknown. */
  name: nullable(Type.String()),
  /** Facts of the order that this seat has delivered so far, e.g. [`order.contributed`, `order.certified`]. */
  done: Type.Array(Type.String()),
});
export type SeatView = Static<typeof SeatView>;

export const BlameView = view({
  node: Cid,
  code: Type.String(),
  at: Time,
  evidence: Type.Array(Cid),
  upheld: Type.Boolean(),
});
export type BlameView = Static<typeof BlameView>;

/** An identity that ended or changed in the middle of an order, and stands in its way. */
export const HindranceView = view({
  role: RoleSchema,
  node: Cid,
  /** `identity/revoked`, or `identity/rotated`. */
  code: Type.String(),
  /** What it means for the order. */
  text: Type.String(),
  /** What an operator can do; null: nothing needs to be done, or nothing can be done here. */
  advice: nullable(Type.String()),
});
export type HindranceView = Static<typeof HindranceView>;

/** How this node stands in one role of one order. */
export const RoleView = view({
  role: RoleSchema,
  state: Type.String(),
  since: Time,
  waitingFor: Type.Array(WaitingView),
  events: Type.Integer(),
});
export type RoleView = Static<typeof RoleView>;

export const CertificateView = view({
  order: Cid,
  transcript: hex,
  walletKey: hex,
  address: Type.String(),
  signers: Type.Array(view({ role: RoleSchema, node: Cid })),
  aggregate: hex,
});
export type CertificateView = Static<typeof CertificateView>;

export const OrderView = view({
  orderReference: Cid,
  coin: Type.String(),
  /** Null until every party certified it. */
  address: nullable(Type.String()),
  walletKey: nullable(hex),
  singleFiduciary: Type.Boolean(),
  threshold: Type.Integer(),
  createdAt: Time,
  expiresAt: Time,
  notBefore: nullable(Time),
  beneficiary: nullable(Cid),
  seats: Type.Array(SeatView),
  roles: Type.Array(RoleView),
  certificate: nullable(CertificateView),
  redemption: nullable(view({ beneficiary: Cid, requestedAt: Time, receiptedAt: nullable(Time) })),
  /** This node can export the wallet key. */
  keyHeld: Type.Boolean(),
  blames: Type.Array(BlameView),
  /** Why it may wait for ever, by what is known of the parties now. */
  hindrances: Type.Array(HindranceView),
  /** Why it ended without a wallet. */
  ended: nullable(view({ by: nullable(Cid), code: Type.String(), text: Type.String() })),
});
export type OrderView = Static<typeof OrderView>;

export const PeerView = view({
  id: Cid,
  name: Type.String(),
  roles: Type.Array(RoleSchema),
  keyState: Cid,
  seq: Type.Integer(),
  fingerprint: Type.String(),
  connected: Type.Boolean(),
  lastSeen: nullable(Time),
  addrs: Type.Array(Type.String()),
  revoked: Type.Boolean(),
  duplicity: Type.Boolean(),
  blamed: nullable(view({ order: Cid, code: Type.String(), at: Time })),
});
export type PeerView = Static<typeof PeerView>;

/** An identity as this node knows it. */
export const IdentityView = view({
  id: Cid,
  /** Words to compare by voice. */
  fingerprint: Type.String(),
  name: Type.String(),
  keyState: Cid,
  seq: Type.Integer(),
  /** When its owner made the newest state, by the owner's clock. */
  at: Time,
  revoked: Type.Boolean(),
  peerId: Type.String(),
  addrs: Type.Array(Type.String()),
  /** Not empty: it has two histories, and these blocks prove it. */
  duplicity: Type.Array(view({ seq: Type.Integer(), cids: Type.Array(Cid) })),
  /** From the inception to the newest state. `changed`: what it has that the state before had not. */
  history: Type.Array(
    view({
      seq: Type.Integer(),
      cid: Cid,
      type: Type.String(),
      at: Time,
      changed: Type.Array(Type.String()),
    }),
  ),
});
export type IdentityView = Static<typeof IdentityView>;

export const StatusView = view({
  application: Type.String(),
  apiVersion: Type.String(),
  version: Type.String(),
  timeStamp: Time,
  nodeCID: Cid,
  /** Words of the node id, to compare by voice. */
  fingerprint: Type.String(),
  name: Type.String(),
  network: Type.String(),
  nodeType: Type.String(),
  plugin: Type.String(),
  extensionVendor: Type.String(),
  peerId: Type.String(),
  listening: Type.Array(Type.String()),
  connections: Type.Integer(),
  log: view({ records: Type.Integer(), head: nullable(hex), state: Type.String() }),
  orders: Type.Integer(),
  unacknowledged: Type.Integer(),
});
export type StatusView = Static<typeof StatusView>;

/** One record of the log, for people: bytes as hex, secrets as the ids that they are. */
export const RecordView = view({
  position: Type.Integer(),
  stream: Type.String(),
  seq: Type.Integer(),
  at: Time,
  machine: Type.String(),
  hash: hex,
  prev: hex,
  kind: Type.Union([Type.Literal('event'), Type.Literal('sealed')]),
  type: Type.String(),
  /** State after this record when the log is replayed. */
  state: Type.String(),
  detail: Type.Unknown(),
});
export type RecordView = Static<typeof RecordView>;

export const VerifiedView = view({
  records: Type.Integer(),
  streams: Type.Integer(),
  envelopes: Type.Integer(),
  secrets: Type.Integer(),
  head: nullable(view({ seq: Type.Integer(), hash: hex })),
});
export type VerifiedView = Static<typeof VerifiedView>;
