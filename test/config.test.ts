import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  addressesOf,
  environment,
  loadConfig,
  parseConfig,
  takePassphrase,
  writeConfig,
  type Settings,
} from '../src/config.ts';
import { ConfigError, type ConfigCode } from '../src/errors.ts';
import { createHome, createToken, readPassphraseFile, readToken } from '../src/home.ts';
import { systemRandom } from '../src/ports/random.ts';

const settings: Settings = { network: 'test', name: 'ada', roles: ['principal', 'fiduciary'] };

const directory = async (t: TestContext): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'milagro-config-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
};

const refused =
  (code: ConfigCode, message: RegExp) =>
  (thrown: unknown): boolean => {
    assert.ok(thrown instanceof ConfigError, String(thrown));
    assert.equal(thrown.code, code);
    assert.match(thrown.message, message);
    return true;
  };

const homeWith = async (t: TestContext, yaml: string, mode = 0o600): Promise<string> => {
  const home = await directory(t);
  await writeFile(join(home, 'config.yaml'), yaml, { mode });
  return home;
};

test('three settings are enough, the rest has safe defaults', () => {
  const config = parseConfig(settings);
  assert.deepEqual(config.listen, ['/ip4/127.0.0.1/tcp/4510']);
  assert.equal(config.api.host, '127.0.0.1');
  assert.equal(config.api.port, 5_556);
  assert.equal(config.keystore.unlock, 'passphrase');
  assert.equal(config.policy.principals, 'pinned');
  assert.equal(config.policy.afterReceipt, 'keep');
  assert.deepEqual(config.policy.fiduciaries, { min: 1, max: 32 });
  assert.deepEqual(config.discovery, { relay: 'off', relays: [], dht: false, mdns: false });
});

test('everybody is told what is announced, else where this node listens and is relayed', () => {
  const hidden = { ...settings, listen: [], discovery: { relay: 'client', relays: [relay] } };
  assert.deepEqual(addressesOf(parseConfig(hidden)), [`${relay}/p2p-circuit`]);
  assert.deepEqual(addressesOf(parseConfig(settings)), ['/ip4/127.0.0.1/tcp/4510']);
  const announce = ['/dns4/node.example.org/tcp/4510', `${relay}/p2p-circuit`];
  assert.deepEqual(addressesOf(parseConfig({ ...settings, announce })), announce);
});

test('what is written is read again, alone readable by its owner', async (t) => {
  const home = await directory(t);
  const written = await writeConfig(home, { ...settings, api: { port: 7_000 } });
  assert.deepEqual(await loadConfig(home), written);
  assert.equal(written.api.port, 7_000);
  assert.equal((await stat(join(home, 'config.yaml'))).mode & 0o777, 0o600);
  assert.doesNotMatch(await readFile(join(home, 'config.yaml'), 'utf8'), /policy/);
});

test('a second writing is refused and changes nothing (D14)', async (t) => {
  const home = await directory(t);
  await writeConfig(home, settings);
  await assert.rejects(
    writeConfig(home, { ...settings, name: 'eve' }),
    refused('config/exists', /exists/),
  );
  assert.equal((await loadConfig(home)).name, 'ada');
});

const minimal = 'network: test\nname: ada\nroles: [principal]\n';
const relay = '/ip4/192.0.2.7/tcp/4510/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5';
const bad: [what: string, yaml: string, message: RegExp][] = [
  ['an unknown key', minimal + 'polcy: {}\n', /unknown key polcy/],
  ['an unknown key in a section', minimal + 'api: { prot: 1 }\n', /unknown key api\.prot/],
  ['a key named __proto__', minimal + '__proto__: { api: 1 }\n', /unknown key __proto__/],
  ['a missing setting', 'network: test\nroles: [principal]\n', /name missing/],
  ['a wrong type', minimal + 'api: { port: many }\n', /api\.port: must be integer/],
  ['another bind address', minimal + 'api: { host: 0.0.0.0 }\n', /api\.host: .*127\.0\.0\.1, ::1/],
  ['a port out of range', minimal + 'api: { port: 65536 }\n', /api\.port: must be <= 65535/],
  ['an unknown role', 'network: t\nname: a\nroles: [master]\n', /roles\.0: .*principal, fiduciary/],
  ['a role twice', 'network: t\nname: a\nroles: [principal, principal]\n', /roles/],
  ['no role', 'network: t\nname: a\nroles: []\n', /roles/],
  ['a name that steers a terminal', 'network: t\nname: "a\\e[2J"\nroles: [principal]\n', /name/],
  ['a network that is no topic', 'network: a/b\nname: a\nroles: [principal]\n', /network/],
  ['no multiaddr', minimal + 'listen: ["localhost:1"]\n', /listen\.0: must be a multiaddr like/],
  ['a bootstrap address of nobody', minimal + 'bootstrap: [/ip4/1.2.3.4/tcp/1]\n', /bootstrap\.0/],
  [
    'relays that are not used',
    minimal + `discovery: { relays: [${relay}] }\n`,
    /discovery\.relays/,
  ],
  [
    'a relay that is nobody',
    minimal + 'discovery: { relay: client, relays: [/ip4/1.2.3.4/tcp/1] }\n',
    /relays\.0/,
  ],
  ['a way that is not known', minimal + 'discovery: { upnp: true }\n', /upnp/],
  ['a key file without its unlock', minimal + 'keystore: { keyFile: /k }\n', /keystore\.keyFile/],
  ['an unlock without its key file', minimal + 'keystore: { unlock: keyfile }\n', /keyFile/],
  ['a relative key file', minimal + 'keystore: { unlock: keyfile, keyFile: k }\n', /absolute/],
  ['min over max', minimal + 'policy: { fiduciaries: { min: 5, max: 3 } }\n', /min is more than/],
  ['a principal that is no node', minimal + 'policy: { principals: [bob] }\n', /principals/],
  ['a key twice', minimal + 'name: eve\n', /unique/],
  ['an alias', 'network: &n test\nname: *n\nroles: [principal]\n', /alias/i],
  ['a tag', 'network: !!js/function x\nname: a\nroles: [principal]\n', /tag/],
  ['no YAML', '{ network: [', /line/],
  ['a list', '- network\n', /must be object/],
  ['nothing', '', /must be object/],
];
for (const [what, yaml, message] of bad)
  test(`config.yaml with ${what} is refused in words`, async (t) => {
    await assert.rejects(loadConfig(await homeWith(t, yaml)), refused('config/invalid', message));
  });

test('a config.yaml that is missing, open to others, a link or huge is refused', async (t) => {
  const home = await homeWith(t, minimal);
  const file = join(home, 'config.yaml');
  await assert.rejects(loadConfig(join(home, 'no')), refused('config/missing', /does not exist/));
  await chmod(file, 0o640);
  await assert.rejects(loadConfig(home), refused('config/permissions', /chmod 600/));
  const other = await directory(t);
  await symlink(file, join(other, 'config.yaml'));
  await assert.rejects(loadConfig(other), refused('config/permissions', /symbolic link/));
  const huge = await homeWith(t, `# ${'x'.repeat(70_000)}\n${minimal}`);
  await assert.rejects(loadConfig(huge), refused('config/invalid', /bytes/));
});

test('the environment names home and passphrase file', () => {
  assert.deepEqual(environment({}), { home: join(homedir(), '.milagro'), passphraseFile: null });
  assert.deepEqual(environment({ MILAGRO_HOME: '/srv/m', MILAGRO_PASSPHRASE_FILE: '/run/p' }), {
    home: '/srv/m',
    passphraseFile: '/run/p',
  });
});

test('a passphrase is taken out of the environment', () => {
  const env = { MILAGRO_PASSPHRASE: 'correct horse' };
  assert.equal(takePassphrase(env)?.toString(), 'correct horse');
  assert.deepEqual(env, {});
  assert.equal(takePassphrase(env), null);
});

test('a passphrase file loses its line end, and only that', async (t) => {
  const path = join(await directory(t), 'p');
  for (const [content, passphrase] of [
    ['secret words\n', 'secret words'],
    ['secret words\r\n', 'secret words'],
    ['secret words \n\n', 'secret words \n'],
    ['secret words', 'secret words'],
  ] as const) {
    await writeFile(path, content, { mode: 0o600 });
    assert.equal((await readPassphraseFile(path)).toString(), passphrase);
  }
  await writeFile(path, '\n');
  await assert.rejects(readPassphraseFile(path), refused('config/invalid', /no passphrase/));
  await chmod(path, 0o644);
  await assert.rejects(readPassphraseFile(path), refused('config/permissions', /chmod 600/));
});

test('the API token is 256 random bits, never overwritten, never read from an open file', async (t) => {
  const home = join(await directory(t), 'home');
  await createHome(home);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  await createToken({ home, random: systemRandom });
  const token = await readToken(home);
  assert.match(token, /^[\w-]{43}$/);
  await assert.rejects(createToken({ home, random: systemRandom }), refused('config/exists', /./));
  assert.equal(await readToken(home), token);
  await chmod(join(home, 'api.token'), 0o604);
  await assert.rejects(readToken(home), refused('config/permissions', /./));
  await rm(join(home, 'api.token'));
  await writeFile(join(home, 'api.token'), 'x\n'.padStart(43, ' '), { mode: 0o600 });
  await assert.rejects(readToken(home), refused('config/invalid', /no API token/));
});

test('the environment is read in one file', async () => {
  const { globSync } = await import('node:fs');
  const readers: string[] = [];
  for (const file of globSync('{src,machines,cli}/**/*.ts', {
    cwd: join(import.meta.dirname, '..'),
  }))
    if (/process\.env\b/.test(await readFile(join(import.meta.dirname, '..', file), 'utf8')))
      readers.push(file);
  assert.deepEqual(readers, ['src/config.ts']);
});
