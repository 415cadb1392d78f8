import type { Static, TSchema } from 'typebox';
import type { NodeId, OrderId, Role } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { IdentityView, OrderView, PeerView, VerifiedView } from '../domain/views.ts';
import { ApiError, MilagroError, reason } from '../errors.ts';
import { eventsOf } from './event-stream.ts';
import {
  CertificateFile,
  IdentityAnswer,
  IdentityFile,
  KeyAnswer,
  OrderAnswer,
  OrderDetailAnswer,
  OrderListAnswer,
  PeerListAnswer,
  Problem,
  RecordsAnswer,
  RecoverAnswer,
  ReplayAnswer,
  SecretAnswer,
  StatusAnswer,
  type OrderQuery,
  type OrderRequest,
  type PeerRequest,
  type SecretRequest,
} from './schemas.ts';

/** The API from the other side: one method a route, every answer checked before it is believed. */
export interface ClientDeps {
  /** Origin, e.g. `http://127.0.0.1:5556`. */
  url: string;
  /** Secret; sent in a header only. */
  token: string;
  /** Ends whatever is under way. */
  signal?: AbortSignal;
}

/** How long the node may hold the answer back until the order is settled, seconds. */
interface Patience {
  wait?: number | undefined;
  /** Repeating the request with this key has no second effect. */
  idempotencyKey?: string | undefined;
}

export type Client = ReturnType<typeof createClient>;

/** A refusal by the node, with the code it gave. */
export class RefusedError extends MilagroError {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code, problem.detail);
    this.problem = problem;
  }
}

/**
 * Every method rejects with RefusedError when the node says no, ApiError api/unreachable when no node answers there,
 * CodecError codec/schema when the answer is not of its schema, and the signal's reason when it is aborted.
 */
export const createClient = (deps: ClientDeps) => {
  const get = <S extends TSchema>(path: string, answer: S) => ask(deps, { path, answer });
  const post = <S extends TSchema>(path: string, answer: S, body: object, patience?: Patience) =>
    ask(deps, { method: 'POST', path, answer, body, ...patience });

  return {
    status: () => get('/v1/status', StatusAnswer),
    identity: () => get('/v1/identity', IdentityAnswer),
    exportIdentity: async () => (await get('/v1/identity/export', IdentityFile)).file,

    /** As peers know it now. */
    resolveIdentity: (id: NodeId) => get(`/v1/identity/${id}`, IdentityView),
    rotateIdentity: (replace: ('kem' | 'bls' | 'peer')[]) =>
      post('/v1/identity/rotate', IdentityView, { replace }),
    revokeIdentity: () => post('/v1/identity/revoke', IdentityView, {}),
    recover: () => post('/v1/recover', RecoverAnswer, {}),

    createOrder: (request: OrderRequest, patience: Patience) =>
      post('/v1/order', OrderAnswer, request, patience),
    redeemOrder: (request: SecretRequest, patience: Patience) =>
      post('/v1/order/secret', SecretAnswer, request, patience),
    cancelOrder: async (order: OrderId, text?: string) =>
      (await post(`/v1/order/${order}/cancel`, OrderDetailAnswer, { ...(text && { text }) })).view,
    order: async (order: OrderId) => (await get(`/v1/order/${order}`, OrderDetailAnswer)).view,
    orders: (query: OrderQuery) => get(`/v1/order?${queryOf(query)}`, OrderListAnswer),
    exportKey: (order: OrderId) => post(`/v1/order/${order}/key`, KeyAnswer, {}),
    certificate: async (order: OrderId) =>
      (await get(`/v1/order/${order}/certificate`, CertificateFile)).file,
    /** The order now and after each change, until the signal aborts or the node stops. */
    watchOrder: (order: OrderId) => watch(deps, order),

    peers: async () => (await get('/v1/peer', PeerListAnswer)).peers,
    addPeer: (peer: PeerRequest) => post('/v1/peer', PeerView, peer),
    removePeer: async (id: NodeId) => {
      await send(deps, { method: 'DELETE', path: `/v1/peer/${id}` });
    },
    clearBlame: (id: NodeId) => post(`/v1/peer/${id}/clear`, PeerView, {}),

    records: async (order: OrderId, role: Role | null) =>
      (await get(`/v1/log/${order}?${queryOf({ role: role ?? undefined })}`, RecordsAnswer))
        .records,
    verifyLog: () => post('/v1/log/verify', VerifiedView, {}, { wait: MINUTES }),
    replayLog: (orderReference: OrderId | null) =>
      post(
        '/v1/log/replay',
        ReplayAnswer,
        { ...(orderReference && { orderReference }) },
        { wait: MINUTES },
      ),
  };
};

/** Reading a whole log takes as long as it takes. */
const MINUTES = 600;
/** Seconds that a node which is there may take for anything else. */
const LEEWAY = 30;
/** The longest that a node holds an answer back when it is not told how long. */
const MOST_WAIT = 120;

interface Request {
  method?: 'POST' | 'DELETE';
  path: string;
  body?: object;
  wait?: number | undefined;
  idempotencyKey?: string | undefined;
}

const ask = async <S extends TSchema>(
  deps: ClientDeps,
  { answer, ...request }: Request & { answer: S },
): Promise<Static<S>> => {
  const limit = AbortSignal.timeout(((request.wait ?? MOST_WAIT) + LEEWAY) * 1_000);
  const response = await send(deps, request, limit);
  return parse(answer, await jsonOf(deps, response), 'answer of the node');
};

const send = async (
  { url, token, signal }: ClientDeps,
  { method, path, body, wait, idempotencyKey }: Request,
  limit?: AbortSignal,
): Promise<Response> => {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body && { 'content-type': 'application/json' }),
    ...(wait !== undefined && { prefer: `wait=${wait}` }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const signals = [signal, limit].filter((each) => each !== undefined);
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method: method ?? 'GET',
      headers,
      redirect: 'error',
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any(signals),
    });
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    throw unreachable(url, thrown);
  }
  if (!response.ok) throw await refusalOf(url, response);
  return response;
};

const refusalOf = async (url: string, response: Response): Promise<MilagroError> => {
  try {
    return new RefusedError(parse(Problem, await response.json(), 'problem'));
  } catch (cause) {
    const message = `${url} does not answer as a Milagro node does (HTTP ${response.status})`;
    return new ApiError('api/unreachable', message, { cause });
  }
};

const jsonOf = async ({ url, signal }: ClientDeps, response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    throw unreachable(url, thrown);
  }
};

/** What `fetch` says is always "fetch failed"; the cause says why. */
const unreachable = (url: string, thrown: unknown): ApiError => {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const refused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
  const why = refused ? 'is it running? `milagro daemon` starts it' : reason(cause);
  return new ApiError('api/unreachable', `no node answers at ${url}: ${why}`, { cause: thrown });
};

async function* watch(deps: ClientDeps, order: OrderId): AsyncGenerator<OrderView> {
  const { body } = await send(deps, { path: `/v1/order/${order}/events` });
  if (body === null) return;
  try {
    for await (const { event, data } of eventsOf(body))
      if (event === 'order') yield parse(OrderView, JSON.parse(data), 'event of the node');
  } catch (thrown) {
    if (deps.signal?.aborted === true || thrown instanceof MilagroError) throw thrown;
    throw new ApiError('api/unreachable', `the node at ${deps.url} is gone`, { cause: thrown });
  }
}

const queryOf = (query: Record<string, string | number | undefined>): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value));
  return search.toString();
};
