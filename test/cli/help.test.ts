import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { COMMANDS } from '../../cli/commands.ts';
import { start } from './milagro.ts';

test('help shows every topic and loads no part of the node: that is what keeps it instant', () => {
  const tell =
    "import{registerHooks}from'node:module';registerHooks({load(u,c,n){process.stderr.write(u+'\\n');return n(u,c)}})";
  const { stderr, stdout } = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(tell)}`,
      join(import.meta.dirname, '../../cli/main.js'),
      '--help',
    ],
    { encoding: 'utf8' },
  );
  for (const name of Object.keys(COMMANDS))
    assert.match(stdout, new RegExp(`\\n  ${name.split(':')[0]} `));
  const loaded = stderr.split('\n').filter((url) => url.startsWith('file:'));
  const root = pathToFileURL(join(import.meta.dirname, '../..')).href;
  const own = loaded.filter((url) => url.startsWith(`${root}/src/`));
  const parts = new Set(own.map((url) => url.slice(`${root}/src/`.length)));
  assert.deepEqual([...parts].toSorted(), ['domain/ids.ts', 'errors.ts', 'ports/clock.ts']);
  const packages = loaded.flatMap(
    (url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
  );
  for (const heavy of ['libp2p', 'fastify', 'level', 'typebox', 'yaml', 'xstate', 'pino'])
    assert.ok(!packages.includes(heavy), heavy);
});

test('every command says what it does in one lower-case fragment, and speaks JSON', () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    assert.match(command.summary, /^[a-z].*[^.]$/, name);
    assert.equal(command.enableJsonFlag, name !== 'daemon', name);
  }
});

test('a wrong call is 2: unknown command, missing argument, unknown flag, value out of range', async () => {
  const calls = [
    ['nothing'],
    ['order', 'show'],
    ['status', '--nothing'],
    ['order', 'create', '--threshold', '33'],
    ['key', 'export', 'x', '--out', 'a', '--terminal'],
  ];
  for (const { code } of await Promise.all(calls.map((args) => start(args).ended)))
    assert.equal(code, 2);
});
