import type { OrderContext } from '../../machines/order-context.ts';
import type { NodeId, OrderId, Role } from '../domain/ids.ts';

/**
 * What this node has taken on for each principal, for the limits of its policy. It follows from the log and from the
 * times of turns alone, so a restart changes nothing. An order counts from before it is durable: of a hundred proposals
 * that come at once, no more are agreed to than of a hundred that come one by one.
 */
export interface TakenOn {
  /** What a role has become. */
  note(order: OrderId, role: Role, now: Became): void;
  /** This node is about to agree. Unless a turn then says so, that is forgotten after a minute. */
  claim(order: OrderId, principal: NodeId, at: number): void;
  /** Orders of a principal, `except` left out: another role of this node may have agreed to it already. */
  load(principal: NodeId, except: OrderId, now: number): Load;
}

export interface Became {
  context: Pick<OrderContext, 'terms' | 'createdAt'>;
  state: string;
  finished: boolean;
}

export interface Load {
  /** Not over yet: forming, or guarded. */
  open: number;
  /** Agreed to within the last minute. */
  lastMinute: number;
}

const MINUTE = 60_000;

interface Taken {
  /** Roles for which it is not over. */
  open: Map<OrderId, Set<Role>>;
  /** When it was agreed to, ms. */
  agreed: Map<OrderId, number>;
  claimed: Map<OrderId, number>;
}

export const createTakenOn = (): TakenOn => {
  const principals = new Map<NodeId, Taken>();

  const of = (principal: NodeId): Taken => {
    const known = principals.get(principal);
    if (known) return known;
    const fresh: Taken = { open: new Map(), agreed: new Map(), claimed: new Map() };
    principals.set(principal, fresh);
    return fresh;
  };

  return {
    note: (order, role, { context: { terms, createdAt }, state, finished }) => {
      // Whoever is named at redemption was not asked before, and has nothing to guard.
      const isAsked = role === 'fiduciary' || (role === 'beneficiary' && terms?.beneficiary);
      if (terms === null || !isAsked) return;
      const { open, agreed, claimed } = of(terms.principal.id);
      const roles = open.get(order) ?? new Set();
      if (finished) roles.delete(role);
      else roles.add(role);
      if (roles.size > 0) open.set(order, roles);
      else open.delete(order);
      claimed.delete(order);
      if (state !== 'refused') agreed.set(order, createdAt);
    },
    claim: (order, principal, at) => void of(principal).claimed.set(order, at),
    load: (principal, except, now) => {
      const { open, agreed, claimed } = of(principal);
      forget(agreed, now - MINUTE);
      forget(claimed, now - MINUTE);
      return {
        open: others(except, open, claimed),
        lastMinute: others(except, agreed, claimed),
      };
    },
  };
};

const forget = (times: Map<OrderId, number>, until: number): void => {
  for (const [order, at] of times) if (at <= until) times.delete(order);
};

const others = (except: OrderId, ...known: readonly ReadonlyMap<OrderId, unknown>[]): number => {
  const orders = new Set(known.flatMap((map) => [...map.keys()]));
  orders.delete(except);
  return orders.size;
};
