import type { DrawnLiar } from '../byzantine/drawn-lies.ts';
import type { Faults } from '../../src/transport/network-faults.ts';
import { castOf, names, type Cast } from './cast.ts';
import { drawRotations, type Rotation } from './rotations.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { createDice, seededRandom, type Dice } from './seeded-random.ts';

/** Everything that is decided before a run begins: who wants what, and what goes wrong when. Plain data. */
export interface Plan extends Scenario {
  /** On every link, until all is healed. */
  network: Faults;
  /** When all faults end, ms after the start: from then on everything must come to a good end. */
  healAt: number;
  /** A node goes down at a write of its log, counted from 1, and comes back after `down` ms. */
  crashes: { node: string; write: number; how: 'lost' | 'applied'; down: number }[];
  /** A node goes down at a time. */
  kills: { node: string; at: number; down: number }[];
  /** A write fails although the node lives; so many attempts to open the disk again fail as well. */
  failures: {
    node: string;
    write: number;
    outcome: 'failed' | 'failed but applied';
    closed: number;
  }[];
  /** Nothing gets through from one node to another. */
  cuts: { from: string; to: string; at: number; down: number }[];
  /** From `at` on a clock is wrong by `error` ms. */
  jumps: { node: string; at: number; error: number }[];
  /** Nodes that replace their keys. */
  rotations: readonly Rotation[];
  /** The keystore does not answer. */
  absences: { node: string; at: number; down: number }[];
  /** Nodes that are not honest, and what they lie about. */
  liars?: readonly DrawnLiar[];
}

export const CALM: Omit<Plan, keyof Scenario> = {
  network: { loss: 0, duplicate: 0, reorder: 0, delay: { kind: 'fixed', mean: 5 } },
  healAt: 0,
  crashes: [],
  kills: [],
  failures: [],
  cuts: [],
  jumps: [],
  rotations: [],
  absences: [],
};

const DAY = 86_400_000;
/** The worst network that fault F2 asks for. */
const WORST = { loss: 0.4, duplicate: 0.6 };

export interface Wanted {
  /** Names of scenarios; all that are not `long` when absent. */
  scenarios?: readonly string[];
  /** Always the worst loss and duplication, instead of anything up to it. */
  worst?: boolean;
}

/** The plan of a seed. The weights let most runs get far, with two or three things going wrong on the way. */
export const planOf = (seed: number, wanted: Wanted = {}): Plan => {
  const dice = createDice(seededRandom(seed, 'plan'));
  const scenario = drawScenario(dice, wanted.scenarios);
  const nodes = Object.keys(names(scenario.fiduciaries));
  const healAt = dice.between(5_000, 60_000);
  const node = (): string => dice.pick(nodes);
  const at = (): number => dice.between(0, healAt);
  const down = (): number => dice.between(1, 15_000);
  const writes = scenario.fiduciaries === 'solo' ? 40 : 15;
  const some = <T>(chance: number, most: number, make: () => T): T[] =>
    dice.chance(chance) ? Array.from({ length: dice.between(1, most) }, make) : [];

  const drawn = {
    ...scenario,
    healAt,
    network: {
      loss: WORST.loss,
      duplicate: WORST.duplicate,
      ...(!wanted.worst && {
        loss: dice.pick([0, 0.1, 0.2, WORST.loss]),
        duplicate: dice.pick([0, 0.2, WORST.duplicate]),
      }),
      reorder: dice.pick([0, 4, 64]),
      delay: { kind: 'exponential', mean: dice.pick([5, 50, 300, 2_000]) },
    },
    crashes: some(0.5, 3, () => ({
      node: node(),
      write: dice.between(1, writes),
      how: dice.pick(['lost', 'applied'] as const),
      down: down(),
    })),
    kills: dice.chance(0.1)
      ? everybody(nodes, at(), down())
      : some(0.3, 3, () => ({ node: node(), at: at(), down: down() })),
    failures: some(0.3, 2, () => ({
      node: node(),
      write: dice.between(1, writes),
      outcome: dice.pick(['failed', 'failed but applied'] as const),
      closed: dice.between(0, 4),
    })),
    cuts: [...drawCuts(dice, nodes, at, down), ...cutsOfSlow(scenario, healAt)],
    jumps: some(0.3, 2, () => ({ node: node(), at: at(), error: dice.between(-DAY, DAY) })),
    absences: some(0.2, 2, () => ({ node: node(), at: at(), down: down() })),
  } satisfies Omit<Plan, 'rotations'>;
  // New keys are dated by the clock of their owner: with a wrong one, orders that name the old keys may find no reader.
  const right = nodes.filter((name) => !drawn.jumps.some((jump) => jump.node === name));
  // By dice of their own: what else goes wrong in a seed is the same without them.
  const rotations = drawRotations(createDice(seededRandom(seed, 'rotations')), right, healAt);
  return { ...drawn, rotations };
};

/** Made once per process for each set of members. */
export const castFor = ({ fiduciaries }: Scenario): Promise<Cast> => castOf(names(fiduciaries));

const drawScenario = (dice: Dice, wanted: readonly string[] | undefined): Scenario => {
  const open = SCENARIOS.filter(({ name, long }) => (wanted ? wanted.includes(name) : !long));
  const total = open.reduce((sum, { weight }) => sum + weight, 0);
  let place = dice.between(1, total);
  for (const scenario of open) {
    place -= scenario.weight;
    if (place <= 0) return scenario;
  }
  throw new RangeError(`no scenario of these: ${wanted?.join(', ')}`);
};

/** Nothing gets through to a slow node or from it, but for a moment in every two seconds. */
export const cutsOfSlow = ({ slow, fiduciaries }: Scenario, healAt: number): Plan['cuts'] => {
  if (slow === undefined) return [];
  const moments = Array.from({ length: Math.ceil(healAt / SLOW) }, (_, index) => index * SLOW);
  return Object.keys(names(fiduciaries))
    .filter((other) => other !== slow)
    .flatMap((other) => [
      { from: slow, to: other },
      { from: other, to: slow },
    ])
    .flatMap((way) => moments.map((at) => ({ ...way, at, down: SLOW - REACHED })));
};

const SLOW = 2_000;
const REACHED = 300;

/** A restart of everything. */
const everybody = (nodes: readonly string[], at: number, down: number): Plan['kills'] =>
  nodes.map((node) => ({ node, at, down }));

/** One way between two, both ways between two, or one node from all others. */
const drawCuts = (
  dice: Dice,
  nodes: readonly string[],
  at: () => number,
  down: () => number,
): Plan['cuts'] => {
  if (nodes.length < 2 || !dice.chance(0.4)) return [];
  const one = dice.pick(nodes);
  const others = nodes.filter((node) => node !== one);
  const cut = { at: at(), down: down() };
  const [from, to] = [
    { ...cut, from: one },
    { ...cut, to: one },
  ];
  const other = dice.pick(others);
  switch (dice.pick(['one-way', 'pair', 'alone'] as const)) {
    case 'one-way':
      return [{ ...from, to: other }];
    case 'pair':
      return [
        { ...from, to: other },
        { ...to, from: other },
      ];
    case 'alone':
      return others.flatMap((name) => [
        { ...from, to: name },
        { ...to, from: name },
      ]);
  }
};
