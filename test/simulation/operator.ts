import type { NodeId, OrderId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { NodeError, reason } from '../../src/errors.ts';
import type { MilagroNode } from '../../src/node/node.ts';
import type { Judge } from './judge.ts';
import type { Wish } from './scenarios.ts';
import type { Dice } from './seeded-random.ts';
import { isTransient, plain, type Station } from './station.ts';
import { EPOCH, type VirtualTime } from './virtual-time.ts';

/**
 * The operator of the principal, with one order to place: a client that asks again, under the same idempotency key,
 * until it has an answer, and that sometimes loses an answer on the way.
 */
export interface Operator {
  readonly wish: Wish;
  order(): OrderId | null;
  phase(): Phase;
}

export type Phase = 'ordering' | 'forming' | 'redeeming' | 'waiting' | 'done';

/** Between two looks, ms. */
const PAUSE = 500;

export const createOperator = (deps: {
  number: number;
  wish: Wish;
  principal: Station;
  beneficiary: NodeId;
  fiduciaries: readonly NodeId[];
  time: VirtualTime;
  dice: Dice;
  judge: Judge;
  /** Told once, when the order is shown as ready. */
  ready(): void;
}): Operator => {
  const { number, wish, principal, beneficiary, fiduciaries, time, dice, judge } = deps;
  const key = (what: string): string => `${what}-${number}`;
  let order: OrderId | null = null;
  let phase: Phase = 'ordering';
  /** The life of the node that owes an answer; 0: none does. */
  let asked = 0;

  const violated = (guarantee: string, text: string): void =>
    judge.violated({ guarantee, node: principal.name, text: plain(text) });

  /** One request at a time; what is asked of a life that ends is never answered. */
  const ask = (request: (node: MilagroNode) => Promise<Phase>): void => {
    const node = principal.node();
    const life = principal.lives();
    if (!node || asked === life) return;
    asked = life;
    request(node)
      .then((next) => {
        if (principal.lives() === life && !dice.chance(0.2)) phase = next;
      })
      .catch((thrown: unknown) => {
        if (!isTransient(thrown)) violated('G6', `refuses its operator: ${reason(thrown)}`);
      })
      .finally(() => {
        if (asked === life) asked = 0;
      });
  };

  const create = async (node: MilagroNode): Promise<Phase> => {
    const view = await node.createOrder(
      {
        coin: wish.coin,
        beneficiary: wish.named ? beneficiary : null,
        fiduciaries: [...fiduciaries],
        threshold: wish.threshold,
        notBefore: wish.notBefore === undefined ? null : EPOCH + wish.notBefore,
        expiresIn: wish.expiresIn,
      },
      key('order'),
    );
    if (order !== null && order !== view.orderReference)
      violated('G3', 'answers one idempotency key with two orders');
    order = view.orderReference;
    return 'forming';
  };

  const cancel = async (node: MilagroNode, id: OrderId): Promise<Phase> => {
    try {
      await node.cancelOrder(id, 'changed my mind');
      return 'done';
    } catch (thrown) {
      // Too late, or done by the request whose answer was lost: the order itself will say.
      if (thrown instanceof NodeError && thrown.code === 'node/order-state') return 'forming';
      throw thrown;
    }
  };

  const redeem = async (node: MilagroNode, id: OrderId): Promise<Phase> => {
    await node.redeemOrder(id, wish.named ? null : beneficiary, key('redemption'));
    return 'waiting';
  };

  const formed = (id: OrderId, view: OrderView | undefined): void => {
    if (view?.ended) phase = 'done';
    else if (view?.address) {
      deps.ready();
      phase = wish.keeps ? 'done' : 'redeeming';
    } else if (wish.cancelAt !== undefined && time.now() >= EPOCH + wish.cancelAt)
      ask((node) => cancel(node, id));
  };

  const look = (): void => {
    const view = order === null ? undefined : principal.shown.get(order);
    const id = order;
    switch (phase) {
      case 'ordering':
        ask(create);
        break;
      case 'forming':
        if (id !== null) formed(id, view);
        break;
      case 'redeeming':
        if (id !== null) ask((node) => redeem(node, id));
        break;
      case 'waiting':
        if (view?.redemption?.receiptedAt) phase = 'done';
        break;
      case 'done':
        return;
    }
    time.after(PAUSE, look);
  };

  time.after(number * 100, look);
  return { wish, order: () => order, phase: () => phase };
};
