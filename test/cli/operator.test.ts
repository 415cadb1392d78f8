import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogError } from '../../src/errors.ts';
import { TOKEN } from '../api/small-api.ts';
import { ADDRESS, id, SELF } from '../api/small-service.ts';
import { nodeWithHome, start, temporary } from './milagro.ts';

test('status and identity, for people and for programs', async (t) => {
  const { run, home } = await nodeWithHome(t);
  const [status, json, own] = await Promise.all([
    run(['status']),
    run(['status', '--json']),
    run(['id', 'show']),
  ]);
  assert.match(status.stdout, /^ada, multi on network test\n/);
  assert.equal(JSON.parse(json.stdout).nodeCID, SELF);
  assert.equal(json.stderr, '');
  assert.match(own.stdout, /zoo zone zero/);
  const other = await start(['status', '--home', home]).ended;
  assert.equal(other.code, 0, '--home is as good as MILAGRO_HOME');
  for (const { stdout, stderr } of [status, json, own])
    assert.doesNotMatch(stdout + stderr, new RegExp(TOKEN));
});

test('an identity goes to a new file, and back into another node', async (t) => {
  const { run, home } = await nodeWithHome(t);
  const out = join(home, 'ada.identity');
  assert.equal((await run(['id', 'export', '--out', out])).code, 0);
  const again = await run(['id', 'export', '--out', out]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /config\/exists/);
  const added = await run(['peer', 'add', out, '--role', 'fiduciary', '--name', 'ada']);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /Compare the fingerprint/);
  const piped = await run(['peer', 'add', '-', '--role', 'principal'], await readFile(out, 'utf8'));
  assert.equal(piped.code, 0, piped.stderr);
  const missing = await run(['peer', 'add', join(home, 'no'), '--role', 'principal']);
  assert.equal(missing.code, 1);
  const noIdentity = await run(['peer', 'add', '-', '--role', 'principal'], 'hello');
  assert.match(noIdentity.stderr, /identity\/malformed/);
});

test('peers are listed, removed and forgiven, not without being asked', async (t) => {
  const { run, service } = await nodeWithHome(t);
  const listed = await run(['peer', 'list']);
  assert.match(listed.stdout, /alice +….{8} +fiduciary +state 0 +connected/);
  assert.match((await run(['peer', 'list', '--long'])).stdout, new RegExp(id(2)));
  assert.equal((await run(['peer', 'remove', 'carol'])).code, 2);
  assert.equal((await run(['peer', 'remove', 'carol', '--yes'])).code, 0);
  assert.equal((await service.peers()).length, 3);
  assert.equal((await run(['peer', 'clear', 'bob', '--yes'])).code, 0);
  assert.equal((await run(['peer', 'clear', 'nobody', '--yes'])).code, 1);
});

test('the log is shown, verified and replayed; damage is 1', async (t) => {
  const { run, service } = await nodeWithHome(t);
  await run(['order', 'create', '--yes']);
  const shown = await run(['log', 'show', id(100), '--role', 'principal', '--detail']);
  assert.match(shown.stdout, /order\.contributed +contributing/);
  assert.match(shown.stdout, new RegExp(`"node": "${SELF}"`));
  assert.match((await run(['log', 'verify'])).stdout, /^the log is whole\n/);
  assert.match((await run(['log', 'replay'])).stdout, /2 events in 1 stream\n/);
  service.failure = new LogError('log/corrupt', 'record 17 does not follow record 16');
  const damaged = await run(['log', 'verify']);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, /record 17/);
});

test('no node, a stopped node and an unreadable token are told apart', async (t) => {
  const { run, api, home } = await nodeWithHome(t);
  const nowhere = await start(['status', '--home', await temporary(t)]).ended;
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /no node is in .*: milagro init makes one/);
  await chmod(join(home, 'api.token'), 0o644);
  const open = await run(['status']);
  assert.equal(open.code, 1);
  assert.match(open.stderr, /config\/permissions/);
  await chmod(join(home, 'api.token'), 0o600);
  await api.close();
  const stopped = await run(['status', '--json']);
  assert.equal(stopped.code, 3);
  assert.equal(JSON.parse(stopped.stdout).error.code, 'api/unreachable');
});

test('a wallet key is moved where it is wanted, and never shown to a pipe', async (t) => {
  const { run, service, home } = await nodeWithHome(t);
  await run(['order', 'create', '--yes', '--beneficiary', 'self']);
  await run(['order', 'redeem', id(100)]);
  const exported = join(home, 'exported');
  const key = 'L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ\n';
  let exports = 0;
  service.exportKey = async () => {
    exports += 1;
    await writeFile(exported, key, { mode: 0o600, flag: 'wx' });
    return { path: exported, format: 'WIF', address: ADDRESS };
  };
  const out = join(home, 'mine');

  const unasked = await run(['key', 'export', id(100), '--out', out]);
  assert.equal(unasked.code, 2);
  const piped = await run(['key', 'export', id(100), '--terminal', '--yes']);
  assert.equal(piped.code, 2);
  await writeFile(join(home, 'other'), 'mine');
  const over = await run(['key', 'export', id(100), '--yes', '--out', join(home, 'other')]);
  assert.equal(over.code, 1);
  assert.match(over.stderr, /config\/exists/);
  assert.equal(exports, 0, 'refused before the key leaves the keystore');

  const done = await run(['key', 'export', id(100), '--yes', '--out', out]);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await readFile(out, 'utf8'), key);
  assert.equal((await stat(out)).mode & 0o777, 0o600);
  await assert.rejects(stat(exported), { code: 'ENOENT' });
  assert.doesNotMatch(done.stdout + done.stderr, /L1aW4/);

  const stays = await run(['key', 'export', id(100), '--yes', '--json']);
  assert.deepEqual(JSON.parse(stays.stdout), { path: exported, format: 'WIF', address: ADDRESS });
});
