import assert from 'node:assert/strict';
import type { Effect } from '../../machines/effect.ts';
import type { OrderContext } from '../../machines/order-context.ts';
import {
  contextOf,
  isFinished,
  machineOf,
  start,
  stateOf,
  step,
  type OrderSnapshot,
} from '../../machines/registry.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import type { NodeId, Role } from '../../src/domain/ids.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { certificateOf, certificationOf, contributionOf, digestOf } from './world.ts';

/**
 * Plays the node around a machine: a turn takes one fact, answers each local effect at once with its one event and
 * feeds that in next, as the node's role actor does.
 */
export interface Play {
  role: Role;
  self: NodeId;
  terms: Terms;
  /** Other answers to effects than the honest ones. */
  answers?: Answers;
}
export type LocalEffect = Exclude<Effect, { type: 'send' | 'resend' }>;
export type Answers = {
  [T in LocalEffect['type']]?: (context: OrderContext, at: number) => OrderEvent;
};

export interface Turn {
  snapshot: OrderSnapshot;
  /** Every fact that was recorded, the first one and the answers. */
  events: OrderEvent[];
  effects: Effect[];
  accepted: boolean;
}

export const begin = ({ role, self }: Play): OrderSnapshot => start(machineOf(role), { self });

/** One turn. An answer that the machine does not take fails the test: the node would be stuck. */
export const turn = (play: Play, snapshot: OrderSnapshot, fact: OrderEvent): Turn => {
  const done: Turn = { snapshot, events: [], effects: [], accepted: false };
  const queue = [fact];
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const next = step(machineOf(play.role), done.snapshot, event);
    if (!next.accepted) {
      assert.equal(done.events.length, 0, `${play.role} does not take its own ${event.type}`);
      return done;
    }
    done.accepted = true;
    done.snapshot = next.snapshot;
    done.events.push(event);
    done.effects.push(...next.effects);
    for (const effect of next.effects) {
      if (effect.type === 'send' || effect.type === 'resend') continue;
      const answer = play.answers?.[effect.type] ?? honest(play, effect);
      queue.push(answer(contextOf(done.snapshot), event.at));
    }
  }
  return done;
};

/** All turns of some facts; those that are not taken change nothing. */
export const run = (play: Play, facts: readonly OrderEvent[], from = begin(play)): Turn => {
  const all: Turn = { snapshot: from, events: [], effects: [], accepted: false };
  for (const fact of facts) {
    const next = turn(play, all.snapshot, fact);
    all.snapshot = next.snapshot;
    all.events.push(...next.events);
    all.effects.push(...next.effects);
    all.accepted = next.accepted;
  }
  return all;
};

const honest =
  (play: Play, effect: LocalEffect) =>
  (context: OrderContext, at: number): OrderEvent => {
    const { role, self: node, terms } = play;
    const base = { at, node };
    const me = { role, node };
    switch (effect.type) {
      case 'contribute':
        return {
          ...base,
          type: 'order.contributed',
          role,
          contribution: contributionOf(terms, me),
          digest: digestOf(me),
          secret: 'drawn',
        };
      case 'deal':
        return {
          ...base,
          type: 'order.dealt',
          secret: 'round-two',
          dealt: terms.fiduciaries
            .filter(({ id }) => id !== node)
            .map(({ id }) => ({ to: id, share: `for-${id}` })),
        };
      case 'certify':
        return {
          ...base,
          type: 'order.certified',
          certification: certificationOf(terms, me),
          ...(role === 'fiduciary' &&
            terms.fiduciaries.length > 1 && { secret: 'share', spent: ['round-two'] }),
        };
      case 'conclude':
        return { ...base, type: 'order.ready', certificate: certificateOf(terms) };
      case 'release':
        return { ...base, type: 'share.released', to: effect.to };
      case 'combine':
        return { ...base, type: 'key.combined', secret: 'wallet-key' };
      case 'destroy':
        return { ...base, type: 'share.destroyed', secrets: effect.secrets };
      case 'accuse': {
        const { blamed, code, evidence, upheld } = effect;
        return { ...base, type: 'order.accused', blamed, code, evidence, upheld };
      }
    }
  };

/** An effect in one line, e.g. `send share.released to B with share`. */
export const lineOf = (effect: Effect): string => {
  switch (effect.type) {
    case 'send': {
      const secret = effect.secret === undefined ? '' : ` with ${effect.secret}`;
      const evidence = (effect.evidence ?? [])
        .map(({ envelope, opening }) =>
          opening === undefined ? envelope : `${envelope}+${opening}`,
        )
        .join();
      return `send ${effect.message} to ${effect.to.join()}${secret}${evidence && ` showing ${evidence}`}`;
    }
    case 'resend':
      return `resend ${effect.message} to ${effect.to.join()}`;
    case 'accuse':
      return `accuse ${effect.blamed} of ${effect.code} by ${effect.evidence.join()}${effect.upheld ? '' : ', suspected'}`;
    case 'release':
      return `release to ${effect.to}`;
    case 'destroy':
      return `destroy ${effect.secrets.join()}`;
    default:
      return effect.type;
  }
};

/** What counts when two runs are compared: where they end and what left the node. */
export const outcomeOf = ({ snapshot, effects }: Turn) => ({
  state: stateOf(snapshot),
  finished: isFinished(snapshot),
  sends: effects
    .filter(({ type }) => type === 'send')
    .map(lineOf)
    .toSorted(),
});
