import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A directory of its own for one test, removed afterwards. */
export const temporaryDirectory = async (test: TestContext): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'milagro-log-'));
  test.after(() => rm(path, { recursive: true, force: true }));
  return path;
};
