import { Flags } from '@oclif/core';
import { access, constants, copyFile, link, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KeyAnswer } from '../../../src/api/schemas.ts';
import { ConfigError, reason } from '../../../src/errors.ts';
import { orderArgument, yesFlag } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';

export default class KeyExport extends NodeCommand {
  static override summary = 'the wallet key of a redeemed order, for its beneficiary';
  static override description =
    'The node writes the key to a file that only you can read. It stays there, goes to --out, or is shown once with --terminal.';
  static override args = { order: orderArgument };
  static override flags = {
    out: Flags.string({
      helpValue: 'FILE',
      exclusive: ['terminal'],
      summary: 'move the file there; never overwrites',
    }),
    terminal: Flags.boolean({ summary: 'show the key on this terminal and delete the file' }),
    yes: yesFlag,
  };

  override async run(): Promise<KeyAnswer | Omit<KeyAnswer, 'path'>> {
    const { args, flags } = await this.parse(KeyExport);
    if (flags.terminal && (this.jsonEnabled() || process.stdout.isTTY !== true))
      this.misused('--terminal shows a secret to a person: it needs a terminal, and no --json');
    const wanted = flags.out === undefined ? undefined : resolve(flags.out);
    // Before the key leaves the keystore.
    if (wanted !== undefined && (await exists(wanted)))
      throw new ConfigError('config/exists', `${wanted} exists already`);
    const { client } = await this.connect(flags);
    const reference = await orderNamed(client, args.order);
    await this.confirm(
      'The key leaves the protection of this node: whoever reads the file owns the funds. Export it?',
      flags,
    );
    const { path, format, address } = await client.exportKey(reference);
    if (flags.terminal) {
      await showOnce(path);
      return { format, address };
    }
    const out = wanted === undefined ? path : await moveTo(path, wanted);
    this.print(`the key of ${address} (${format}) is in ${out}`);
    if (wanted === undefined) this.print('move it to where it is safe, and delete it here');
    return { path: out, format, address };
  }
}

/** Past `print`: the secret goes to the terminal as bytes and is wiped. */
const showOnce = async (path: string): Promise<void> => {
  const key = await readFile(path);
  try {
    process.stdout.write('\n');
    await new Promise<void>((written) => process.stdout.write(key, () => written()));
    process.stdout.write('\n\n');
  } finally {
    key.fill(0);
    await rm(path);
  }
};

/** A new name for the same file where that is possible, so that no second copy comes to be. */
const moveTo = async (path: string, out: string): Promise<string> => {
  try {
    await link(path, out).catch(async (thrown: unknown) => {
      if (codeOf(thrown) !== 'EXDEV') throw thrown;
      await copyFile(path, out, constants.COPYFILE_EXCL);
    });
  } catch (thrown) {
    const isThere = codeOf(thrown) === 'EEXIST';
    throw new ConfigError(
      isThere ? 'config/exists' : 'config/permissions',
      `the key stays in ${path}: ${isThere ? `${out} exists already` : reason(thrown)}`,
    );
  }
  await rm(path);
  return out;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
