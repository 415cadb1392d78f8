import type { MessageType } from '../../src/domain/messages.ts';
import { MANNERS, type DrawnLiar, type DrawnLie } from '../byzantine/drawn-lies.ts';
import type { Job } from './many-runs.ts';
import { planOf, type Plan } from './plan.ts';
import type { BugName } from './planted-bugs.ts';
import { createDice, seededRandom, type Dice } from './seeded-random.ts';

/** Plans with up to t - 1 fiduciaries who lie (docs/simulation.md). */

const SCENARIOS = ['2 of 3', '2 of 3', '2 of 3 late', '3 of 5'];

/** Forming ends then, ms: what nobody can prove is over in time to be judged. */
const EXPIRES = 1_200_000;

/** Weighted so that most orders become ready: a lie that ends an order early tests nothing of what comes later. */
const SUBJECTS: readonly MessageType[] = [
  'order.contributed',
  'order.dealt',
  'order.certified',
  'order.certified',
  'share.released',
  'share.released',
  'share.released',
  'ack',
  'ack',
  'order.accused',
];

export const byzantinePlanOf = (seed: number): Plan => {
  const dice = createDice(seededRandom(seed, 'byzantine plan'));
  const plan = planOf(seed, { scenarios: [dice.pick(SCENARIOS)] });
  const isCalm = dice.chance(0.5);
  return {
    ...plan,
    orders: plan.orders.map((order) => ({ ...order, expiresIn: EXPIRES })),
    // A clock that is a day ahead would let an order expire a day later than it is waited for.
    jumps: [],
    // Who lies for a node has the keys that it started with.
    rotations: [],
    ...(isCalm && { crashes: [], kills: [], failures: [], cuts: [], absences: [] }),
    liars: drawLiars(plan, dice),
  };
};

export const byzantineSeeds = function* (
  from: number,
  count: number,
  bug?: BugName,
): Generator<Job> {
  for (let seed = from; seed < from + count; seed++)
    yield { seed, plan: byzantinePlanOf(seed), ...(bug && { bug }) };
};

const drawLiars = ({ fiduciaries, orders }: Plan, dice: Dice): DrawnLiar[] => {
  const all = Array.from({ length: Number(fiduciaries) }, (_, index) => `fred${index + 1}`);
  const most = (orders[0]?.threshold ?? 2) - 1;
  const liars: DrawnLiar[] = [];
  for (let left = dice.between(1, most); left > 0; left--) {
    const node = dice.pick(all.filter((name) => liars.every((liar) => liar.node !== name)));
    liars.push({ node, lies: Array.from({ length: dice.between(1, 3) }, () => drawLie(dice)) });
  }
  return liars;
};

const drawLie = (dice: Dice): DrawnLie => ({
  about: dice.pick(SUBJECTS),
  manner: dice.pick(MANNERS),
  places: dice.pick([1, 1, 2]),
  keepsShape: dice.chance(0.7),
  most: dice.pick([1, 3, 1_000]),
});
