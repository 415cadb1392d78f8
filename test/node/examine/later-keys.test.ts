import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRegistry } from '../../../src/identity/registry.ts';
import { isLater } from '../../../src/node/examine/redemption.ts';
import { person, rotated, verifyOnce, type Person } from '../../identity/people.ts';

/** A redemption may name later keys of the beneficiary than the terms do, and no others. */
const beth = person('beth');
const next = rotated(beth, 'beth 1');
const last = rotated(next, 'beth 2');
const other = rotated(beth, 'beth 1 again');
const paula = person('paula');

const at = ({ state }: Person) => ({ id: state.id, key: state.keyId });

const knowing = (...people: readonly Person[]) => {
  const registry = createRegistry({ verify: verifyOnce });
  for (const { blocks } of people) for (const { bytes } of blocks) registry.merge(bytes);
  return {
    follows: (state: string, later: string) => registry.between(state, later) !== null,
    standing: (node: string) => ({
      current: registry.resolve(node),
      roles: [],
      blamed: false,
      forked: registry.duplicity(node).length > 0,
    }),
  };
};

describe('keys that a redemption names', () => {
  const honest = knowing(last, paula);

  it('are later when they build on those of the terms, over however many rotations', () => {
    for (const newer of [next, last]) assert.ok(isLater(at(beth), at(newer), honest));
  });

  it('are not later when they are the same, or older', () => {
    assert.ok(!isLater(at(beth), at(beth), honest));
    assert.ok(!isLater(at(next), at(beth), honest));
  });

  it('are not later when they are those of somebody else, or nobody is named', () => {
    assert.ok(!isLater(at(beth), at(paula), honest));
    assert.ok(!isLater(at(beth), { id: beth.state.id, key: paula.state.keyId }, honest));
    assert.ok(!isLater(null, at(next), honest));
  });

  it('attack/I2: are not later when the identity has two histories', () => {
    const forked = knowing(next, other, paula);
    for (const newer of [next, other]) assert.ok(!isLater(at(beth), at(newer), forked));
  });
});
