import type { OrderContext } from '../../machines/order-context.ts';
import { requestedCoin } from '../coins/coins.ts';
import { taggedHash } from '../crypto/hash.ts';
import { orderIdOf } from '../custody/order-id.ts';
import type { OrderEvent } from '../domain/events.ts';
import type { NodeId, OrderId, Role } from '../domain/ids.ts';
import { parseTerms, type Party, type Terms } from '../domain/terms.ts';
import { IdentityError, NodeError } from '../errors.ts';
import type { Answer } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Actors } from './actors.ts';
import type { Directory } from './directory.ts';
import { isLater } from './examine/redemption.ts';
import type { Idempotency } from './idempotency.ts';
import type { OrderWish } from './service.ts';

/** What the operator of a principal may order. Each command is one fact, recorded in one turn, or refused. */
export interface Commands {
  create(wish: OrderWish, key: string | null): Promise<OrderId>;
  cancel(order: OrderId, text: string): Promise<void>;
  redeem(order: OrderId, beneficiary: NodeId | null, key: string | null): Promise<void>;
}

export interface CommandDeps {
  self: NodeId;
  actors: Actors;
  directory: Directory;
  idempotency: Idempotency;
  clock: Clock;
  random: Random;
}

export const createCommands = (deps: CommandDeps): Commands => {
  const { self, actors, directory, idempotency, clock, random } = deps;

  const create = async (wish: OrderWish, key: string | null): Promise<OrderId> => {
    const request = taggedHash('milagro/request/v1', 'order', { ...wish });
    const response = await idempotency.once(key, request, async (answer) => {
      const terms = termsOf(wish);
      const order = orderIdOf(terms);
      const fact = (): OrderEvent => ({
        type: 'order.proposed',
        at: clock.now(),
        node: self,
        order,
        terms,
      });
      await command(order, fact, answer && { ...answer, response: order });
      return order;
    });
    return response as OrderId;
  };

  const termsOf = (wish: OrderWish): Terms => {
    directory.checkUsable(self);
    const coin = requestedCoin(wish.coin).name;
    const now = clock.now();
    const fiduciaries =
      wish.fiduciaries.length > 0 ? wish.fiduciaries : directory.trusted('fiduciary');
    if (fiduciaries.length === 0)
      throw new NodeError(
        'node/party-unknown',
        'no fiduciary is pinned: add one with `milagro peer add`',
      );
    return parseTerms({
      v: 1,
      type: 'custody',
      nonce: random.bytes(32),
      principal: { id: self, key: directory.current(self).keyId },
      beneficiary: wish.beneficiary === null ? null : party(wish.beneficiary, 'beneficiary'),
      fiduciaries: fiduciaries
        .map((id) => party(id, 'fiduciary'))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      threshold: wish.threshold ?? Math.floor(fiduciaries.length / 2) + 1,
      coin,
      conditions: wish.notBefore === null ? {} : { notBefore: wish.notBefore },
      expiresAt: now + wish.expiresIn,
    });
  };

  /** A node that this operator trusts for a role, with the newest state of its keys. */
  const party = (id: NodeId, role: Role): Party => {
    directory.checkTrusted(id, role);
    return { id, key: directory.current(id).keyId };
  };

  const cancel = async (order: OrderId, text: string): Promise<void> => {
    known(order);
    await command(order, () => ({
      type: 'order.cancelled',
      at: clock.now(),
      node: self,
      code: 'order/cancelled',
      text,
    }));
  };

  const redeem = async (
    order: OrderId,
    beneficiary: NodeId | null,
    key: string | null,
  ): Promise<void> => {
    known(order);
    const request = taggedHash('milagro/request/v1', 'redemption', order, beneficiary);
    await idempotency.once(key, request, async (answer) => {
      const fact = (context: OrderContext): OrderEvent => ({
        type: 'redemption.requested',
        at: clock.now(),
        node: self,
        order,
        ...redeemer(context, beneficiary),
        nonce: random.bytes(32),
      });
      await command(order, fact, answer && { ...answer, response: order });
      return order;
    });
  };

  /**
   * Whoever the order names already is not asked about again: a ready wallet is always redeemable (guarantee G15). The
   * first request names the newest state of its keys: those of the terms may have been replaced because they were stolen.
   */
  const redeemer = (
    { terms, redemption }: OrderContext,
    wished: NodeId | null,
  ): { beneficiary: Party; later?: true } => {
    const named = redemption?.beneficiary ?? terms?.beneficiary ?? null;
    if (named === null && wished === null)
      throw new NodeError(
        'node/party-unknown',
        'this order names no beneficiary yet: say who receives the key',
      );
    if (named !== null && (wished ?? named.id) !== named.id)
      throw new NodeError('node/order-state', 'the order names another beneficiary, for good');
    if (named === null) return { beneficiary: party(wished ?? self, 'beneficiary') };
    refuseRevoked(named.id, 'no share of the key is released to it');
    refuseRevoked(self, 'nobody believes a request of it');
    const newest = { id: named.id, key: directory.current(named.id).keyId };
    return redemption === null && isLater(named, newest, directory)
      ? { beneficiary: newest, later: true }
      : { beneficiary: named };
  };

  const refuseRevoked = (id: NodeId, consequence: string): void => {
    if (!directory.current(id).revoked) return;
    const name = directory.nameOf(id) ?? id;
    throw new IdentityError('identity/revoked', `${name} has revoked its identity: ${consequence}`);
  };

  const known = (order: OrderId): void => {
    if (!actors.roles(order).includes('principal'))
      throw new NodeError('node/order-unknown', 'this node is not the principal of such an order');
  };

  const command = async (
    order: OrderId,
    fact: (context: OrderContext) => OrderEvent,
    answer?: Answer,
  ): Promise<void> => {
    const actor = actors.of(order, 'principal');
    const taken = await actor.take({ kind: 'own', fact, ...(answer && { answer }) });
    if (taken.kind === 'recorded') return;
    const { state } = await actor.view();
    throw new NodeError('node/order-state', `not possible while the order is ${state}`);
  };

  return { create, cancel, redeem };
};
