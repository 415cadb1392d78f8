import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { allows, layerOf, LAYERS } from './architecture/layers.ts';
import { secretsShown } from './architecture/shown-secrets.ts';
import {
  filesUnder,
  lineAt,
  parseSource,
  readSource,
  readText,
  visit,
} from './architecture/source-tree.ts';
import { globalsOf, IMPURE, REACHES, reachesFor } from './architecture/world.ts';

const PRODUCTION = ['src', 'machines', 'cli'];
/** A test file is a list of cases, read one at a time. */
const MOST_LINES = { code: 400, tests: 600 };
const MANY_LINES = 250;

const production = filesUnder(PRODUCTION, ['.ts', '.js']).map(readSource);
const everything = [...production, ...filesUnder(['test', 'scripts'], ['.ts']).map(readSource)];

const none = (found: readonly string[], rule: string): void => {
  assert.equal(found.length, 0, `${rule}\n${found.map((line) => `  ${line}`).join('\n')}`);
};

test('every file belongs to a layer, and imports only what its layer may', () => {
  const refused = production.flatMap((file) => {
    const layer = layerOf(file.path);
    if (!layer) return [`${file.path} belongs to no layer`];
    return file.imports
      .filter(({ target }) => !allows(layer, target))
      .map(({ target }) => `${file.path} (${layer.name}) imports ${target}`);
  });
  none(refused, 'test/architecture/layers.ts does not allow:');
});

test('a layer is allowed no package or built-in module that it does not use', () => {
  const unused = LAYERS.flatMap((layer) => {
    const used = new Set(
      production
        .filter(({ path }) => layerOf(path) === layer)
        .flatMap(({ imports }) => imports.map(({ target }) => target)),
    );
    return layer.may
      .filter((entry) => !entry.endsWith('/') && !entry.endsWith('.ts') && !used.has(entry))
      .map((entry) => `${layer.name}: ${entry}`);
  });
  none(unused, 'take these out of test/architecture/layers.ts:');
});

test('no file imports itself by way of others', () => {
  const importsOf = new Map(
    production.map(({ path, imports }) => [path, imports.map(({ target }) => target)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    else if (!done.has(path))
      for (const target of importsOf.get(path) ?? []) follow(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of production) follow(path, []);
  none(cycles, 'cycles:');
});

test('a relative import names its file with its ending', () => {
  none(
    everything.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.') && !specifier.endsWith('.ts'))
        .map(({ specifier }) => `${path}: ${specifier}`),
    ),
    'imports without .ts:',
  );
});

test('files are named for what they hold', () => {
  const paths = everything.map(({ path }) => path);
  none(
    paths.filter((path) => /^(index|utils?|helpers?|common|misc)\.ts$/.test(posix.basename(path))),
    'names that say nothing:',
  );
  none(
    paths.filter((path) => !/^[a-z0-9]+([.-][a-z0-9]+)*\.(ts|js)$/.test(posix.basename(path))),
    'names that are not in lower case with hyphens:',
  );
});

test('no file is too long to be read', (t) => {
  const isTest = (path: string): boolean => path.startsWith('test/');
  none(
    everything
      .filter(({ path, lines }) => lines > MOST_LINES[isTest(path) ? 'tests' : 'code'])
      .map(({ path, lines }) => `${lines} ${path}`),
    `longer than ${MOST_LINES.code} lines, or ${MOST_LINES.tests} of tests:`,
  );
  for (const { path, lines } of everything)
    if (lines > MANY_LINES && !isTest(path)) t.diagnostic(`${lines} lines: ${path}`);
});

test('machines are pure', () => {
  none(
    production
      .filter(({ path }) => path.startsWith('machines/'))
      .flatMap((file) =>
        globalsOf(file)
          .filter(({ name }) => IMPURE.includes(name))
          .map(({ name, line }) => `${file.path}:${line} uses ${name}`),
      ),
    'a machine decides from state and event alone:',
  );
});

for (const reach of REACHES)
  test(`only the named files touch ${reach.name}`, () => {
    const users = production.filter((file) => reachesFor(file, reach).length > 0);
    none(
      users
        .filter(({ path }) => !reach.files.includes(path))
        .flatMap((file) => reachesFor(file, reach)),
      'test/architecture/world.ts does not name:',
    );
    none(
      reach.files.filter((path) => !users.some((user) => user.path === path)),
      'test/architecture/world.ts names without need:',
    );
  });

test('nothing happens at import', () => {
  const declarations = /^(Import|Export|Function|Class|TS)/;
  const entries = ['cli/main.js', 'src/ports/compute-worker.ts'];
  none(
    production
      .filter(({ path }) => !entries.includes(path))
      .flatMap(({ path, text, tree }) =>
        (tree['body'] as { type: string; kind?: string; start: number }[])
          .filter(({ type, kind }) => kind !== 'const' && !declarations.test(type))
          .map(({ start }) => `${path}:${lineAt(text, start)}`),
      ),
    'statements that run, or variables that change, when the file is loaded:',
  );
});

test('nothing escapes the type checker', () => {
  const escapes: Record<string, string> = {
    TSAnyKeyword: 'any',
    TSNonNullExpression: '!',
    TSEnumDeclaration: 'enum',
    TSModuleDeclaration: 'namespace',
    Decorator: 'a decorator',
  };
  none(
    production.flatMap(({ path, text, tree }) => {
      const found: string[] = [];
      visit(tree, ({ type, start }) => {
        if (type in escapes) found.push(`${path}:${lineAt(text, start)} has ${escapes[type]}`);
      });
      return found;
    }),
    'any, non-null assertions and syntax that is not erased:',
  );
});

test('no secret is logged, noticed, printed, or told in an error', () => {
  none(production.flatMap(secretsShown), 'shown:');
});

test('no comment silences a tool or puts work off', () => {
  const silencing = /@ts-(ignore|expect-error|nocheck)|(oxlint|eslint)-disable|prettier-ignore/;
  const postponing = /\b(TODO|FIXME|XXX|HACK)\b/;
  none(
    everything.flatMap(({ path, text, comments }) =>
      comments
        .filter(({ value }) => silencing.test(value) || postponing.test(value))
        .map(({ start, value }) => `${path}:${lineAt(text, start)} ${value.trim().slice(0, 80)}`),
    ),
    'comments:',
  );
});

test('no test is left out', () => {
  const left = /^\s*(test|it|describe|suite)\.(skip|only|todo)\(|\b(skip|only|todo): true/gm;
  none(
    filesUnder(['test'], ['.test.ts', '.contract.ts']).flatMap((path) =>
      [...readText(path).matchAll(left)].map(([found]) => `${path}: ${found.trim()}`),
    ),
    'tests that do not run, or keep others from running:',
  );
});

/** The rules, held against code that breaks them: a rule that never bites protects nothing. */
test('the rules bite', () => {
  const code = (text: string) => parseSource('src/node/planted.ts', text);
  const reached = (name: string, text: string): number =>
    REACHES.filter((reach) => reach.name === name).flatMap((reach) => reachesFor(code(text), reach))
      .length;

  assert.equal(reached('the clock', 'const at = Date.now();'), 1);
  assert.equal(reached('the clock', 'const at = new Date();'), 1);
  assert.equal(reached('the clock', 'const text = new Date(at).toISOString();'), 0);
  assert.equal(reached('randomness', "import { randomBytes } from 'node:crypto';"), 1);
  assert.equal(reached('randomness', "import { createHmac } from 'node:crypto';"), 0);
  assert.equal(reached('randomness', 'const dice = Math.random();'), 1);
  assert.equal(reached('the file system', "const fs = await import('node:fs');"), 1);
  assert.equal(reached('the network', "import type { FastifyInstance } from 'fastify';"), 0);
  assert.equal(reached('the network', "import fastify from 'fastify';"), 1);
  assert.equal(reached('the environment', 'const { HOME } = process.env;'), 1);
  assert.equal(reached('the console', 'const it = { console: 1, a: it.console };'), 0);
  assert.equal(reached('the console', 'console.log(1);'), 1);

  assert.equal(secretsShown(code('log.info({ seed });')).length, 1);
  assert.equal(
    secretsShown(code("throw new LogError('log/x', `has ${cek.toString('hex')}`);")).length,
    1,
  );
  assert.equal(
    secretsShown(code("throw new LogError('log/x', `${seed.length} bytes`);")).length,
    0,
  );

  const layer = layerOf('src/node/planted.ts');
  assert.ok(layer);
  assert.ok(!allows(layer, 'src/log/level-store.ts'));
  assert.ok(!allows(layer, 'src/api/server.ts'));
  assert.ok(allows(layer, 'src/log/event-log.ts'));
  assert.equal(layerOf('src/utils.ts'), undefined);
});
