import type { KeyStateId, NodeId, OrderId, Role } from '../../domain/ids.ts';
import type { IdentityKeys } from '../../identity/own-keys.ts';
import type { KeyState } from '../../identity/key-state.ts';
import type { Compute } from '../../ports/compute.ts';
import type { Random } from '../../ports/random.ts';
import type { Load } from '../taken-on.ts';

/** What the cryptography of an order needs of the node around it. */
export interface CustodyDeps {
  /** Part of every proof and signature: an order of one network means nothing in another. */
  network: string;
  self: NodeId;
  random: Random;
  compute: Compute;
  /** Own keys of one of this node's key states. @throws IdentityError identity/unknown */
  keys(state: KeyStateId): IdentityKeys;
  /** Anybody's key state, as an order pins it. @throws IdentityError identity/unknown */
  states(state: KeyStateId): KeyState;
  /** Is `later` this state itself, or one that builds on it? @throws IdentityError identity/unknown */
  follows(state: KeyStateId, later: KeyStateId): boolean;
  /** May an order begin with this state? `now`: ms. @throws IdentityError identity/unknown */
  isRecent(state: KeyStateId, now: number): boolean;
  /** What this node thinks of another, or of itself; undefined when it does not know it. */
  standing(node: NodeId): Standing | undefined;
  /** What this node has taken on for a principal, `except` left out. `now`: ms. */
  load(principal: NodeId, except: OrderId, now: number): Load;
  /** This node is about to agree to an order. */
  claim(order: OrderId, principal: NodeId, now: number): void;
  policy: CustodyPolicy;
}

export interface Standing {
  /** The newest state of its keys. */
  current: KeyState;
  /** Roles that the operator trusts it with; for this node: those it plays. */
  roles: readonly Role[];
  /** Was caught cheating, and the operator has not forgiven it. */
  blamed: boolean;
  /** Has two histories: takes part in no new order. */
  forked: boolean;
}

/** What the operator lets this node agree to, as fiduciary or beneficiary. */
export interface CustodyPolicy {
  /** Principals that are served, of those that are pinned; null: all of them. The node itself is always served. */
  principals: readonly NodeId[] | null;
  /** Names of coins; null: every coin that this version knows. */
  coins: readonly string[] | null;
  /** Number of fiduciaries that an order may have. */
  fiduciaries: { least: number; most: number };
  /** Least threshold of an order with several fiduciaries. */
  leastThreshold: number;
  /** Orders of one principal that are not over, at most: a wallet that is guarded counts until its key is handed over. */
  openOrders: number;
  /** Orders of one principal that are agreed to within a minute, at most. */
  ordersPerMinute: number;
  /** An order gets at most this long to become ready, ms. */
  longestForming: number;
  /** Destroy the share once the beneficiary has the key; else it stays for a beneficiary who loses the key. */
  destroyReleased: boolean;
}

/** Thirty days, ms. */
const LONGEST_FORMING = 2_592_000_000;

export const DEFAULT_POLICY: CustodyPolicy = {
  principals: null,
  coins: null,
  fiduciaries: { least: 1, most: 32 },
  leastThreshold: 2,
  openOrders: 10_000,
  ordersPerMinute: 10_000,
  longestForming: LONGEST_FORMING,
  destroyReleased: false,
};
