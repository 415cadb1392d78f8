import assert from 'node:assert/strict';

/** A machine that is busy with other tests needs its time, ms. */
const PATIENCE = 90_000;

/** Looks until it is so, or fails. */
export const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    if (await holds()) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`never: ${what}`);
};
