import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from './temporary-directory.ts';

interface Seen {
  failure: string;
  meanwhile: string[];
  acknowledged: number;
  records: number;
  after: string;
  verified: number;
}

/** Part of util-linux. */
const PRLIMIT = 'prlimit';
const hasPrlimit = spawnSync(PRLIMIT, ['--version']).status === 0;

it('fault/F8: LevelDB on a disk that is full, and then is not', async (test) => {
  assert.ok(hasPrlimit, 'needs prlimit: install the Debian package util-linux');
  const directory = await temporaryDirectory(test);
  const worker = join(import.meta.dirname, 'disk-full-worker.ts');
  // The signal that would end the process becomes an error of the write.
  const command = `trap '' XFSZ; exec '${process.execPath}' '${worker}' '${directory}'`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  const seen = JSON.parse(stdout) as Seen;
  assert.equal(seen.failure, 'log/write-failed');
  assert.deepEqual(seen.meanwhile, ['log/sealed', 'log/sealed']);
  assert.ok(seen.acknowledged > 10);
  // The outcome of the failed write is unknown; all before it is there.
  assert.ok(
    [seen.acknowledged, seen.acknowledged + 1].includes(seen.records),
    JSON.stringify(seen),
  );
  assert.equal(seen.after, 'done');
  assert.equal(seen.verified, seen.records + 1);
});
