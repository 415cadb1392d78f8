import { FAULT_CODES } from '../../src/domain/faults.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import type { Evidence, MessageType } from '../../src/domain/messages.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Dice } from '../simulation/seeded-random.ts';
import type { Heard, Letter, Lie, Spoken } from './liar.ts';
import { SAME_SHAPE, mutated, mutationsAt, placesIn, type Mutation } from './mutation.ts';

/** A liar without a purpose: what it says is drawn. */
export interface DrawnLiar {
  node: string;
  lies: readonly DrawnLie[];
}

/** Plain data: a part of a plan. */
export interface DrawnLie {
  about: MessageType;
  manner: Manner;
  /** Places that change at once. */
  places: number;
  /** Nothing that a schema would refuse. */
  keepsShape: boolean;
  /** Envelopes that it lies in, at most. */
  most: number;
}

/**
 * all: the same lie to everybody. some: to some, the truth to the others. each: to each another one. besides: the truth,
 * and the lie under another number. silent: nothing, to some. accused: the truth, and an accusation of anybody with
 * whatever was heard. borrowed: what somebody else said, under its own name.
 */
export type Manner = (typeof MANNERS)[number];
export const MANNERS = ['all', 'some', 'each', 'besides', 'silent', 'accused', 'borrowed'] as const;

const MOST_REMEMBERED = 100;
const OTHER_NUMBERS = 1_000_000;

export const drawnLie = (deps: {
  lies: readonly DrawnLie[];
  dice: Dice;
  random: Random;
  /** Whom it may accuse. */
  everybody: readonly NodeId[];
  note(what: string): void;
}): Lie => {
  const { dice, random, note } = deps;
  const told = deps.lies.map(() => 0);
  const values = createPool();
  const heard: Heard[] = [];
  /** What is said of an envelope: to all, and to one. */
  const decided = new Map<string, Decision>();
  let count = 0;

  const otherNumber = (): number => OTHER_NUMBERS + ++count;

  const decide = ({ id, header }: Spoken): Decision => {
    const known = decided.get(id);
    if (known) return known;
    const place = deps.lies.findIndex(
      ({ about, most }, index) => about === header.type && (told[index] ?? 0) < most,
    );
    const lie = deps.lies[place];
    if (lie) told[place] = (told[place] ?? 0) + 1;
    const decision: Decision = { lie, shared: undefined, letters: new Map() };
    decided.set(id, decision);
    return decision;
  };

  const falseLetter = (lie: DrawnLie, truth: Letter): Letter => {
    let { message } = truth;
    const changes: string[] = [];
    for (let place = 0; place < lie.places; place++) {
      const mutation = drawMutation(message, lie, dice);
      const next = mutation && mutated(message, mutation, { dice, random, others: values.like });
      if (next === undefined) continue;
      message = next;
      changes.push(`${mutation?.path.join('.')} ${mutation?.how}`);
    }
    note(`lies (${lie.manner}) in ${truth.type}: ${changes.join(', ')}`);
    return { ...truth, message };
  };

  const borrowed = (truth: Letter): Letter => {
    const same = heard.filter(({ header }) => header.type === truth.type);
    const from = dice.chance(0.7) && same.length > 0 ? same : heard;
    if (from.length === 0) return truth;
    const { header, message } = dice.pick(from);
    note(`lies (borrowed) in ${truth.type}: says ${header.type} of another`);
    return { ...truth, type: header.type, message };
  };

  const accusation = (truth: Letter): Letter[] => {
    if (heard.length === 0 || truth.stream === null) return [];
    const accused = dice.pick(deps.everybody);
    const code = dice.pick(FAULT_CODES);
    const evidence: Evidence[] = Array.from({ length: dice.between(1, 2) }, () => {
      const { envelope, cek } = dice.pick(heard).evidence;
      return dice.chance(0.8) && cek ? { envelope, cek } : { envelope };
    });
    note(`lies (accused): ${code} of somebody`);
    return [
      { ...truth, type: 'order.accused', seq: otherNumber(), message: { accused, code, evidence } },
    ];
  };

  const letters = (lie: DrawnLie, decision: Decision, truth: Letter): readonly Letter[] => {
    const shared = (): Letter => (decision.shared ??= falseLetter(lie, truth));
    switch (lie.manner) {
      case 'all':
        return [shared()];
      case 'some':
        return dice.chance(0.5) ? [shared()] : [truth];
      case 'each':
        return [falseLetter(lie, truth)];
      case 'besides':
        return [truth, { ...falseLetter(lie, truth), seq: otherNumber() }];
      case 'silent':
        return dice.chance(0.6) ? [] : [truth];
      case 'accused':
        return [truth, ...accusation(truth)];
      case 'borrowed':
        return [(decision.shared ??= borrowed(truth))];
    }
  };

  return {
    speak: (spoken, truth) => {
      values.take(spoken.message);
      const decision = decide(spoken);
      const { lie } = decision;
      if (!lie) return [truth];
      const known = decision.letters.get(spoken.to) ?? letters(lie, decision, truth);
      decision.letters.set(spoken.to, known);
      return known;
    },
    hear: (one) => {
      values.take(one.message);
      if (one.header.stream !== null && heard.length < MOST_REMEMBERED) heard.push(one);
    },
  };
};

interface Decision {
  lie: DrawnLie | undefined;
  shared: Letter | undefined;
  letters: Map<NodeId, readonly Letter[]>;
}

const drawMutation = (message: unknown, lie: DrawnLie, dice: Dice): Mutation | undefined => {
  const all = placesIn(message).flatMap((path) => mutationsAt(message, path));
  const fitting = all.filter(({ how }) => !lie.keepsShape || SAME_SHAPE.includes(how));
  return fitting.length === 0 ? undefined : dice.pick(fitting);
};

/** Values that went by, to be said in the place of others of their kind. */
const createPool = () => {
  const pools = new Map<string, unknown[]>();
  const kindOf = (value: unknown): string =>
    value instanceof Uint8Array
      ? `bytes ${value.length}`
      : typeof value === 'string'
        ? `text ${value.slice(0, 4)}`
        : typeof value;
  const take = (value: unknown): void => {
    if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      for (const child of Object.values(value)) take(child);
      return;
    }
    const pool = pools.get(kindOf(value)) ?? [];
    pools.set(kindOf(value), pool);
    if (pool.length < MOST_REMEMBERED) pool.push(structuredClone(value));
  };
  return { take, like: (value: unknown): readonly unknown[] => pools.get(kindOf(value)) ?? [] };
};
