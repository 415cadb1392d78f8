import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALM, castFor, type Plan } from './plan.ts';
import { scenarioOf } from './scenarios.ts';
import { describe, simulate } from './simulate.ts';

/** The largest order that is run from its wish to its key; that the key is the right one is judged at the end (G12). */
test('11 of 16: five fiduciaries die for good once the wallet is ready, and the others give the key', async () => {
  const dead = ['fred1', 'fred4', 'fred7', 'fred10', 'fred16'];
  const plan: Plan = { ...CALM, ...scenarioOf('11 of 16'), die: dead };
  const outcome = await simulate({ seed: 1, plan, cast: await castFor(plan) });
  assert.equal(outcome.violation, null, describe(1, plan, outcome));
  const [course] = outcome.orders;
  assert.equal(outcome.crashes, dead.length);
  assert.ok(course?.redeemed);
  assert.equal(course.releases.length, 11);
  const holders = [...course.views].filter(([, view]) => view.keyHeld);
  assert.deepEqual(
    holders.map(([name]) => name),
    ['beth'],
  );
});
