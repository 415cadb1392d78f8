import {
  ApiError,
  MilagroError,
  NodeError,
  type ApiCode,
  type CodecCode,
  type CoinCode,
  type ConfigCode,
  type CryptoCode,
  type DocstoreCode,
  type EnvelopeCode,
  type IdentityCode,
  type KeystoreCode,
  type LogCode,
  type NodeCode,
  type TransportCode,
} from '../errors.ts';
import type { Problem } from './schemas.ts';

/** Every error of the node as an answer of HTTP: RFC 9457, application/problem+json. */

type Code =
  | ApiCode
  | CodecCode
  | CoinCode
  | ConfigCode
  | CryptoCode
  | DocstoreCode
  | EnvelopeCode
  | IdentityCode
  | KeystoreCode
  | LogCode
  | NodeCode
  | TransportCode;
type Family = Code extends `${infer Name}/${string}` ? Name : never;

/** A new family of codes does not compile without a line here. */
const families: Record<Family, number> = {
  api: 400,
  codec: 400,
  coin: 422,
  config: 500,
  crypto: 422,
  docstore: 503,
  envelope: 422,
  identity: 422,
  keystore: 503,
  log: 503,
  node: 409,
  transport: 503,
};

const exceptions: Partial<Record<Code, number>> = {
  'api/unauthenticated': 401,
  'api/host': 403,
  'api/not-found': 404,
  'api/too-large': 413,
  'api/rate': 429,
  'api/unreachable': 503,
  'codec/too-large': 413,
  'docstore/not-found': 404,
  'identity/unknown': 404,
  'identity/incomplete': 503,
  'identity/exists': 409,
  'keystore/exists': 409,
  'log/not-found': 404,
  'node/order-unknown': 404,
  'node/party-unknown': 404,
  'node/not-party': 403,
  'node/role': 403,
  'node/policy': 403,
  'node/terms': 422,
  'node/idempotency-conflict': 422,
  'node/limit': 429,
  'node/rolled-back': 503,
  'node/internal': 500,
};

const titles: Readonly<Record<number, string>> = {
  400: 'the request is not well-formed',
  401: 'show the API token of this node',
  403: 'refused',
  404: 'no such thing',
  409: 'not possible in this state',
  413: 'the request is too large',
  422: 'the request cannot be carried out',
  429: 'too much at once',
  500: 'the node failed',
  503: 'the node cannot answer now',
};

export const statusOf = (code: string): number =>
  lookup(exceptions, code) ?? lookup(families, code.split('/')[0] ?? '') ?? 500;

const lookup = (table: Partial<Record<string, number>>, key: string): number | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/**
 * The one place where a thrown value becomes an answer. The text of a MilagroError is made to be shown; of any other
 * error nothing is: the log has it, under the same request id.
 */
export const problemOf = (thrown: unknown, requestId: string): Problem => {
  const error = asMilagroError(thrown);
  const status = statusOf(error.code);
  return {
    type: `urn:milagro:error:${error.code}`,
    title: titles[status] ?? titles[500] ?? '',
    status,
    detail: status === 500 ? `see the log of the node for request ${requestId}` : error.message,
    code: error.code,
    requestId,
    ...(error instanceof OrderEndedError && { orderReference: error.orderReference }),
  };
};

/** The order was made and is recorded, but gives no wallet: no answer may look like one that does. */
export class OrderEndedError extends NodeError {
  readonly orderReference: string;

  constructor(orderReference: string, why: { code: string; text: string }) {
    super('node/order-state', `the order ended without a wallet: ${why.code} ${why.text}`.trim());
    this.orderReference = orderReference;
  }
}

const asMilagroError = (thrown: unknown): MilagroError => {
  if (thrown instanceof MilagroError) return thrown;
  return (
    refusalOfFastify(thrown) ?? new NodeError('node/internal', 'unexpected', { cause: thrown })
  );
};

/** Fastify throws its own before a route is reached. Its texts repeat input; ours do not. */
const refusalOfFastify = (thrown: unknown): ApiError | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('statusCode' in thrown))
    return undefined;
  const { code, statusCode: status } = thrown;
  if (typeof code !== 'string' || !code.startsWith('FST_')) return undefined;
  if (typeof status !== 'number' || status >= 500) return undefined;
  if (status === 413) return new ApiError('api/too-large', 'the body is too large');
  if (status === 404) return new ApiError('api/not-found', 'no such route');
  if (status === 415) return new ApiError('api/bad-request', 'send application/json');
  return new ApiError('api/bad-request', 'the body or address of the request is malformed');
};
