import assert from 'node:assert/strict';
import { KeystoreError, type KeystoreCode } from '../../src/errors.ts';

/** Asserts that a promise rejects with a KeystoreError of this code; gives it back. */
export const rejectsWith = async (
  code: KeystoreCode,
  promise: Promise<unknown>,
): Promise<KeystoreError> => {
  const outcome = await promise.then(
    () => assert.fail(`expected ${code}, but it was done`),
    (thrown: unknown) => thrown,
  );
  if (!(outcome instanceof KeystoreError)) throw outcome;
  assert.equal(outcome.code, code);
  return outcome;
};
