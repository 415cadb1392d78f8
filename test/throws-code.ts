import assert from 'node:assert/strict';
import { MilagroError } from '../src/errors.ts';

/** `act` throws a MilagroError with exactly this code, which is returned. */
export const throwsCode = (code: string, act: () => unknown): MilagroError => {
  try {
    act();
  } catch (thrown) {
    assert.ok(thrown instanceof MilagroError, `not a typed error: ${String(thrown)}`);
    assert.equal(thrown.code, code, thrown.message);
    return thrown;
  }
  return assert.fail(`nothing thrown, expected ${code}`);
};
