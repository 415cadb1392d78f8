import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogError } from '../../src/errors.ts';
import { smallApi } from './small-api.ts';
import { id, SELF } from './small-service.ts';

test('who this node is, and the file to hand over', async (t) => {
  const { call } = smallApi(t);
  const own = (await call('GET', '/v1/identity')).json();
  assert.equal(own.idDocumentCID, SELF);
  assert.equal(own.fingerprint, 'zoo zone zero young you yellow year wrong');
  assert.match((await call('GET', '/v1/identity/export')).json().file, /^milagro-identity 1\n/);
});

test('an identity is looked up, rotated and revoked; a rollback is accepted', async (t) => {
  const { call, service } = smallApi(t);
  assert.equal((await call('GET', `/v1/identity/${id(9)}`)).json().id, id(9));
  assert.equal((await call('GET', '/v1/identity/bob')).statusCode, 400);
  const replaced: string[][] = [];
  const rotate = service.rotateIdentity.bind(service);
  service.rotateIdentity = async (replace) => {
    replaced.push(replace);
    return rotate(replace);
  };
  await call('POST', '/v1/identity/rotate');
  await call('POST', '/v1/identity/rotate', { replace: ['peer'] });
  assert.deepEqual(replaced, [['kem', 'bls'], ['peer']]);
  const unknown = await call('POST', '/v1/identity/rotate', { replace: ['sign'] });
  assert.equal(unknown.statusCode, 400);
  assert.equal((await call('POST', '/v1/identity/revoke')).json().revoked, true);
  assert.deepEqual((await call('POST', '/v1/recover')).json(), { heads: [7], endedRoles: 2 });
});

test('peers are added, listed, cleared and removed', async (t) => {
  const { call } = smallApi(t);
  const file = `milagro-identity 1\n${id(9)}\nAAAA\n`;
  const added = await call('POST', '/v1/peer', { file, name: 'erin', roles: ['fiduciary'] });
  assert.equal(added.statusCode, 201);
  assert.equal(added.json().name, 'erin');
  const names = async () =>
    (await call('GET', '/v1/peer')).json().peers.map(({ name }: { name: string }) => name);
  assert.deepEqual(await names(), ['alice', 'bob', 'carol', 'dora', 'erin']);
  assert.equal((await call('POST', `/v1/peer/${id(9)}/clear`)).statusCode, 200);
  const removed = await call('DELETE', `/v1/peer/${id(9)}`);
  assert.equal(removed.statusCode, 204);
  assert.equal(removed.body, '');
  const again = await call('DELETE', `/v1/peer/${id(9)}`);
  assert.equal(again.statusCode, 404);
  assert.equal(again.json().code, 'node/party-unknown');
});

test('a peer that is no identity, has no role or a name that steers a terminal is refused', async (t) => {
  const { call } = smallApi(t);
  const file = `milagro-identity 1\n${id(9)}\nAAAA\n`;
  const wrong = await call('POST', '/v1/peer', { file: 'x', roles: ['fiduciary'] });
  assert.equal(wrong.statusCode, 422);
  assert.equal(wrong.json().code, 'identity/malformed');
  for (const body of [
    { file, roles: [] },
    { file, roles: ['judge'] },
    { file, roles: ['fiduciary', 'fiduciary'] },
    { roles: ['fiduciary'] },
    { file, roles: ['fiduciary'], name: 'e\u001b[2J' },
    { file, roles: ['fiduciary'], name: '' },
  ])
    assert.equal((await call('POST', '/v1/peer', body)).statusCode, 400, JSON.stringify(body));
});

test('an identity file may be longer than other bodies, but not without limit', async (t) => {
  const { call } = smallApi(t, { limits: { body: 1_000, identityFile: 10_000 } });
  const fileOf = (length: number) => `milagro-identity 1\n${id(9)}\n${'A'.repeat(length)}\n`;
  const body = (length: number) => ({ file: fileOf(length), roles: ['fiduciary'] });
  assert.equal((await call('POST', '/v1/peer', body(5_000))).statusCode, 201);
  assert.equal((await call('POST', '/v1/peer', body(20_000))).json().code, 'api/too-large');
});

test('the log is read, verified and replayed; damage is 503 and says where', async (t) => {
  const { call, service } = smallApi(t);
  await call('POST', '/v1/order', {});
  const { records } = (await call('GET', `/v1/log/${id(100)}?role=fiduciary`)).json();
  assert.equal(records.length, 2);
  assert.equal(records[0].stream, `${id(100)}/fiduciary`);
  assert.equal((await call('POST', '/v1/log/verify')).json().records, 42);
  assert.equal((await call('POST', '/v1/log/replay')).json().streams, 1);
  const one = await call('POST', '/v1/log/replay', { orderReference: id(100) });
  assert.equal(one.json().stateHash, 'aa'.repeat(32));
  service.failure = new LogError('log/corrupt', 'record 17 does not follow record 16');
  const damaged = await call('POST', '/v1/log/verify');
  assert.equal(damaged.statusCode, 503);
  assert.match(damaged.json().detail, /record 17/);
});
