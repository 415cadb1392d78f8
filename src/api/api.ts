import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TSchema } from 'typebox';
import type { NodeService } from '../node/service.ts';
import type { Clock } from '../ports/clock.ts';
import { Problem } from './schemas.ts';

/** What every file of routes works with. */

/** A Fastify whose handlers get their types from the schemas of the route. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface RouteDeps {
  service: NodeService;
  clock: Clock;
  limits: ApiLimits;
  /** What a request for an order gets that it leaves open. `expiresIn` in milliseconds. */
  orders: { coin: string; expiresIn: number };
}

export interface ApiLimits {
  /** Bytes of a body; a file of an identity may be longer. */
  body: number;
  identityFile: number;
  /** Requests a second on average, and at once. */
  perSecond: number;
  burst: number;
  /** Event streams open at once. */
  streams: number;
  /** Milliseconds that an answer waits for an order where the client names no time. */
  wait: number;
}

/** The answers of a route, and the one form of everything else. */
export const answers = <Answers extends Record<number, TSchema>>(schemas: Answers) =>
  ({ ...schemas, '4xx': Problem, '5xx': Problem }) as const;
