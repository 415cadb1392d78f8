import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALM, castFor, type Plan } from './plan.ts';
import { SCENARIOS } from './scenarios.ts';
import { describe, simulate } from './simulate.ts';

for (const scenario of SCENARIOS.filter(({ long }) => !long))
  test(`without a fault: ${scenario.name}`, async () => {
    const plan: Plan = { ...CALM, ...scenario };
    const outcome = await simulate({ seed: 1, plan, cast: await castFor(plan), keepTrace: true });
    assert.equal(outcome.violation, null, `${outcome.trace.join('\n')}`);
    for (const [index, { redeemed }] of outcome.orders.entries()) {
      const wish = scenario.orders[index];
      const isWanted = scenario.refuses === undefined && wish?.keeps === undefined;
      assert.equal(redeemed, isWanted, describe(1, plan, outcome));
    }
  });
