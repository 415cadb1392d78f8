import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActor, type AnyStateNode, type AnyTransitionDefinition } from 'xstate';
import { MACHINES, stateOf, type OrderMachine } from '../../machines/registry.ts';
import { begin, run } from './play.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/** Every state is entered and every transition is taken by some scenario; otherwise it is not known what it does. */

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];

const nameOf = ({ source, eventType, guard, target }: AnyTransitionDefinition): string => {
  const condition =
    typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type;
  const to = target?.map(({ key }) => key).join() ?? 'stays';
  return `${source.id}: ${eventType || 'always'} [${condition ?? ''}] -> ${to}`;
};

/** The same facts in a running actor, which tells the transitions that it takes. */
const takenIn = (
  machine: OrderMachine,
  { play, given, when }: Scenario,
): AnyTransitionDefinition[] => {
  const taken: AnyTransitionDefinition[] = [];
  const actor = createActor(machine.logic, {
    input: { self: play.self },
    inspect: (inspected) => {
      if (inspected.type === '@xstate.microstep') taken.push(...inspected._transitions);
    },
  });
  actor.start();
  for (const event of run(play, [...given, when]).events) actor.send(event);
  return taken;
};

for (const machine of MACHINES) {
  const scenarios = SCENARIOS[machine.role];
  const nodes = nodesOf(machine.logic.root);

  test(`${machine.name}: every transition is taken`, () => {
    const taken = new Set(scenarios.flatMap((scenario) => takenIn(machine, scenario)));
    const missing = nodes.flatMap(transitionsOf).filter((one) => !taken.has(one));
    assert.deepEqual(missing.map(nameOf), []);
  });

  test(`${machine.name}: every state is entered`, () => {
    const entered = new Set<string>();
    for (const { play, given, when } of scenarios) {
      entered.add(stateOf(begin(play)));
      for (const { play: one, facts } of [{ play, facts: [...given, when] }]) {
        const { events } = run(one, facts);
        const actor = createActor(machine.logic, { input: { self: one.self } });
        actor.subscribe((snapshot) => entered.add(stateOf(snapshot)));
        actor.start();
        for (const event of events) actor.send(event);
      }
    }
    const leaves = nodes.filter(({ type }) => type === 'atomic' || type === 'final');
    assert.deepEqual(
      leaves.map(({ key }) => key).filter((key) => !entered.has(key)),
      [],
    );
  });
}
