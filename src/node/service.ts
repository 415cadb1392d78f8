import type { NodeId, OrderId, Role } from '../domain/ids.ts';
import type {
  IdentityView,
  OrderView,
  PeerView,
  RecordView,
  StatusView,
  VerifiedView,
} from '../domain/views.ts';

/** What a node does for its operator: the one surface that the API offers over HTTP. Every method may throw MilagroError. */
export interface NodeService {
  status(): Promise<StatusView>;

  /** @throws NodeError node/terms, node/party-unknown, node/party-blamed, node/idempotency-conflict */
  createOrder(wish: OrderWish, idempotencyKey: string | null): Promise<OrderView>;
  /** @throws NodeError node/order-unknown, node/order-state */
  cancelOrder(order: OrderId, text: string): Promise<OrderView>;
  /**
   * @throws NodeError node/order-unknown, node/order-state, node/party-unknown, node/idempotency-conflict; IdentityError
   * identity/revoked: nothing is released to it, or nobody believes this node
   */
  redeemOrder(
    order: OrderId,
    beneficiary: NodeId | null,
    idempotencyKey: string | null,
  ): Promise<OrderView>;
  /** Resolves when the order can make no progress of that kind any more (ready or ended; redeemed or ended), or after `ms`. */
  settled(order: OrderId, goal: 'ready' | 'redeemed', ms: number): Promise<OrderView>;
  /** @throws NodeError node/order-unknown */
  order(order: OrderId): Promise<OrderView>;
  orders(page: {
    page: number;
    perPage: number;
    newestFirst: boolean;
  }): Promise<{ orders: OrderView[]; total: number }>;
  /** Calls back after every durable change of any order. Returns the way to stop. */
  watch(listener: (order: OrderId) => void): () => void;

  /**
   * Writes the wallet key (WIF or hex, by coin) to a new 0600 file in the node's `exports` folder and returns its
   * path: the key itself never crosses the API. @throws NodeError node/key-unavailable
   */
  exportKey(order: OrderId): Promise<{ path: string; format: string; address: string }>;

  /**
   * Terms, certificate and parties of a ready order, as a file that anybody can verify.
   * @throws NodeError node/order-unknown, node/order-state
   */
  exportCertificate(order: OrderId): Promise<string>;

  /** The node's own identity, as a file to hand over. */
  exportIdentity(): Promise<string>;
  /** New keys for this node; of those besides the sign key the ones named. @throws IdentityError identity/revoked */
  rotateIdentity(replace: ('kem' | 'bls' | 'peer')[]): Promise<IdentityView>;
  /** The end of this node's identity, for good. @throws IdentityError identity/revoked */
  revokeIdentity(): Promise<IdentityView>;
  /** Goes on after a rollback: the lost records are given up, and the roles of open orders end here. */
  recover(): Promise<{ heads: number[]; endedRoles: number }>;
  /** An identity as peers know it now. @throws DocstoreError docstore/not-found; IdentityError identity/unknown */
  resolveIdentity(id: NodeId): Promise<IdentityView>;
  peers(): Promise<PeerView[]>;
  /**
   * Pins an identity for the roles given: one in a file, or one that peers know by its id.
   * @throws IdentityError, CodecError, DocstoreError docstore/not-found
   */
  addPeer(
    peer: ({ file: string } | { id: NodeId }) & { name: string | null; roles: Role[] },
  ): Promise<PeerView>;
  /** @throws NodeError node/party-unknown */
  removePeer(id: NodeId): Promise<void>;
  /** Ends the refusal of a blamed peer. */
  clearBlame(id: NodeId): Promise<PeerView>;

  logRecords(order: OrderId, role: Role | null): Promise<RecordView[]>;
  /** Folds the log again from nothing and compares states and effects. @throws LogError log/corrupt */
  replay(order: OrderId | null): Promise<{ streams: number; events: number; stateHash: string }>;
  verifyLog(): Promise<VerifiedView>;
}

export interface OrderWish {
  coin: string;
  /** Null: named at redemption. */
  beneficiary: NodeId | null;
  /** Empty: every pinned fiduciary. */
  fiduciaries: NodeId[];
  /** Null: more than half of the fiduciaries. */
  threshold: number | null;
  notBefore: number | null;
  /** Milliseconds from now until the order must be ready. */
  expiresIn: number;
}
