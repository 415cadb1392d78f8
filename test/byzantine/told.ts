import assert from 'node:assert/strict';
import type { NodeId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { castFor, CALM, type Plan } from '../simulation/plan.ts';
import { memberOf, type Cast } from '../simulation/cast.ts';
import { scenarioOf, type Wish } from '../simulation/scenarios.ts';
import { simulate, type Course } from '../simulation/simulate.ts';
import type { Lie } from './liar.ts';

/**
 * One order between production nodes of which some are liars, in virtual time: from the wish to the key, or to whatever
 * end. The guarantees are judged after each step for everybody who is honest (docs/simulation.md).
 */
export interface Told extends Course {
  id(name: string): NodeId;
  name(node: NodeId): string;
  honest: readonly string[];
  /** As `order show` has it. */
  view(name: string): OrderView;
  trace: readonly string[];
}

/** Forming gets so long, ms, longer than a dispute lasts: what nobody can prove ends then. */
const EXPIRES = 200_000;
/** Nothing changes after so long, ms: who still waits will wait for ever. */
const PATIENCE = 400_000;

export const orderWith = async (
  lies: Readonly<Record<string, Lie>> | ((cast: Cast) => Readonly<Record<string, Lie>>),
  options: { scenario?: string; wish?: Partial<Wish>; seed?: number } = {},
): Promise<Told> => {
  const { scenario = '2 of 3', wish, seed = 1 } = options;
  const drawn = scenarioOf(scenario);
  const orders = drawn.orders.map((order) => ({ ...order, expiresIn: EXPIRES, ...wish }));
  const plan: Plan = { ...CALM, ...drawn, orders };
  const cast = await castFor(plan);
  const told = typeof lies === 'function' ? lies(cast) : lies;
  const run = {
    seed,
    plan,
    cast,
    patience: PATIENCE,
    lies: new Map(Object.entries(told)),
    keepTrace: true,
  };
  const { violation, orders: courses, trace } = await simulate(run);
  assert.equal(violation, null, `${violation?.text}\n${trace.join('\n')}`);
  const course = courses.at(-1);
  assert.ok(course);
  return {
    ...course,
    trace,
    id: (name) => memberOf(cast, name).id,
    name: (node) => cast.members.find(({ id }) => id === node)?.name ?? node,
    honest: cast.members.map(({ name }) => name).filter((name) => !(name in told)),
    view: (name) => {
      const view = course.views.get(name);
      assert.ok(view, `${name} knows of no order`);
      return view;
    },
  };
};

/** Every honest party names this one and nobody else, there is no wallet, and no share has left. */
export const assertBlamed = (told: Told, culprit: string, ...codes: string[]): void => {
  for (const name of told.honest) {
    const { address, ended } = told.view(name);
    assertNames(told, name, culprit, codes);
    assert.equal(address, null);
    assert.ok(ended, `${name} goes on`);
  }
  assert.deepEqual(told.releases, []);
};

/** This party has proof against the culprit, of these faults and no others, and against nobody else. */
export const assertNames = (
  told: Told,
  name: string,
  culprit: string,
  codes: readonly string[],
): void => {
  const verdicts = told.view(name).blames.filter(({ upheld }) => upheld);
  const said = verdicts.map(({ node, code }) => `${told.name(node)} ${code}`);
  const shown = `${name} names ${said.join(', ') || 'nobody'}\n${told.trace.join('\n')}`;
  assert.ok(verdicts.length > 0, shown);
  for (const { node, code } of verdicts) {
    assert.equal(node, told.id(culprit), shown);
    assert.ok(codes.includes(code), shown);
  }
};

/** Nobody can prove anything: everybody honest waits for the liar until the order expires, and blames nobody. */
export const assertWaited = (told: Told): void => {
  for (const name of told.honest) {
    const view = told.view(name);
    assert.deepEqual(view.blames, [], `${name}\n${told.trace.join('\n')}`);
    assert.equal(view.address, null);
    assert.equal(view.ended?.code, 'refusal/too-late', name);
  }
  assert.deepEqual(told.releases, []);
};

/** Whatever the liar did, all have one wallet, its key is where it belongs, and everybody honest names the culprit. */
export const assertRight = (told: Told, culprit: string, ...codes: string[]): void => {
  const addresses = told.honest.map((name) => told.view(name).address);
  assert.ok(told.redeemed, told.trace.join('\n'));
  assert.ok(told.address);
  assert.deepEqual(new Set(addresses), new Set([told.address]));
  for (const name of told.honest) assertNames(told, name, culprit, codes);
  assertReleasedTo(told, 'beth');
};

/** Every share that left an honest fiduciary went to this one. */
export const assertReleasedTo = (told: Told, recipient: string): void => {
  const honest = told.releases.filter(({ by }) => told.honest.includes(told.name(by)));
  assert.ok(honest.length > 0);
  for (const { to } of honest) assert.equal(to, told.id(recipient));
};
