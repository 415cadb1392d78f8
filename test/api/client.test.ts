import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createClient, RefusedError } from '../../src/api/client.ts';
import { listen } from '../../src/api/server.ts';
import { ApiError, CodecError } from '../../src/errors.ts';
import { smallApi, TOKEN } from './small-api.ts';
import { ADDRESS, BENEFICIARY, id, SELF } from './small-service.ts';

const connected = async (t: TestContext, signal?: AbortSignal) => {
  const small = smallApi(t);
  const url = await listen(small.api, '127.0.0.1', 0);
  return { ...small, url, client: createClient({ url, token: TOKEN, ...(signal && { signal }) }) };
};

/** Something else than a node. */
const server = async (t: TestContext, answer: RequestListener): Promise<string> => {
  const other = createServer(answer);
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
};

const unreachable = (message: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof ApiError, String(thrown));
  assert.equal(thrown.code, 'api/unreachable');
  assert.match(thrown.message, message);
  return true;
};

test('every method speaks to its route', async (t) => {
  const { client, service } = await connected(t);
  assert.equal((await client.status()).nodeCID, SELF);
  assert.equal((await client.identity()).idDocumentCID, SELF);
  const file = await client.exportIdentity();
  assert.equal((await client.addPeer({ file, name: null, roles: ['fiduciary'] })).id, SELF);
  assert.equal((await client.clearBlame(SELF)).blamed, null);
  await client.removePeer(SELF);
  assert.equal((await client.peers()).length, 4);
  const made = await client.createOrder({ coin: '0' }, { wait: 1, idempotencyKey: 'k' });
  assert.equal(made.extension.address, ADDRESS);
  assert.equal(service.calls[0]?.key, 'k');
  assert.equal((await client.order(made.orderReference)).address, ADDRESS);
  assert.equal((await client.orders({ perPage: 5 })).perPage, 5);
  const redeemed = await client.redeemOrder(
    { orderReference: made.orderReference, beneficiaryIDDocumentCID: BENEFICIARY },
    {},
  );
  assert.equal(redeemed.secret, '');
  service.change(made.orderReference, { keyHeld: true });
  assert.equal((await client.exportKey(made.orderReference)).format, 'wif');
  assert.equal((await client.records(made.orderReference, 'fiduciary')).length, 2);
  assert.equal((await client.verifyLog()).records, 42);
  assert.equal((await client.replayLog(null)).events, 2);
  service.prompt = false;
  const second = await client.createOrder({}, {});
  assert.equal((await client.cancelOrder(second.orderReference, 'no')).ended?.text, 'no');
});

test('a refusal keeps the code of the node', async (t) => {
  const { client, url } = await connected(t);
  await assert.rejects(
    client.order(id(9)),
    (thrown) =>
      thrown instanceof RefusedError &&
      thrown.code === 'node/order-unknown' &&
      thrown.problem.status === 404,
  );
  await assert.rejects(createClient({ url, token: 'wrong' }).status(), {
    code: 'api/unauthenticated',
  });
});

test('no node, another server, or one that hangs up is unreachable', async (t) => {
  const { url, api } = await connected(t);
  await api.close();
  await assert.rejects(
    createClient({ url, token: TOKEN }).status(),
    unreachable(/no node answers at http:\/\/127\.0\.0\.1:\d+: is it running\?/),
  );
  const page = await server(t, (_, response) => response.writeHead(502).end('<html>'));
  await assert.rejects(createClient({ url: page, token: TOKEN }).status(), unreachable(/HTTP 502/));
  const broken = await server(t, (request) => request.socket.destroy());
  await assert.rejects(createClient({ url: broken, token: TOKEN }).status(), unreachable(/./));
});

test('an answer of another shape is not believed', async (t) => {
  const lying = await server(t, (_, response) => response.end('{"nodeCID":"x"}'));
  await assert.rejects(createClient({ url: lying, token: TOKEN }).status(), CodecError);
});

test('the token goes nowhere else: not in an address, not along a redirect', async (t) => {
  const seen: string[] = [];
  const thief = await server(t, (request, response) => {
    seen.push(JSON.stringify(request.headers));
    response.end('{}');
  });
  const redirecting = await server(t, (request, response) => {
    assert.doesNotMatch(String(request.url), new RegExp(TOKEN));
    response.writeHead(307, { location: thief }).end();
  });
  await assert.rejects(
    createClient({ url: redirecting, token: TOKEN }).status(),
    unreachable(/redirect/),
  );
  assert.deepEqual(seen, []);
});

test('an abort ends a call with its reason', async (t) => {
  const silent = await server(t, () => undefined);
  const abort = new AbortController();
  const call = createClient({ url: silent, token: TOKEN, signal: abort.signal }).status();
  abort.abort(new Error('interrupted'));
  await assert.rejects(call, /interrupted/);
});

test('an order is watched, change by change', async (t) => {
  const { client, service, api } = await connected(t);
  service.prompt = false;
  const { orderReference } = await client.createOrder({}, {});
  const changes = client.watchOrder(orderReference);
  const next = async () => (await changes.next()).value?.threshold;
  assert.equal(await next(), 2);
  for (const threshold of [3, 4]) {
    service.change(orderReference, { threshold });
    assert.equal(await next(), threshold);
  }
  await api.close();
  assert.equal((await changes.next().catch(() => ({ done: true }))).done, true);
  await assert.rejects(client.watchOrder(orderReference).next(), unreachable(/running/));
});

test('events are found however the bytes are cut', async () => {
  const { eventsOf } = await import('../../src/api/event-stream.ts');
  const bytes = Buffer.from(
    ': hello\n\nevent: order\ndata: {"a":"ü"}\n\ndata: 2\n\nevent: half\nda',
  );
  for (let size = 1; size <= bytes.length; size++) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)),
    );
    const events = [];
    for await (const event of eventsOf(ReadableStream.from(parts))) events.push(event);
    assert.deepEqual(events, [
      { event: 'order', data: '{"a":"ü"}' },
      { event: 'message', data: '2' },
    ]);
  }
});
