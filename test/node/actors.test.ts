import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActors } from '../../src/node/actors.ts';
import type { ActorDeps } from '../../src/node/role-actor.ts';
import { cid, ME, openLog } from '../log/log-world.ts';

const ORDERS = 2_000;
const MOST = 512;
const order = (number: number): string => cid(`order ${number}`);

/** Roles that only read need no more of a node than its log. */
const actorsOver = async (): Promise<ReturnType<typeof createActors>> => {
  const log = await openLog();
  const deps: Partial<ActorDeps> = { self: ME, log };
  return createActors(deps as ActorDeps);
};

test('fault/F20 roles that rest are not kept, however many orders there are', async () => {
  const actors = await actorsOver();
  const seen = [];
  for (let number = 0; number < ORDERS; number++) {
    const actor = actors.of(order(number), 'principal');
    await actor.view();
    seen.push(actor);
  }
  let kept = 0;
  for (const [number, actor] of [...seen.entries()].toReversed()) {
    if (actors.of(order(number), 'principal') !== actor) break;
    kept += 1;
  }
  assert.ok(kept > 0 && kept <= MOST, `${kept} of ${ORDERS} are kept`);
});

test('fault/F20 a role at work is kept: there are never two of it', async () => {
  const actors = await actorsOver();
  const busy = actors.of(order(0), 'principal');
  const looking = busy.view();
  for (let number = 1; number < ORDERS; number++) actors.of(order(number), 'principal');
  assert.equal(actors.of(order(0), 'principal'), busy);
  await looking;
});
