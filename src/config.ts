import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseDocument, stringify } from 'yaml';
import { CID_PATTERN } from './domain/ids.ts';
import { closed, text } from './domain/schema.ts';
import { ConfigError, reason } from './errors.ts';
import { pathsOf, readOwnFile, writeOwnFile } from './home.ts';

/**
 * The settings of a node: `config.yaml` in its home, mode 0600, checked by one schema that also holds the defaults.
 * A key that nobody knows is refused: a misspelt limit must not silently be no limit.
 */

const MAX_CONFIG_BYTES = 65_536;

const multiaddr = (pattern: RegExp, example: string) =>
  Type.Refine(
    Type.String({ maxLength: 300 }),
    (address) => pattern.test(address),
    () => `must be a multiaddr like ${example}`,
  );
const listenAddress = multiaddr(
  /^\/(ip4|ip6)\/[0-9A-Fa-f.:]{2,45}\/tcp\/\d{1,5}$/,
  '/ip4/127.0.0.1/tcp/4510',
);
/** Straight, or by way of a relay. */
const announceAddress = multiaddr(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[0-9A-Za-z.:-]{1,253}\/tcp\/\d{1,5}(\/p2p\/[1-9A-HJ-NP-Za-km-z]{46,62}\/p2p-circuit)?$/,
  '/dns4/node.example.org/tcp/4510',
);
const bootstrapAddress = multiaddr(
  /^\/(ip4|ip6|dns|dns4|dns6)\/[0-9A-Za-z.:-]{1,253}\/tcp\/\d{1,5}\/p2p\/[1-9A-HJ-NP-Za-km-z]{46,62}$/,
  '/ip4/192.0.2.7/tcp/4510/p2p/12D3KooW…',
);
const path = Type.Refine(
  Type.String({ maxLength: 1_024 }),
  (value) => value.startsWith('/'),
  () => 'must be an absolute path',
);
const whole = (minimum: number, maximum: number, fallback: number) =>
  Type.Integer({ minimum, maximum, default: fallback });
/** A whole section may be left out: its parts then have their own defaults. */
const section = { additionalProperties: false, default: {} } as const;

const ConfigSchema = closed({
  /** Nodes of different networks never hear each other. */
  network: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
  /** What this node calls itself; identifies nobody. */
  name: text(64),
  /** What this node does; to what end others may use it is `policy`. */
  roles: Type.Array(Type.Enum(['principal', 'fiduciary', 'beneficiary']), {
    minItems: 1,
    maxItems: 3,
    uniqueItems: true,
  }),
  /** Where it listens for other nodes. */
  listen: Type.Array(listenAddress, { maxItems: 16, default: ['/ip4/127.0.0.1/tcp/4510'] }),
  /** Where others are told to dial, if that is not where it listens. */
  announce: Type.Array(announceAddress, { maxItems: 16, default: [] }),
  /** Nodes to dial at start; peers that were added are dialled anyway. */
  bootstrap: Type.Array(bootstrapAddress, { maxItems: 64, default: [] }),
  /** Ways to nodes whose address is not known, or does not lead to them. Nodes of this network only. */
  discovery: Type.Object(
    {
      /**
       * Whether connections may lead through other nodes. client: to others, and to this node through `relays`;
       * server: this node also forwards between others, who stay encrypted to each other.
       */
      relay: Type.Enum(['off', 'client', 'server'], { default: 'off' }),
      /** Nodes with `relay: server`. A node behind a NAT, that listens nowhere, announces these addresses + /p2p-circuit. */
      relays: Type.Array(bootstrapAddress, { maxItems: 4, default: [] }),
      /** Find who has an identity among nodes that this one is not connected to. */
      dht: Type.Boolean({ default: false }),
      /** Find nodes in the local network, and be found there. */
      mdns: Type.Boolean({ default: false }),
    },
    section,
  ),
  api: Type.Object(
    {
      /** The API speaks plain HTTP with one token: loopback only, no other value is accepted. */
      host: Type.Enum(['127.0.0.1', '::1'], { default: '127.0.0.1' }),
      port: whole(1, 65_535, 5_556),
      /** How long an answer may wait for an order to be ready, where the client names no time. Seconds. */
      waitSeconds: whole(0, 120, 20),
      /** Requests a second, on average; four times as many at once. */
      requestsPerSecond: whole(1, 100_000, 100),
    },
    section,
  ),
  keystore: Type.Object(
    {
      kind: Type.Enum(['file'], { default: 'file' }),
      unlock: Type.Enum(['passphrase', 'keyfile'], { default: 'passphrase' }),
      /** With unlock: keyfile. It opens a copy of the keystore: keep it on another medium. */
      keyFile: Type.Optional(path),
    },
    section,
  ),
  /** What an order gets that its client leaves open. */
  orders: Type.Object(
    {
      coin: Type.String({ pattern: '^[a-z0-9:-]{1,32}$', default: 'bitcoin' }),
      /** Until every party must have certified it. Seconds. */
      expiresInSeconds: whole(60, 31_536_000, 86_400),
    },
    section,
  ),
  /** Which orders of others this node takes part in. */
  policy: Type.Object(
    {
      /** Principals served: every peer pinned as principal, or only these of them. */
      principals: Type.Union(
        [
          Type.Literal('pinned'),
          Type.Array(Type.String({ pattern: CID_PATTERN }), { maxItems: 1_024 }),
        ],
        { default: 'pinned' },
      ),
      /** Absent: every coin that this version knows. */
      coins: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9:-]{1,32}$' }))),
      /** At once, per principal. A wallet that is guarded counts until its key is handed over. */
      maxOpenOrders: whole(1, 1_000_000, 1_000),
      /** Agreed to within a minute, per principal. */
      maxOrdersPerMinute: whole(1, 100_000, 60),
      fiduciaries: Type.Object({ min: whole(1, 32, 1), max: whole(1, 32, 32) }, section),
      /** Least threshold accepted where there are several fiduciaries. */
      minThreshold: whole(2, 32, 2),
      /** What a fiduciary does with its share once the beneficiary has the key. */
      afterReceipt: Type.Enum(['keep', 'destroy'], { default: 'keep' }),
    },
    section,
  ),
  log: Type.Object(
    {
      level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        default: 'info',
      }),
    },
    section,
  ),
});

/** Where others find this node, as its identity says: what is announced, else where it listens or is relayed. */
export const addressesOf = ({ announce, listen, discovery }: Config): readonly string[] =>
  announce.length > 0
    ? announce
    : [...listen, ...discovery.relays.map((relay) => `${relay}/p2p-circuit`)];

/** Checked and complete. */
export type Config = Static<typeof ConfigSchema>;
/** What somebody wants to write down; everything else has its default. */
export type Settings = Pick<Config, 'network' | 'name' | 'roles'> & DeepPartial<Config>;

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/**
 * @throws ConfigError config/invalid, naming the setting that is wrong and what is expected there
 */
export const parseConfig = (settings: unknown): Config => {
  const config = Value.Default(ConfigSchema, structuredClone(settings));
  if (!Value.Check(ConfigSchema, config)) throw new ConfigError('config/invalid', fault(config));
  const broken = brokenRule(config);
  if (broken !== undefined) throw new ConfigError('config/invalid', broken);
  return config;
};

/** @throws ConfigError config/missing, config/invalid, config/permissions */
export const loadConfig = async (home: string): Promise<Config> => {
  const file = pathsOf(home).config;
  const content = await readOwnFile(file, { least: 0, most: MAX_CONFIG_BYTES });
  try {
    return parseConfig(readYaml(content.toString('utf8')));
  } catch (thrown) {
    throw new ConfigError('config/invalid', `${file}: ${reason(thrown).split('\n')[0]}`);
  }
};

/** Plain YAML 1.2: no tags, no aliases, no repeated keys. */
const readYaml = (yaml: string): unknown => {
  const document = parseDocument(yaml, { logLevel: 'silent' });
  const flaw = document.errors[0] ?? document.warnings[0];
  if (flaw !== undefined) throw flaw;
  return document.toJS({ maxAliasCount: 0 });
};

/**
 * Writes a new config.yaml, mode 0600, holding these settings and no defaults.
 * @throws ConfigError config/exists (left as it is), config/invalid, config/missing (no home), config/permissions
 */
export const writeConfig = async (home: string, settings: Settings): Promise<Config> => {
  const config = parseConfig(settings);
  await writeOwnFile(pathsOf(home).config, Buffer.from(HEADER + stringify(settings)));
  return config;
};

/** What the surroundings of the process say about the node; read here and nowhere else. */
export interface Environment {
  /** Absolute. MILAGRO_HOME, else ~/.milagro. */
  home: string;
  /** MILAGRO_PASSPHRASE_FILE: file of the passphrase, mode 0600 (a mounted credential). */
  passphraseFile: string | null;
}

export const environment = (env: NodeJS.ProcessEnv = process.env): Environment => ({
  home: resolve(env['MILAGRO_HOME'] || join(homedir(), '.milagro')),
  passphraseFile: env['MILAGRO_PASSPHRASE_FILE'] || null,
});

/**
 * MILAGRO_PASSPHRASE, removed from the environment so that no child inherits it; who may read /proc/PID/environ still
 * sees it, so nobody asks for it without the operator's explicit wish.
 * @returns secret, or null when it is not set; the caller wipes it
 */
export const takePassphrase = (env: NodeJS.ProcessEnv = process.env): Buffer | null => {
  const passphrase = env['MILAGRO_PASSPHRASE'];
  delete env['MILAGRO_PASSPHRASE'];
  return passphrase ? Buffer.from(passphrase) : null;
};

const HEADER = `# Settings of a Milagro node. What is not written here has its default; unknown keys are refused.
# Restart the node after a change.
`;

const brokenRule = ({ discovery, keystore, policy }: Config): string | undefined => {
  if (discovery.relay === 'off' && discovery.relays.length > 0)
    return 'discovery.relays is given with relay: client or relay: server, and only then';
  if ((keystore.unlock === 'keyfile') !== (keystore.keyFile !== undefined))
    return 'keystore.keyFile is given with unlock: keyfile, and only then';
  if (policy.fiduciaries.min > policy.fiduciaries.max)
    return 'policy.fiduciaries.min is more than policy.fiduciaries.max';
  return undefined;
};

/** The first thing that is wrong, in words. Unknown keys first: a misspelt one explains the missing one. */
const fault = (settings: unknown): string => {
  const errors = Value.Errors(ConfigSchema, settings);
  for (const error of errors)
    if (error.keyword === 'additionalProperties')
      return `unknown key ${error.params.additionalProperties.map((key) => named(error.instancePath, key)).join(', ')}`;
  const error = errors.find(({ keyword }) => keyword !== 'boolean');
  if (error === undefined) return 'wrong shape';
  if (error.keyword === 'required')
    return `${error.params.requiredProperties.map((key) => named(error.instancePath, key)).join(', ')} missing`;
  const allowed = error.keyword === 'enum' ? `: ${error.params.allowedValues.join(', ')}` : '';
  return `${named(error.instancePath) || 'the file'}: ${error.message}${allowed}`;
};

/** `/api/port` -> `api.port` */
const named = (instancePath: string, key?: string): string =>
  [...instancePath.split('/').slice(1), ...(key === undefined ? [] : [key])].join('.');
