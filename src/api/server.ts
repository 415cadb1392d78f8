import swagger from '@fastify/swagger';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from '../domain/schema.ts';
import { ApiError, ConfigError, MilagroError, NodeError, reason } from '../errors.ts';
import type { NodeService } from '../node/service.ts';
import type { Clock } from '../ports/clock.ts';
import { checkHost, checkRate, checkToken } from './access.ts';
import type { Api, ApiLimits, RouteDeps } from './api.ts';
import { problemOf } from './problem.ts';
import { identityRoutes } from './routes/identities.ts';
import { logRoutes } from './routes/log.ts';
import { orderEventRoutes } from './routes/order-events.ts';
import { orderRoutes } from './routes/orders.ts';
import { peerRoutes } from './routes/peers.ts';
import { statusRoutes } from './routes/status.ts';

/** What a node offers its operator, over HTTP on the loopback interface, to whoever has the token. */
export interface ApiDeps {
  service: NodeService;
  /** Secret: 43 characters of base64url. */
  token: string;
  clock: Clock;
  logger?: FastifyBaseLogger;
  limits?: Partial<ApiLimits>;
  orders: RouteDeps['orders'];
}

const DEFAULT_LIMITS = {
  body: 65_536,
  identityFile: 1_048_576,
  perSecond: 100,
  streams: 32,
  wait: 20_000,
} satisfies Omit<ApiLimits, 'burst'>;

/** The time that a client may take to send a request, ms; answers may take longer. */
const REQUEST_TIMEOUT = 10_000;

/** Not listening yet: tests `inject`, the node calls `listen`. */
export const createApi = (deps: ApiDeps): Api => {
  const { perSecond } = { ...DEFAULT_LIMITS, ...deps.limits };
  const limits = { ...DEFAULT_LIMITS, burst: 4 * perSecond, ...deps.limits };
  const api: Api = fastify({
    ...(deps.logger && { loggerInstance: deps.logger }),
    bodyLimit: limits.body,
    requestTimeout: REQUEST_TIMEOUT,
    routerOptions: { maxParamLength: 128 },
    exposeHeadRoutes: false,
    // Its lines for each request are `info`; ours below are `debug`.
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(thrown, request, reply),
  }).withTypeProvider();
  guard(api, deps, limits);
  speakJson(api);
  documented(api);
  const routes: RouteDeps = { ...deps, limits };
  // As plugins, so that the document above is there first and sees them.
  for (const group of [
    identityRoutes,
    statusRoutes,
    orderRoutes,
    orderEventRoutes,
    peerRoutes,
    logRoutes,
  ])
    void api.register(async (scope: Api) => group(scope, routes));
  return api;
};

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * @returns the URL to reach it
 * @throws ConfigError config/invalid for any but a loopback address, or when the port is taken
 */
export const listen = async (api: Api, host: string, port: number): Promise<string> => {
  if (!LOOPBACK.includes(host))
    throw new ConfigError('config/invalid', `the API listens on ${LOOPBACK.join(' or ')} only`);
  try {
    return await api.listen({ host, port });
  } catch (thrown) {
    throw new ConfigError('config/invalid', `the API cannot listen: ${reason(thrown)}`, {
      cause: thrown,
    });
  }
};

const guard = (api: Api, { token, clock }: ApiDeps, limits: ApiLimits): void => {
  const checks = [checkHost, checkToken(token), checkRate({ clock, ...limits })];
  api.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    for (const check of checks) check(request);
  });
  api.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    request.log.debug({ method, url, status: reply.statusCode, ms: reply.elapsedTime }, 'request');
  });
  api.setNotFoundHandler(() => {
    throw new ApiError('api/not-found', 'no such route');
  });
  api.setErrorHandler(sendProblem);
};

const sendProblem = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const problem = problemOf(thrown, request.id);
  if (problem.status >= 500) request.log.error({ err: thrown }, 'request failed');
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (problem.status === 429) void reply.header('retry-after', '1');
  void reply
    .code(problem.status)
    .type('application/problem+json')
    .header('x-request-id', request.id)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
};

/** JSON in and out, both checked against the schema of the route. */
const speakJson = (api: Api): void => {
  // A body of text/plain is what a web page may post without being asked by its browser.
  api.removeContentTypeParser('text/plain');
  api.setValidatorCompiler<TSchema>(({ schema, httpPart = 'body' }) => (value: unknown) => {
    try {
      const converted = httpPart === 'body' ? (value ?? {}) : Value.Convert(schema, value);
      return { value: parse(schema, converted, httpPart) };
    } catch (thrown) {
      return { error: thrown instanceof MilagroError ? thrown : new Error(reason(thrown)) };
    }
  });
  api.setSerializerCompiler<TSchema>(({ schema }) => (value: unknown) => {
    try {
      return JSON.stringify(parse(schema, value, 'answer'));
    } catch (cause) {
      // A schema that the answer does not keep is a fault of this node, not of the client.
      throw new NodeError('node/internal', reason(cause), { cause });
    }
  });
};

/** OpenAPI, made of the schemas that the routes are checked with: it cannot differ from the code. */
const documented = (api: Api): void => {
  void api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Milagro Server', version: 'v1', license: { name: 'Apache-2.0' } },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  void api.register(async (scope) => {
    scope.get('/v1/openapi.json', { schema: { hide: true } }, async () => api.swagger());
  });
};
