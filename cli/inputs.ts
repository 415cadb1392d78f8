import { Args, Errors, Flags } from '@oclif/core';
import { open, writeFile } from 'node:fs/promises';
import { ConfigError, reason } from '../src/errors.ts';
import { EXIT } from './node-command.ts';

/** Arguments and flags that several commands take, checked where they come in. */

const wrong = (message: string) => new Errors.CLIError(message, { exit: EXIT.usage });

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `90s`, `15m`, `24h`, `7d`, in milliseconds. */
export const duration = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = UNITS.get(unit);
  if (count === undefined || factor === undefined)
    throw wrong(`${text} is no duration: 90s, 15m, 24h or 7d`);
  return Number(count) * factor;
};

/** `2027-01-31`, `2027-01-31T12:00Z`, or `+30d` from now; in milliseconds since the epoch. Without a zone it is UTC. */
export const momentOf = (text: string, now: number): number => {
  if (text.startsWith('+')) return now + duration(text.slice(1));
  const known = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const zoned = known?.[1] === undefined || known[3] !== undefined ? text : `${text}Z`;
  const time = known === null ? Number.NaN : Date.parse(zoned);
  if (Number.isNaN(time) || !isDay(text.slice(0, 10)))
    throw wrong(`${text} is no time: 2027-01-31, 2027-01-31T12:00Z or +30d`);
  return time;
};

/** Date.parse takes the 31st of February for the 3rd of March. */
const isDay = (day: string): boolean => new Date(day).toISOString().startsWith(day);

export const orderArgument = Args.string({
  required: true,
  description: 'order reference, or its last characters',
});
export const peerArgument = Args.string({ required: true, description: 'node id, or name' });

export const yesFlag = Flags.boolean({ char: 'y', summary: 'do not ask' });
export const waitFlag = Flags.integer({
  min: 0,
  max: 120,
  helpValue: 'SECONDS',
  summary: 'how long to wait for the other parties',
});
export const idempotencyFlag = Flags.string({
  helpValue: 'KEY',
  summary: 'repeating the command with the same key has no second effect',
});
export const passphraseFlags = {
  'passphrase-file': Flags.string({
    helpValue: 'FILE',
    summary: 'file of the passphrase, mode 0600 [default: $MILAGRO_PASSPHRASE_FILE]',
  }),
  'passphrase-env': Flags.boolean({
    summary: 'take the passphrase from $MILAGRO_PASSPHRASE, which other processes may see',
  }),
};

const MAX_FILE_BYTES = 1_048_576;

/**
 * A public text file; `-` is standard input.
 * @param most bytes
 * @throws ConfigError config/missing, config/invalid (too long)
 */
export const readPublicFile = async (path: string, most = MAX_FILE_BYTES): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = path === '-' ? process.stdin : (await open(path)).createReadStream();
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as Uint8Array);
      length += bytes.length;
      if (length > most) break;
      chunks.push(bytes);
    }
  } catch (thrown) {
    throw new ConfigError('config/missing', `cannot read ${path}: ${reason(thrown)}`);
  }
  if (length > most) throw new ConfigError('config/invalid', `${path} is over ${most} bytes`);
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Writes a public text file that is not there yet.
 * @throws ConfigError config/exists, config/permissions
 */
export const writeNewFile = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    throw new ConfigError(exists ? 'config/exists' : 'config/permissions', reason(thrown));
  }
};
