import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { start, temporary } from './milagro.ts';

const PASSPHRASE = 'correct horse battery staple';

const fresh = async (t: TestContext) => {
  const directory = await temporary(t);
  const home = join(directory, 'home');
  const file = join(directory, 'passphrase');
  await writeFile(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  const env = { MILAGRO_HOME: home, MILAGRO_PASSPHRASE_FILE: file };
  return {
    directory,
    home,
    file,
    env,
    run: (args: string[], more: Record<string, string> = {}) =>
      start(args, { env: { ...env, ...more } }).ended,
  };
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

test('a node is made once; a second run refuses and changes nothing (D14)', async (t) => {
  const { home, run } = await fresh(t);
  const made = await run(['init', '--yes', '--name', 'ada', '--role', 'multi']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /fingerprint +(\w+ ){7}\w+\n/);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  const files = ['config.yaml', 'api.token', 'keystore'];
  const read = () => Promise.all(files.map((name) => readFile(join(home, name), 'hex')));
  const before = await read();
  for (const name of files) assert.equal((await stat(join(home, name))).mode & 0o777, 0o600);
  assert.match(await readFile(join(home, 'config.yaml'), 'utf8'), /name: ada/);

  const again = await run(['init', '--yes', '--name', 'eve']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /config\/exists/);
  assert.deepEqual(await read(), before);
});

test('nothing is made of a wrong wish: no answers, no passphrase, a short one, a bad setting', async (t) => {
  const { directory, home, file, run } = await fresh(t);
  const nobody = { MILAGRO_PASSPHRASE_FILE: '' };
  const unasked = await run(['init']);
  assert.equal(unasked.code, 2);
  const without = await run(['init', '--yes'], nobody);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /no passphrase: name a file/);
  // In the environment, but not allowed to be taken from there.
  const hidden = await run(['init', '--yes'], { ...nobody, MILAGRO_PASSPHRASE: PASSPHRASE });
  assert.equal(hidden.code, 1);
  const network = await run(['init', '--yes', '--network', 'a/b']);
  assert.match(network.stderr, /config\/invalid/);
  await writeFile(join(directory, 'short'), 'short', { mode: 0o600 });
  const short = await run(['init', '--yes', '--passphrase-file', join(directory, 'short')]);
  assert.match(short.stderr, /at least 12/);
  await chmod(file, 0o644);
  const open = await run(['init', '--yes']);
  assert.match(open.stderr, /config\/permissions/);
  await assert.rejects(stat(home), { code: 'ENOENT' });
});

test('a daemon says where it listens, answers, refuses a second one, and stops when told', async (t) => {
  const { home, run, env } = await fresh(t);
  const port = String(await freePort());
  const made = await run([
    ...['init', '--yes', '--json', '--name', 'ada', '--listen', '/ip4/127.0.0.1/tcp/0'],
    ...['--api-port', port, '--passphrase-env', '--passphrase-file', env.MILAGRO_PASSPHRASE_FILE],
  ]);
  assert.equal(made.code, 0, made.stdout);
  const { id } = JSON.parse(made.stdout);

  const daemon = start(['daemon'], { env });
  await daemon.said(/operator/);
  assert.equal(JSON.parse((await run(['status', '--json'])).stdout).nodeCID, id);
  const second = await run(['daemon']);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /log\/in-use/);
  assert.match((await run(['log', 'verify', '--offline'])).stderr, /log\/in-use/);

  daemon.kill('SIGTERM');
  const { code, stdout, stderr } = await daemon.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`operator +http://127\\.0\\.0\\.1:${port}\\n`));
  assert.match(stderr, /stopping: SIGTERM\n$/);
  const token = await readFile(join(home, 'api.token'), 'utf8');
  for (const secret of [PASSPHRASE, token]) assert.ok(!(stdout + stderr).includes(secret));
  assert.equal((await run(['log', 'verify', '--offline'])).code, 0);
  const wrong = join(home, 'wrong');
  await writeFile(wrong, 'another passphrase', { mode: 0o600 });
  const refused = await run(['daemon', '--passphrase-file', wrong]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /keystore\/unlock/);
});
