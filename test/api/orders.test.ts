import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallApi } from './small-api.ts';
import { ADDRESS, BENEFICIARY, FIDUCIARIES, id, NOW, SELF, WALLET_KEY } from './small-service.ts';

test('status speaks the contract', async (t) => {
  const { call } = smallApi(t);
  const status = (await call('GET', '/v1/status')).json();
  assert.equal(status.application, 'Milagro Distributed Trust');
  assert.equal(status.apiVersion, 'v1');
  assert.equal(status.nodeCID, SELF);
  assert.equal(status.timeStamp, new Date(NOW).toISOString());
  for (const name of ['extensionVendor', 'plugin', 'nodeType'])
    assert.equal(typeof status[name], 'string');
});

test('an order that is ready in time answers 200 with address and commitment', async (t) => {
  const { call, service } = smallApi(t);
  const response = await call('POST', '/v1/order', {
    beneficiaryIDDocumentCID: SELF,
    extension: { coin: '0' },
  });
  assert.equal(response.statusCode, 200);
  const { order, ...contract } = response.json();
  assert.deepEqual(contract, {
    orderReference: id(100),
    commitment: WALLET_KEY,
    createdAt: NOW / 1_000,
    extension: { address: ADDRESS },
  });
  assert.equal(order.orderReference, id(100));
  assert.deepEqual(service.calls[0]?.input, {
    coin: '0',
    beneficiary: SELF,
    fiduciaries: [],
    threshold: null,
    notBefore: null,
    expiresIn: 86_400_000,
  });
});

test('an empty beneficiary is none, as old clients mean it; everything else has a default', async (t) => {
  const { call, service } = smallApi(t);
  await call('POST', '/v1/order', { beneficiaryIDDocumentCID: '' });
  await call('POST', '/v1/order');
  for (const { input } of service.calls)
    assert.deepEqual(input, {
      coin: 'bitcoin',
      beneficiary: null,
      fiduciaries: [],
      threshold: null,
      notBefore: null,
      expiresIn: 86_400_000,
    });
});

test('an order that is not ready in time answers 202 with its reference and no address', async (t) => {
  const { call, service } = smallApi(t);
  service.prompt = false;
  const response = await call('POST', '/v1/order', {});
  assert.equal(response.statusCode, 202);
  const body = response.json();
  assert.equal(body.orderReference, id(100));
  assert.equal(body.commitment, '');
  assert.deepEqual(body.extension, {});
});

test('an order that ended is never a success (D17)', async (t) => {
  const { call, service } = smallApi(t);
  service.prompt = false;
  const settled = service.settled.bind(service);
  service.settled = async (order, goal, ms) => ({
    ...(await settled(order, goal, ms)),
    ended: { by: FIDUCIARIES[0] ?? null, code: 'refusal/coin', text: 'not this coin' },
  });
  const response = await call('POST', '/v1/order', {});
  assert.equal(response.statusCode, 409);
  assert.equal(response.json().code, 'node/order-state');
  assert.equal(response.json().orderReference, id(100));
  assert.match(response.json().detail, /refusal\/coin not this coin/);
});

test('the time to wait is the client’s to choose, up to two minutes', async (t) => {
  const { call, service } = smallApi(t, { limits: { wait: 7_000 } });
  const waits: number[] = [];
  const settled = service.settled.bind(service);
  service.settled = (order, goal, ms) => {
    waits.push(ms);
    return settled(order, goal, ms);
  };
  for (const prefer of ['', 'wait=0', 'respond-async, wait=3', 'wait=100000', 'wait=x', 'await=9'])
    await call('POST', '/v1/order', {}, { prefer });
  assert.deepEqual(waits, [7_000, 0, 3_000, 120_000, 7_000, 7_000]);
});

test('attack/R5: an idempotency key goes to the node; with another body it is a conflict', async (t) => {
  const { call, service } = smallApi(t);
  const key = { 'idempotency-key': 'k-1' };
  const first = await call('POST', '/v1/order', {}, key);
  const again = await call('POST', '/v1/order', {}, key);
  assert.equal(again.json().orderReference, first.json().orderReference);
  const other = await call('POST', '/v1/order', { coin: 'ethereum' }, key);
  assert.equal(other.statusCode, 422);
  assert.equal(other.json().code, 'node/idempotency-conflict');
  const secret = { orderReference: id(100), beneficiaryIDDocumentCID: SELF };
  await call('POST', '/v1/order/secret', secret, { 'idempotency-key': 'k-2' });
  assert.deepEqual(
    service.calls.map(({ key: sent }) => sent),
    ['k-1', 'k-1', 'k-1', 'k-2'],
  );
  for (const bad of ['', 'two words', 'x'.repeat(129), 'ü'])
    assert.equal(
      (await call('POST', '/v1/order', {}, { 'idempotency-key': bad })).statusCode,
      400,
      bad,
    );
});

test('a redemption gives the same commitment and address, and never a key (D12, D13)', async (t) => {
  const { call } = smallApi(t);
  const order = (await call('POST', '/v1/order', {})).json();
  const response = await call('POST', '/v1/order/secret', {
    orderReference: order.orderReference,
    beneficiaryIDDocumentCID: SELF,
  });
  assert.equal(response.statusCode, 200);
  const body = response.json();
  assert.equal(body.secret, '[sealed]');
  assert.equal(body.commitment, order.commitment);
  assert.deepEqual(body.extension, order.extension);
});

test('a redemption to another node leaves the secret empty; one still running is 202', async (t) => {
  const { call, service } = smallApi(t);
  await call('POST', '/v1/order', { beneficiaryIDDocumentCID: BENEFICIARY });
  const done = await call('POST', '/v1/order/secret', { orderReference: id(100) });
  assert.equal(done.statusCode, 200);
  assert.equal(done.json().secret, '');
  service.prompt = false;
  await call('POST', '/v1/order', { beneficiaryIDDocumentCID: BENEFICIARY });
  const running = await call('POST', '/v1/order/secret', { orderReference: id(101) });
  assert.equal(running.statusCode, 202);
});

test('attack/R1: a redemption of a foreign order is 404, to nobody is 404', async (t) => {
  const { call } = smallApi(t);
  const foreign = await call('POST', '/v1/order/secret', { orderReference: id(9) });
  assert.equal(foreign.statusCode, 404);
  assert.equal(foreign.json().code, 'node/order-unknown');
  await call('POST', '/v1/order', {});
  const nobody = await call('POST', '/v1/order/secret', { orderReference: id(100) });
  assert.equal(nobody.json().code, 'node/party-unknown');
  for (const path of ['', '/events']) {
    const order = await call('GET', `/v1/order/${id(9)}${path}`);
    assert.equal(order.statusCode, 404);
  }
  assert.equal((await call('GET', `/v1/log/${id(9)}`)).statusCode, 404);
});

test('one order is its document as text with an empty or sealed Secret, and our view', async (t) => {
  const { call } = smallApi(t);
  await call('POST', '/v1/order', {});
  const read = async () => (await call('GET', `/v1/order/${id(100)}`)).json();
  const before = await read();
  assert.equal(before.orderCID, id(100));
  assert.equal(before.timestamp, NOW / 1_000);
  const document = JSON.parse(before.order);
  assert.equal(document.Secret, '');
  assert.equal(document.Address, ADDRESS);
  assert.deepEqual(document.FiduciaryCIDs, FIDUCIARIES);
  assert.equal(before.view.orderReference, id(100));
  await call('POST', '/v1/order/secret', {
    orderReference: id(100),
    beneficiaryIDDocumentCID: SELF,
  });
  assert.equal(JSON.parse((await read()).order).Secret, '[sealed]');
});

test('orders are listed without any parameter, newest first (D21)', async (t) => {
  const { call } = smallApi(t);
  assert.deepEqual((await call('GET', '/v1/order')).json(), {
    orderReference: [],
    orders: [],
    page: 0,
    perPage: 20,
    total: 0,
  });
  for (let i = 0; i < 3; i++) await call('POST', '/v1/order', {});
  const references = async (query: string) =>
    (await call('GET', `/v1/order${query}`)).json().orderReference;
  assert.deepEqual(await references(''), [id(102), id(101), id(100)]);
  for (const sortBy of ['dateCreatedDsc', 'dateCreatedDesc'])
    assert.deepEqual(await references(`?sortBy=${sortBy}`), [id(102), id(101), id(100)]);
  assert.deepEqual(await references('?sortBy=dateCreatedAsc&page=1&perPage=2'), [id(102)]);
  assert.deepEqual(await references('?page=99'), []);
  for (const query of ['?page=-1', '?page=x', '?perPage=0', '?perPage=101', '?sortBy=name', '?p=1'])
    assert.equal((await call('GET', `/v1/order${query}`)).statusCode, 400, query);
});

test('cancelling gives the ended order; when it is ready, 409', async (t) => {
  const { call, service } = smallApi(t);
  service.prompt = false;
  await call('POST', '/v1/order', {});
  const cancelled = await call('POST', `/v1/order/${id(100)}/cancel`, { text: 'changed my mind' });
  assert.equal(cancelled.statusCode, 200);
  assert.equal(cancelled.json().view.ended.text, 'changed my mind');
  service.prompt = true;
  await call('POST', '/v1/order', {});
  const refused = await call('POST', `/v1/order/${id(101)}/cancel`);
  assert.equal(refused.json().code, 'node/order-state');
});

test('a certificate is given as a file, not before the order is ready', async (t) => {
  const { call, service } = smallApi(t);
  service.prompt = false;
  assert.equal((await call('GET', `/v1/order/${id(100)}/certificate`)).statusCode, 404);
  await call('POST', '/v1/order', {});
  const early = await call('GET', `/v1/order/${id(100)}/certificate`);
  assert.equal(early.statusCode, 409);
  assert.equal(early.json().code, 'node/order-state');
  service.change(id(100), { address: ADDRESS });
  const { file } = (await call('GET', `/v1/order/${id(100)}/certificate`)).json();
  assert.match(file, /^milagro-certificate 1\n/);
});

test('a key is exported to a file; the answer names the file only', async (t) => {
  const { call, service } = smallApi(t);
  await call('POST', '/v1/order', {});
  const early = await call('POST', `/v1/order/${id(100)}/key`);
  assert.equal(early.statusCode, 409);
  assert.equal(early.json().code, 'node/key-unavailable');
  service.change(id(100), { keyHeld: true });
  const answer = (await call('POST', `/v1/order/${id(100)}/key`)).json();
  assert.deepEqual(Object.keys(answer), ['path', 'format', 'address']);
});
