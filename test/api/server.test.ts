import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { createApi, listen } from '../../src/api/server.ts';
import { ConfigError, LogError, NodeError } from '../../src/errors.ts';
import { smallApi, TOKEN } from './small-api.ts';
import { NOW, SELF, smallService } from './small-service.ts';

const refused = (response: LightMyRequestResponse, status: number, code: string): void => {
  assert.equal(response.statusCode, status, response.body);
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  const problem = response.json();
  assert.equal(problem.status, status);
  assert.equal(problem.code, code);
  assert.equal(problem.type, `urn:milagro:error:${code}`);
  assert.equal(problem.requestId, response.headers['x-request-id']);
};

const paths = ['/v1/status', '/v1/order', '/v1/openapi.json', '/v1/nothing', '/', '/v1/log/x'];

test('no token, a wrong one, or one in the wrong place is 401 on every path (D12, R2)', async (t) => {
  const { api } = smallApi(t);
  const wrong = [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: `Bearer ${TOKEN.slice(1)}` },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.replace('a', 'b')}` },
    { authorization: `Basic ${TOKEN}` },
    { authorization: TOKEN },
    { cookie: `token=${TOKEN}` },
    // The token of an unsigned JWT, as the reference accepted it.
    { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' },
  ];
  for (const path of paths)
    for (const headers of wrong) {
      const response = await api.inject({ url: path, headers: { host: 'localhost', ...headers } });
      refused(response, 401, 'api/unauthenticated');
      assert.equal(response.headers['www-authenticate'], 'Bearer');
    }
  refused(await api.inject({ url: `/v1/status?token=${TOKEN}` }), 401, 'api/unauthenticated');
});

test('a Host that is not loopback is refused, with the right token too (DNS rebinding)', async (t) => {
  const { call } = smallApi(t);
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil', '192.168.0.9'])
    refused(await call('GET', '/v1/status', undefined, { host }), 403, 'api/host');
  for (const host of ['127.0.0.1:5556', 'localhost', '[::1]:5556', 'LOCALHOST:1'])
    assert.equal((await call('GET', '/v1/status', undefined, { host })).statusCode, 200);
});

test('an unknown path or method is a 404 problem', async (t) => {
  const { call } = smallApi(t);
  refused(await call('GET', '/v1/nothing'), 404, 'api/not-found');
  refused(await call('PUT', '/v1/order', {}), 404, 'api/not-found');
  refused(await call('POST', '/v1/fulfill/order', {}), 404, 'api/not-found');
  refused(await call('GET', '/v1/%zz'), 400, 'api/bad-request');
});

test('a body that is huge, no JSON, no object or of another type is refused', async (t) => {
  const { call, service } = smallApi(t);
  refused(await call('POST', '/v1/order', { coin: 'x'.repeat(70_000) }), 413, 'api/too-large');
  refused(await call('POST', '/v1/order', '{"coin":'), 400, 'api/bad-request');
  refused(await call('POST', '/v1/order', '[]'), 400, 'codec/schema');
  refused(await call('POST', '/v1/order', '"x"'), 400, 'codec/schema');
  refused(await call('POST', '/v1/order', '{"__proto__":{"coin":"0"}}'), 400, 'api/bad-request');
  refused(
    await call('POST', '/v1/order', '{}', { 'content-type': 'text/plain' }),
    400,
    'api/bad-request',
  );
  refused(
    await call('POST', '/v1/order', 'coin=0', {
      'content-type': 'application/x-www-form-urlencoded',
    }),
    400,
    'api/bad-request',
  );
  assert.deepEqual(service.calls, []);
});

test('an unknown field, a wrong type or a value out of range is refused by its path', async (t) => {
  const { call, service } = smallApi(t);
  for (const [body, path] of [
    [{ fiducaries: [] }, /body\/fiducaries/],
    [{ extension: { plainText: 'a secret nobody would keep' } }, /body\/extension\/plainText/],
    [{ threshold: 0 }, /body\/threshold/],
    [{ threshold: '2' }, /body\/threshold/],
    [{ expiresIn: 1 }, /body\/expiresIn/],
    [{ beneficiaryIDDocumentCID: 'QmUWXdYbdgFh9Fj1vDyWdNAd3Ujqw9Q1v49EBevhn51Eo4XF' }, /body\/ben/],
    [{ fiduciaries: [SELF, SELF] }, /body\/fiduciaries/],
    [{ coin: '0', extension: { coin: '1' } }, /differ/],
  ] as const) {
    const response = await call('POST', '/v1/order', body);
    assert.equal(response.statusCode, 400, response.body);
    assert.match(response.json().detail, path);
    assert.doesNotMatch(response.body, /a secret nobody/);
  }
  refused(await call('GET', '/v1/order/bob'), 400, 'codec/schema');
  refused(await call('GET', '/v1/order/..%2F..%2Fetc'), 400, 'codec/schema');
  refused(await call('GET', `/v1/log/${SELF}?role=judge`), 400, 'codec/schema');
  assert.deepEqual(service.calls, []);
});

test('attack/R6: what is inside stays inside: only the code of an unexpected error is told', async (t) => {
  const { call, service } = smallApi(t);
  service.failure = new TypeError('cannot read /home/ada/.milagro/keystore of undefined');
  const response = await call('GET', '/v1/status');
  refused(response, 500, 'node/internal');
  assert.doesNotMatch(response.body, /keystore|TypeError|\.ts|stack|at /);
  service.failure = Object.assign(new Error('pretends'), { statusCode: 401, code: 'node/forged' });
  refused(await call('GET', '/v1/status'), 500, 'node/internal');
});

test('an error of the node keeps its code and gets its status', async (t) => {
  const { call, service } = smallApi(t);
  service.failure = new LogError('log/write-failed', 'outcome unknown');
  refused(await call('GET', '/v1/status'), 503, 'log/write-failed');
  service.failure = new NodeError('node/party-blamed', 'bob was blamed');
  refused(await call('POST', '/v1/order', {}), 409, 'node/party-blamed');
});

test('attack/R4: more requests than allowed are 429, and the bucket fills with time', async (t) => {
  const { api, call, time } = smallApi(t, { limits: { perSecond: 2, burst: 3 } });
  for (let i = 0; i < 3; i++) assert.equal((await call('GET', '/v1/status')).statusCode, 200);
  const response = await call('GET', '/v1/status');
  refused(response, 429, 'api/rate');
  assert.equal(response.headers['retry-after'], '1');
  time.now -= 60_000;
  refused(await call('GET', '/v1/status'), 429, 'api/rate');
  time.now += 500;
  assert.equal((await call('GET', '/v1/status')).statusCode, 200);
  refused(await call('GET', '/v1/status'), 429, 'api/rate');
  time.now += 500;
  for (let i = 0; i < 9; i++)
    refused(await api.inject({ url: '/v1/status' }), 401, 'api/unauthenticated');
  assert.equal((await call('GET', '/v1/status')).statusCode, 200, 'a stranger spends nothing');
});

test('an answer that breaks its own schema is a fault of the node', async (t) => {
  const service = smallService();
  const status = await service.status();
  service.status = async () => ({ ...status, secret: 'abc', nodeCID: 'x' });
  const { call } = smallApi(t, { service });
  const response = await call('GET', '/v1/status');
  refused(response, 500, 'node/internal');
  assert.doesNotMatch(response.body, /abc/);
});

test('it listens on loopback only', async (t) => {
  const { api } = smallApi(t);
  for (const host of ['0.0.0.0', '::', 'localhost', '192.168.1.1', ''])
    await assert.rejects(
      listen(api, host, 0),
      (thrown) => thrown instanceof ConfigError && thrown.code === 'config/invalid',
    );
  const url = await listen(api, '127.0.0.1', 0);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.equal(answer.status, 200);
});

test('the token is never logged', async (t) => {
  const lines: string[] = [];
  const { pino } = await import('pino');
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const service = smallService();
  const api = createApi({
    service,
    token: TOKEN,
    clock: { now: () => NOW, after: () => () => undefined },
    logger,
    orders: { coin: 'bitcoin', expiresIn: 1_000 },
  });
  t.after(() => api.close());
  const headers = { authorization: `Bearer ${TOKEN}` };
  await api.inject({ url: '/v1/status', headers });
  service.failure = new Error('inside');
  await api.inject({ url: '/v1/status', headers });
  await api.inject({ url: '/v1/status', headers: { authorization: `Bearer ${TOKEN}wrong` } });
  assert.ok(lines.length >= 3);
  assert.doesNotMatch(lines.join(''), new RegExp(TOKEN.slice(0, 20)));
  assert.match(lines.join(''), /inside/);
});

test('the OpenAPI document names every route, its answers and the token', async (t) => {
  const { call } = smallApi(t);
  const document = (await call('GET', '/v1/openapi.json')).json();
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(document.security, [{ token: [] }]);
  assert.deepEqual(Object.keys(document.paths).toSorted(), [
    '/v1/identity',
    '/v1/identity/export',
    '/v1/identity/revoke',
    '/v1/identity/rotate',
    '/v1/identity/{id}',
    '/v1/log/replay',
    '/v1/log/verify',
    '/v1/log/{orderReference}',
    '/v1/order',
    '/v1/order/secret',
    '/v1/order/{orderReference}',
    '/v1/order/{orderReference}/cancel',
    '/v1/order/{orderReference}/certificate',
    '/v1/order/{orderReference}/events',
    '/v1/order/{orderReference}/key',
    '/v1/peer',
    '/v1/peer/{id}',
    '/v1/peer/{id}/clear',
    '/v1/recover',
    '/v1/status',
  ]);
  const create = document.paths['/v1/order'].post;
  assert.deepEqual(Object.keys(create.responses).toSorted(), ['200', '202', '4XX', '5XX']);
  const wish = create.requestBody.content['application/json'].schema;
  assert.equal(wish.additionalProperties, false);
  assert.ok('beneficiaryIDDocumentCID' in wish.properties);
});
