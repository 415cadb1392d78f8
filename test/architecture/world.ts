import { lineAt, visit, type SourceFile, type Syntax } from './source-tree.ts';

/**
 * What production code may touch of the world, and in which files. Everywhere else it is handed in.
 * A file is named when it uses the thing; a test fails when it no longer does.
 */
export interface Reach {
  name: string;
  /** Global names, alone (`fetch`), with a member (`Date.now`), or made of nothing (`new Date()`). */
  globals?: readonly string[];
  /** Modules, whole (`node:fs`), or one name of them (`node:crypto#randomBytes`). Packages take their scope along. */
  modules?: readonly string[];
  files: readonly string[];
}

export const REACHES: readonly Reach[] = [
  {
    name: 'the clock',
    globals: [
      'Date.now',
      'new Date()',
      'performance',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'AbortSignal.timeout',
    ],
    modules: ['node:timers', 'node:timers/promises', 'node:perf_hooks'],
    files: ['src/ports/clock.ts', 'src/api/client.ts'],
  },
  {
    name: 'randomness',
    globals: ['Math.random', 'crypto'],
    modules: [
      'node:crypto#randomBytes',
      'node:crypto#randomFill',
      'node:crypto#randomFillSync',
      'node:crypto#randomInt',
      'node:crypto#randomUUID',
      'node:crypto#generateKey',
      'node:crypto#generateKeySync',
      'node:crypto#generateKeyPair',
      'node:crypto#generateKeyPairSync',
      'node:crypto#encapsulate',
      'node:crypto#webcrypto',
      'node:crypto#getRandomValues',
      '@noble/hashes#randomBytes',
    ],
    // OpenSSL draws the ephemeral keys of an encapsulation itself.
    files: ['src/ports/random.ts', 'src/crypto/kem.ts'],
  },
  {
    name: 'the file system',
    modules: ['node:fs', 'node:fs/promises', 'level'],
    files: [
      'src/keystore/secret-file.ts',
      'src/log/level-store.ts',
      'src/log/witness-file.ts',
      'src/home.ts',
      'src/main.ts',
      'cli/commands/init.ts',
      'cli/commands/key/export.ts',
      'cli/inputs.ts',
    ],
  },
  {
    name: 'the network',
    globals: ['fetch', 'WebSocket', 'EventSource'],
    modules: [
      'node:net',
      'node:http',
      'node:https',
      'node:tls',
      'node:dgram',
      'node:dns',
      'fastify',
    ],
    files: ['src/api/server.ts', 'src/api/client.ts'],
  },
  { name: 'the environment', globals: ['process.env'], files: ['src/config.ts'] },
  {
    name: 'other threads and processes',
    modules: ['node:child_process', 'node:worker_threads'],
    files: ['src/ports/compute-worker.ts', 'src/ports/worker-compute.ts'],
  },
  { name: 'the console', globals: ['console'], files: [] },
];

/** Global names a machine must not use: its next state is a function of state and event alone. */
export const IMPURE: readonly string[] = [
  'Date',
  'Math.random',
  'crypto',
  'performance',
  'process',
  'globalThis',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Intl',
];

/** Global names used by a file: `name`, and `name.member` where a member is read. */
export const globalsOf = (file: SourceFile): { name: string; line: number }[] => {
  const found: { name: string; line: number }[] = [];
  visit(file.tree, (node, parent, place) => {
    if (node.type !== 'Identifier' || !isReference(parent, place)) return;
    const line = lineAt(file.text, node.start);
    const name = String(node['name']);
    found.push({ name, line });
    if (parent?.type === 'NewExpression' && (parent['arguments'] as Syntax[]).length === 0)
      found.push({ name: `new ${name}()`, line });
    if (parent?.type === 'MemberExpression' && place === 'object')
      found.push({ name: `${name}.${memberName(parent)}`, line });
  });
  return found;
};

/** A name that stands for a value of this scope: no key, no member, no name in a type. */
const isReference = (parent: Syntax | undefined, place: string): boolean => {
  if (!parent) return false;
  if (parent.type.startsWith('TS')) return place === 'expression';
  if (parent.type === 'MemberExpression') return place === 'object' || parent['computed'] === true;
  if (parent.type === 'Property' || parent.type.endsWith('Definition'))
    return place === 'value' || (place === 'key' && parent['computed'] === true);
  return !/^(Import|Export)/.test(parent.type);
};

const memberName = (member: Syntax): string => {
  const property = member['property'] as Syntax;
  return String(property['name'] ?? property['value']);
};

/** Where a file reaches for it. */
export const reachesFor = (file: SourceFile, { globals = [], modules = [] }: Reach): string[] => [
  ...globalsOf(file)
    .filter(({ name }) => globals.includes(name))
    .map(({ name, line }) => `${file.path}:${line} uses ${name}`),
  ...file.imports
    .filter(
      ({ target, values, loads }) =>
        loads &&
        (modules.includes(target) || values.some((name) => modules.includes(`${target}#${name}`))),
    )
    .map(({ specifier }) => `${file.path} imports ${specifier}`),
];
