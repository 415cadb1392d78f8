import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { names } from './cast.ts';
import { manyRuns, type Job, type Summary } from './many-runs.ts';
import { CALM, castFor, cutsOfSlow, type Plan } from './plan.ts';
import { scenarioOf } from './scenarios.ts';
import { createDice, seededRandom, type Dice } from './seeded-random.ts';
import { simulate } from './simulate.ts';

/**
 * Orders among several fiduciaries under one fault at a time. Messages take 200 ms, so that key generation lasts a
 * second and what goes wrong hits it everywhere; which node and when is drawn from the seed. More of them, and all
 * faults together: `npm run simulate -- --scenario "2 of 3 parallel" --seeds 500`.
 */
const SCENARIOS = [
  '2 of 3',
  '2 of 3 late',
  '2 of 3 refused',
  '2 of 3 cancelled',
  '2 of 3 expired',
  '2 of 3 parallel',
  '3 of 5 slow',
  '3 of 5 late',
] as const;
type Name = (typeof SCENARIOS)[number];

/** That end before there is a wallet, as long as no fault prevents it. */
const WITHOUT_WALLET: ReadonlySet<Name> = new Set([
  '2 of 3 refused',
  '2 of 3 cancelled',
  '2 of 3 expired',
]);

const SPLICED: Name = '2 of 3 parallel';

const HEAL_AT = 12_000;
const DAY = 86_400_000;
/** Forming takes until 1,100 ms, redemption begins with the look of the operator after it. */
const LAST_MOMENT = 2_200;

const planOf = (name: Name, faults: Partial<Plan> = {}): Plan => {
  const scenario = scenarioOf(name);
  return {
    ...CALM,
    ...scenario,
    healAt: HEAL_AT,
    network: { loss: 0, duplicate: 0, reorder: 0, delay: { kind: 'fixed', mean: 200 } },
    ...faults,
    cuts: [...(faults.cuts ?? []), ...cutsOfSlow(scenario, HEAL_AT)],
  };
};

const moment = (dice: Dice): number => dice.between(0, LAST_MOMENT);

for (const name of SCENARIOS)
  test(
    name === SPLICED ? 'attack/E2: the mail of two orders is mixed' : `calm: ${name}`,
    async () => {
      const plan = planOf(name);
      const { violation, orders, spliced } = await simulate({
        seed: 1,
        plan,
        cast: await castFor(plan),
      });
      assert.equal(violation, null);
      for (const { redeemed, address } of orders) {
        assert.equal(redeemed, !WITHOUT_WALLET.has(name));
        assert.equal(address === null, WITHOUT_WALLET.has(name));
      }
      assert.equal(spliced > 20, name === SPLICED, `${spliced} envelopes were spliced`);
    },
  );

interface Fault {
  name: string;
  draw(dice: Dice, nodes: readonly string[]): Partial<Plan>;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'fault/F2 40 % loss, 60 % duplicates, reordering and delay among several fiduciaries',
    draw: () => ({
      network: {
        loss: 0.4,
        duplicate: 0.6,
        reorder: 64,
        delay: { kind: 'exponential', mean: 300 },
      },
    }),
  },
  {
    name: 'fault/F3 one of several is cut off, another hears and is not heard',
    draw: (dice, nodes) => {
      const [alone, unheard] = [dice.pick(nodes), dice.pick(nodes)];
      const [cut, later] = [
        { at: moment(dice), down: 4_000 },
        { at: moment(dice), down: 4_000 },
      ];
      const others = (node: string) => nodes.filter((other) => other !== node);
      return {
        cuts: [
          ...others(alone).flatMap((other) => [
            { ...cut, from: alone, to: other },
            { ...cut, from: other, to: alone },
          ]),
          ...others(unheard).map((other) => ({ ...later, from: unheard, to: other })),
        ],
      };
    },
  },
  {
    name: 'fault/F5 several nodes go down at writes',
    draw: (dice, nodes) => ({
      crashes: (['lost', 'applied', 'lost'] as const).map((how) => ({
        node: dice.pick(nodes),
        write: dice.between(1, 6),
        how,
        down: 700,
      })),
    }),
  },
  {
    name: 'fault/F11 one clock of several is a day ahead, another a day behind',
    draw: (dice, nodes) => ({
      jumps: [DAY, -DAY].flatMap((error) => {
        const [node, at] = [dice.pick(nodes), moment(dice)];
        return [
          { node, at, error },
          { node, at: at + 1_000, error: 0 },
        ];
      }),
    }),
  },
  {
    name: 'fault/F12 all of several are restarted, each at a time of its own',
    draw: (dice, nodes) => ({
      kills: nodes.map((node) => ({ node, at: moment(dice), down: dice.between(1, 3_000) })),
    }),
  },
];

const jobOf = ({ name, draw }: Fault, scenario: Name): Job => {
  const dice = createDice(seededRandom(1, `${name} ${scenario}`));
  const nodes = Object.keys(names(scenarioOf(scenario).fiduciaries));
  return { seed: 1, plan: planOf(scenario, draw(dice, nodes)) };
};

const jobs = new Map(
  FAULTS.map((fault) => [fault.name, SCENARIOS.map((scenario) => jobOf(fault, scenario))]),
);

describe('orders among several fiduciaries under faults', () => {
  let summary: Summary;
  // All in one go: nodes are made once for each thread.
  before(async () => {
    summary = await manyRuns([...jobs.values()].flat());
  });

  for (const [name, own] of jobs)
    test(name, () => {
      assert.deepEqual(
        summary.failed.filter(({ job }) => own.includes(job)).map(({ violation }) => violation),
        [],
      );
    });

  test('what was ordered is redeemed, but where the order ends without a wallet', () => {
    const { runs, orders, redeemed } = summary;
    assert.equal(runs, FAULTS.length * SCENARIOS.length);
    assert.ok(redeemed >= orders - FAULTS.length * WITHOUT_WALLET.size, `${redeemed} of ${orders}`);
  });
});
