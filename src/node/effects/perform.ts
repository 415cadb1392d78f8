import type { Effect } from '../../../machines/effect.ts';
import type { OrderContext } from '../../../machines/order-context.ts';
import type { OrderEvent } from '../../domain/events.ts';
import type { TurnScope } from '../turn.ts';
import { accuse } from './accuse.ts';
import { certify } from './certify.ts';
import { combine } from './combine.ts';
import { conclude } from './conclude.ts';
import { contribute } from './contribute.ts';
import { deal } from './deal.ts';
import type { CustodyDeps } from './deps.ts';
import { destroy } from './destroy.ts';
import { release } from './release.ts';

/** Effects that compute; the others send. */
export type LocalEffect = Exclude<Effect, { type: 'send' | 'resend' }>;

type Perform<T extends LocalEffect['type']> = (
  effect: Extract<LocalEffect, { type: T }>,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
) => OrderEvent | Promise<OrderEvent>;

const table: { readonly [T in LocalEffect['type']]: Perform<T> } = {
  contribute,
  deal,
  certify,
  conclude,
  release,
  combine,
  destroy,
  accuse,
};

/**
 * Does what a machine asked for and answers with the one fact that it made. Nothing of it counts before the turn is
 * durable: what is drawn here is drawn again should the turn fail.
 * @throws NodeError node/internal when a machine asks for what it must not; LogError, KeystoreError
 */
export const perform = async (
  effect: LocalEffect,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<OrderEvent> => {
  const performed = table[effect.type] as Perform<LocalEffect['type']>;
  return performed(effect, context, deps, turn);
};
