import { Flags } from '@oclif/core';
import { access } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Settings } from '../../src/config.ts';
import type { Role } from '../../src/domain/ids.ts';
import { ConfigError } from '../../src/errors.ts';
import { passphraseFlags, yesFlag } from '../inputs.ts';
import { NodeCommand } from '../node-command.ts';
import { newPassphrase } from '../passphrase.ts';
import { facts } from '../show/columns.ts';

const ROLES = ['principal', 'fiduciary', 'beneficiary'] as const satisfies Role[];
const NODE_PORT = 4_510;
const API_PORT = 5_556;

interface Choices {
  network?: string | undefined;
  name?: string | undefined;
  role?: (Role | 'multi')[] | undefined;
  listen?: string[] | undefined;
  port?: number | undefined;
  'api-port'?: number | undefined;
  unlock?: 'passphrase' | 'keyfile' | undefined;
  'key-file'?: string | undefined;
}

export default class Init extends NodeCommand {
  static override summary = 'make a new node: its keys, its settings, its API token';
  static override description =
    'Asks for what no flag says. Nothing that exists is ever overwritten: a second run is refused.';
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --yes --network main --role fiduciary --unlock keyfile --key-file /media/usb/node.key',
  ];
  static override flags = {
    network: Flags.string({ summary: 'nodes of one network find each other' }),
    name: Flags.string({ summary: 'what the node calls itself' }),
    role: Flags.option({
      options: [...ROLES, 'multi'] as const,
      multiple: true,
      summary: 'what it does; multi is all',
    })(),
    listen: Flags.string({
      multiple: true,
      helpValue: 'MULTIADDR',
      exclusive: ['port'],
      summary: 'where it listens for other nodes',
    }),
    port: Flags.integer({ min: 1, max: 65_535, summary: 'the same, as a TCP port on loopback' }),
    'api-port': Flags.integer({ min: 1, max: 65_535, summary: 'TCP port of the API, on loopback' }),
    unlock: Flags.option({
      options: ['passphrase', 'keyfile'] as const,
      summary: 'what opens the keystore',
    })(),
    'key-file': Flags.string({ helpValue: 'FILE', summary: 'where to make the key file' }),
    ...passphraseFlags,
    yes: Flags.boolean({ ...yesFlag, summary: 'do not ask: take the defaults' }),
  };

  override async run(): Promise<{ id: string; fingerprint: string; home: string }> {
    const { flags } = await this.parse(Init);
    const home = await this.homeOf(flags);
    await refuseSecond(home);
    if (!flags.yes && !this.interactive)
      this.misused('there is nobody to ask: say --yes, and the rest with flags');
    const choices: Choices = flags.yes ? flags : { ...flags, ...(await asked(flags, home)) };
    const settings = settingsOf(choices, home);
    const { environment, parseConfig } = await import('../../src/config.ts');
    // Before a passphrase is asked for, and before anything is made.
    parseConfig(settings);
    const passphrase =
      settings.keystore?.unlock === 'keyfile'
        ? null
        : await newPassphrase({
            file: flags['passphrase-file'] ?? environment().passphraseFile,
            environment: flags['passphrase-env'],
            interactive: this.interactive && !flags.yes,
          });
    const { initHome } = await import('../../src/main.ts');
    const made = await initHome({ home, settings, passphrase });
    this.print(
      [
        `a new node is in ${made.home}`,
        facts([
          ['id', made.id],
          ['fingerprint', made.fingerprint],
          ['key file', settings.keystore?.keyFile ?? null],
        ]),
        '',
        'back up that directory, and what opens its keystore, apart from each other',
        'next: milagro daemon; then milagro id export, for the operators of other nodes',
      ].join('\n'),
    );
    return made;
  }
}

/** @throws ConfigError config/exists */
const refuseSecond = async (home: string): Promise<void> => {
  const { pathsOf } = await import('../../src/home.ts');
  const { config } = pathsOf(home);
  const exists = await access(config).then(
    () => true,
    () => false,
  );
  if (exists)
    throw new ConfigError(
      'config/exists',
      `a node is in ${home} already, and nothing of it was touched; --home makes another`,
    );
};

/** What no flag says, from whoever sits there. */
const asked = async (flags: Choices, home: string): Promise<Choices> => {
  const { checkbox, input, number, select } = await import('@inquirer/prompts');
  const screen = { output: process.stderr };
  const portOf = async (message: string, otherwise: number): Promise<number> =>
    (await number({ message, default: otherwise, min: 1, max: 65_535, required: true }, screen)) ??
    otherwise;
  const network =
    flags.network ?? (await input({ message: 'network', default: 'milagro' }, screen));
  const name = flags.name ?? (await input({ message: 'name', default: ownName() }, screen));
  const role =
    flags.role ??
    (await checkbox<Role>(
      {
        message: 'roles',
        required: true,
        choices: [
          { value: 'principal', name: 'principal: orders wallets' },
          { value: 'fiduciary', name: 'fiduciary: guards shares of keys' },
          { value: 'beneficiary', name: 'beneficiary: receives keys' },
        ],
      },
      screen,
    ));
  const port =
    flags.listen === undefined
      ? (flags.port ?? (await portOf('port for other nodes', NODE_PORT)))
      : undefined;
  const apiPort = flags['api-port'] ?? (await portOf('port of the API', API_PORT));
  const unlock =
    flags.unlock ??
    (await select(
      {
        message: 'what opens the keystore',
        choices: [
          { value: 'passphrase' as const, name: 'a passphrase, asked for at each start' },
          { value: 'keyfile' as const, name: 'a key file, for starts without a human' },
        ],
      },
      screen,
    ));
  const keyFile =
    unlock === 'keyfile'
      ? (flags['key-file'] ??
        (await input({ message: 'key file to make', default: keyFileIn(home) }, screen)))
      : undefined;
  return { network, name, role, port, 'api-port': apiPort, unlock, 'key-file': keyFile };
};

/** The name of the host, as far as a node may be called so. */
const ownName = (): string =>
  hostname()
    .replaceAll(/[^\w.-]/g, '')
    .slice(0, 64) || 'node';

const keyFileIn = (home: string): string => join(home, 'unlock.key');

const settingsOf = (choices: Choices, home: string): Settings => {
  const roles = choices.role ?? ['multi'];
  const keyFile = choices['key-file'];
  const unlock = choices.unlock ?? (keyFile === undefined ? 'passphrase' : 'keyfile');
  return {
    network: choices.network ?? 'milagro',
    name: choices.name ?? ownName(),
    roles: ROLES.filter((role) => roles.includes(role) || roles.includes('multi')),
    listen: choices.listen ?? [`/ip4/127.0.0.1/tcp/${choices.port ?? NODE_PORT}`],
    api: { port: choices['api-port'] ?? API_PORT },
    keystore:
      unlock === 'passphrase'
        ? { unlock, ...(keyFile !== undefined && { keyFile }) }
        : { unlock, keyFile: resolve(keyFile ?? keyFileIn(home)) },
  };
};
