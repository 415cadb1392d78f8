import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { listen } from '../../src/api/server.ts';
import { smallApi, TOKEN } from './small-api.ts';
import { id } from './small-service.ts';

const watching = async (t: TestContext, limits = {}) => {
  const small = smallApi(t, { limits });
  small.service.prompt = false;
  await small.call('POST', '/v1/order', {});
  const url = await listen(small.api, '127.0.0.1', 0);
  const open = async () => {
    const abort = new AbortController();
    const response = await fetch(`${url}/v1/order/${id(100)}/events`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: abort.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    /** The next event or comment. */
    const next = async (): Promise<string> => {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          return event;
        }
        const part = await reader?.read();
        if (part?.value === undefined) throw new Error('the stream ended');
        text += part.value;
      }
    };
    return { response, next, abort };
  };
  return { ...small, open };
};
const dataOf = (event: string) => JSON.parse(event.split('\ndata: ')[1] ?? '');
/** Gives up after so many turns of the loop that only a missing event can be the reason. */
const until = async (happened: () => boolean): Promise<void> => {
  for (let turns = 0; !happened(); turns++) {
    if (turns > 100_000) throw new Error('it never happened');
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test('a watcher gets the order as it is, then each change, then nothing of other orders', async (t) => {
  const { service, open, call, timers } = await watching(t);
  const { response, next } = await open();
  assert.match(String(response.headers.get('content-type')), /^text\/event-stream/);
  const first = await next();
  assert.match(first, /^event: order\ndata: /);
  assert.equal(dataOf(first).threshold, 2);
  service.change(id(100), { threshold: 3 });
  assert.equal(dataOf(await next()).threshold, 3);
  await call('POST', '/v1/order', {});
  service.change(id(101), { threshold: 1 });
  await until(() => timers.size > 0);
  for (const wake of timers) wake();
  assert.equal(await next(), ': still here');
});

test('a watcher that leaves is forgotten', async (t) => {
  const { service, open } = await watching(t);
  const { next, abort } = await open();
  await next();
  assert.equal(service.watchers(), 1);
  abort.abort();
  await until(() => service.watchers() === 0);
});

test('there are only so many watchers, and places become free again', async (t) => {
  const { service, open } = await watching(t, { streams: 1 });
  const first = await open();
  await first.next();
  assert.equal((await open()).response.status, 429);
  first.abort.abort();
  await until(() => service.watchers() === 0);
  assert.equal((await open()).response.status, 200);
});

test('closing the API ends its streams', async (t) => {
  const { api, open } = await watching(t);
  const { next } = await open();
  await next();
  await api.close();
  await assert.rejects(next());
});
