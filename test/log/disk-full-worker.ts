import { execFileSync } from 'node:child_process';
import { LogError } from '../../src/errors.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { openLog, stream, takesIn, turn, ALICE } from './log-world.ts';

/**
 * Appends until its files may grow no further, looks around, lets them grow again, and goes on: a full disk, without
 * the rights that it takes to make one. Prints what it saw.
 */
const [directory = ''] = process.argv.slice(2);

/** Part of util-linux. */
const PRLIMIT = 'prlimit';

/** Soft limit of the size of any file that this process writes. */
const limitFiles = (bytes: string): void => {
  execFileSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
};

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof LogError ? thrown.code : String(thrown)),
  );

const log = await openLog({ openStore: levelStore({ directory }), clock: systemClock });
limitFiles('200000');
const text = 'x'.repeat(4_000);
let acknowledged = 0;
let failure = '';
while (failure === '' && acknowledged < 1_000) {
  const received = [takesIn(ALICE, acknowledged + 1, text)];
  const code = await codeOf(log.append(turn('o', 'one more', { received })));
  if (code === 'done') acknowledged += 1;
  else failure = code;
}
const meanwhile = [
  await codeOf(log.append(turn('o', 'too early'))),
  await codeOf(log.read(stream('o'))),
];
limitFiles('unlimited');
await log.whenOpen();
const records = (await log.read(stream('o'))).length;
const after = await codeOf(log.append(turn('o', 'after')));
const verified = (await log.verify()).records;
await log.close();
process.stdout.write(
  JSON.stringify({ failure, meanwhile, acknowledged, records, after, verified }),
);
