import assert from 'node:assert/strict';
import { LogError, type LogCode } from '../../src/errors.ts';

/** Asserts that a promise rejects with a LogError of this code; gives it back. */
export const rejectsWith = async (code: LogCode, promise: Promise<unknown>): Promise<LogError> => {
  const outcome = await promise.then(
    () => assert.fail(`expected ${code}, but it was done`),
    (thrown: unknown) => thrown,
  );
  if (!(outcome instanceof LogError)) throw outcome;
  assert.equal(outcome.code, code, outcome.message);
  return outcome;
};
