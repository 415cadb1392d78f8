import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyStateNode } from 'xstate';
import {
  machineNamed,
  machineOf,
  MACHINES,
  start,
  stateOf,
  step,
} from '../../machines/registry.ts';
import { ROLES } from '../../src/domain/ids.ts';
import { LogError } from '../../src/errors.ts';
import { factsOf, passed, termsOf } from './world.ts';

test('every role has a machine, named by role and version', () => {
  for (const role of ROLES) {
    const machine = machineOf(role);
    assert.equal(machine.name, `${role}@${machine.version}`);
    assert.equal(machineNamed(machine.name), machine);
    assert.equal(machineOf(role, machine.version), machine);
  }
  assert.equal(new Set(MACHINES.map(({ name }) => name)).size, MACHINES.length);
});

test('a machine that this release does not have is an error, not a guess', () => {
  const unknown = (thrown: unknown) => thrown instanceof LogError && thrown.code === 'log/version';
  assert.throws(() => machineOf('principal', 99), unknown);
  assert.throws(() => machineNamed('principal@99'), unknown);
  assert.throws(() => machineNamed('constructor'), unknown);
});

test('a step changes no snapshot, and a fact of no use gives the same one back', () => {
  const terms = termsOf();
  const f = factsOf(terms);
  const machine = machineOf('fiduciary');
  const before = start(machine, { self: 'F1' });
  const copy = structuredClone({ value: before.value, context: before.context });
  const after = step(machine, before, f.proposed());
  assert.equal(stateOf(after.snapshot), 'contributing');
  assert.deepEqual({ value: before.value, context: before.context }, copy);
  const useless = step(machine, before, passed('F1', 'expiry', 1));
  assert.deepEqual(useless, { snapshot: before, effects: [], accepted: false });
});

test('no machine has a timer, an actor, or an action without a name', () => {
  const visit = (node: AnyStateNode): void => {
    assert.deepEqual(node.after, [], node.id);
    assert.deepEqual(node.invoke, [], node.id);
    const transitions = [...node.transitions.values()].flat().concat(node.always ?? []);
    const actions = [
      ...node.entry,
      ...node.exit,
      ...transitions.flatMap(({ actions: all }) => all),
    ];
    for (const action of actions)
      assert.notEqual(typeof action, 'function', `${node.id} has an action without a name`);
    for (const { guard } of transitions) assert.notEqual(typeof guard, 'function', node.id);
    Object.values(node.states).forEach(visit);
  };
  for (const { logic } of MACHINES) visit(logic.root);
});
