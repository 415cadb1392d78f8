import type { InjectOptions } from 'fastify';
import type { TestContext } from 'node:test';
import type { ApiLimits } from '../../src/api/api.ts';
import { createApi } from '../../src/api/server.ts';
import { NOW, smallService, type SmallService } from './small-service.ts';

export const TOKEN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-';

/** An API over the small service, a clock that stands still, and calls that show the token. */
export const smallApi = (
  t: TestContext,
  options: { limits?: Partial<ApiLimits>; service?: SmallService } = {},
) => {
  const service = options.service ?? smallService();
  const time = { now: NOW };
  const timers = new Set<() => void>();
  const clock = {
    now: () => time.now,
    after: (_delay: number, wake: () => void) => {
      timers.add(wake);
      return () => timers.delete(wake);
    },
  };
  const api = createApi({
    service,
    token: TOKEN,
    clock,
    orders: { coin: 'bitcoin', expiresIn: 86_400_000 },
    limits: { wait: 0, ...options.limits },
  });
  t.after(() => api.close());
  const call = async (
    method: 'GET' | 'POST' | 'DELETE' | 'PUT',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await api.inject({
      method,
      url,
      headers: {
        host: '127.0.0.1:5556',
        authorization: `Bearer ${TOKEN}`,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: body as NonNullable<InjectOptions['payload']> }),
    });
    return response;
  };
  return { api, service, time, timers, call };
};
