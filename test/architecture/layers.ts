/**
 * Who may import what. A layer imports itself and what stands here: directories (ending in a slash), single files,
 * packages and built-in modules. Everything else is refused, also as a type.
 */
export interface Layer {
  name: string;
  files: readonly string[];
  may: readonly string[];
}

const errors = 'src/errors.ts';
const domain = 'src/domain/';
const crypto = 'src/crypto/';
const ports = ['src/ports/clock.ts', 'src/ports/random.ts'];
/** What server and client of the API agree on. */
const apiContract = ['src/api/schemas.ts', 'src/api/event-stream.ts'];

/** A client of the API, with the files of its home. */
const cli = [
  domain,
  errors,
  'src/ports/clock.ts',
  'src/config.ts',
  'src/home.ts',
  'src/api/client.ts',
  'src/api/schemas.ts',
  '@oclif/core',
  '@inquirer/prompts',
  'node:path',
  'node:fs/promises',
];

export const LAYERS: readonly Layer[] = [
  { name: 'errors', files: [errors], may: [] },
  { name: 'version', files: ['src/version.ts'], may: [] },
  { name: 'domain', files: [domain], may: [errors, 'typebox', 'multiformats', '@ipld/dag-cbor'] },
  { name: 'ports', files: ports, may: [domain, errors, 'node:crypto'] },
  {
    name: 'crypto',
    files: [crypto],
    may: [domain, errors, 'src/ports/random.ts', 'node:crypto', '@noble/curves', '@chainsafe/blst'],
  },
  {
    name: 'compute',
    files: [
      'src/ports/compute.ts',
      'src/ports/compute-message.ts',
      'src/ports/compute-worker.ts',
      'src/ports/worker-compute.ts',
    ],
    may: [domain, crypto, ...ports, errors, 'node:worker_threads'],
  },
  {
    name: 'coins',
    files: ['src/coins/'],
    may: [domain, crypto, errors, '@noble/curves', '@noble/hashes', '@scure/btc-signer'],
  },
  {
    name: 'identity',
    files: ['src/identity/'],
    may: [domain, crypto, ...ports, errors, '@scure/base', '@scure/bip39'],
  },
  {
    name: 'envelope',
    files: ['src/envelope/'],
    may: [domain, crypto, ...ports, errors, 'src/identity/', 'node:crypto', 'typebox'],
  },
  {
    name: 'custody',
    files: ['src/custody/'],
    may: [
      domain,
      crypto,
      ...ports,
      'src/ports/compute.ts',
      errors,
      'src/coins/',
      'src/envelope/',
      'src/identity/',
    ],
  },
  { name: 'machines', files: ['machines/'], may: [domain, errors, 'xstate'] },
  {
    name: 'keystore',
    files: ['src/keystore/'],
    may: [
      domain,
      crypto,
      ...ports,
      errors,
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:util',
    ],
  },
  {
    name: 'log',
    files: ['src/log/'],
    may: [
      domain,
      crypto,
      ...ports,
      errors,
      'typebox',
      'level',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:util',
    ],
  },
  {
    name: 'transport',
    files: ['src/transport/'],
    may: [
      domain,
      crypto,
      ...ports,
      errors,
      'multiformats',
      'libp2p',
      '@libp2p/circuit-relay-v2',
      '@libp2p/crypto',
      '@libp2p/gossipsub',
      '@libp2p/identify',
      '@libp2p/interface',
      '@libp2p/kad-dht',
      '@libp2p/mdns',
      '@libp2p/peer-id',
      '@libp2p/ping',
      '@libp2p/tcp',
      '@libp2p/yamux',
      '@chainsafe/libp2p-noise',
      '@multiformats/multiaddr',
    ],
  },
  {
    name: 'docstore',
    files: ['src/docstore/'],
    may: [
      domain,
      crypto,
      ...ports,
      errors,
      // The interface of an ordered store, which says nothing of logs.
      'src/log/store.ts',
      'multiformats',
      '@helia/bitswap',
      '@libp2p/interface',
    ],
  },
  {
    name: 'node',
    files: ['src/node/'],
    may: [
      domain,
      crypto,
      ...ports,
      errors,
      'machines/',
      'src/coins/',
      'src/identity/',
      'src/envelope/',
      'src/custody/',
      'src/ports/compute.ts',
      // Interfaces, and what stands on them alone: no adapter.
      'src/keystore/keystore.ts',
      'src/log/event-log.ts',
      'src/log/store.ts',
      'src/log/open-event-log.ts',
      'src/log/sealed-row.ts',
      'src/log/corruption.ts',
      'src/transport/transport.ts',
      'src/transport/topics.ts',
      'src/docstore/document-store.ts',
      'typebox',
      'node:crypto',
    ],
  },
  {
    // One libp2p under transport and documents.
    name: 'network stack',
    files: ['src/network-stack.ts'],
    may: [...ports, 'src/transport/', 'src/docstore/', 'src/log/store.ts', 'libp2p'],
  },
  { name: 'api contract', files: apiContract, may: [domain, errors, 'typebox'] },
  {
    name: 'api client',
    files: ['src/api/client.ts'],
    may: [domain, errors, ...apiContract, 'typebox'],
  },
  {
    name: 'api',
    files: ['src/api/'],
    may: [
      domain,
      errors,
      'src/ports/clock.ts',
      'src/node/service.ts',
      'typebox',
      'fastify',
      '@fastify/swagger',
      '@fastify/type-provider-typebox',
      'node:crypto',
      'node:stream',
    ],
  },
  {
    name: 'home',
    files: ['src/home.ts'],
    may: [...ports, errors, 'src/keystore/secret-file.ts', 'node:fs/promises', 'node:path'],
  },
  {
    name: 'config',
    files: ['src/config.ts'],
    may: [domain, errors, 'src/home.ts', 'typebox', 'yaml', 'node:os', 'node:path'],
  },
  { name: 'main', files: ['src/main.ts'], may: ['src/', 'node:fs/promises', 'node:path', 'pino'] },
  { name: 'cli', files: ['cli/'], may: cli },
  {
    // Keeps compiled code from one run to the next.
    name: 'cli entry',
    files: ['cli/main.js'],
    may: ['@oclif/core', 'node:module', 'node:url'],
  },
  {
    // What there is no running node to ask for.
    name: 'cli without a node',
    files: [
      'cli/commands/init.ts',
      'cli/commands/daemon.ts',
      'cli/commands/log/verify.ts',
      'cli/commands/id/verify.ts',
      'cli/commands/certificate/verify.ts',
    ],
    may: [
      'cli/',
      ...cli,
      'src/main.ts',
      'src/custody/certificate-file.ts',
      'src/identity/export-file.ts',
      'src/identity/fingerprint.ts',
      'node:os',
    ],
  },
];

/** The layer of a file: the longest match decides. */
export const layerOf = (path: string): Layer | undefined =>
  LAYERS.flatMap((layer) => layer.files.map((prefix) => ({ layer, prefix })))
    .filter(({ prefix }) => covers(prefix, path))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.layer;

export const allows = (layer: Layer, target: string): boolean =>
  [...layer.files, ...layer.may].some((entry) => covers(entry, target));

const covers = (entry: string, path: string): boolean =>
  entry.endsWith('/') ? path.startsWith(entry) : path === entry;
