import { Type, type Static, type TProperties, type TSchema } from 'typebox';
import { CID_PATTERN } from '../domain/ids.ts';
import { RoleSchema } from '../domain/messages.ts';
import { cid, closed, integer, text } from '../domain/schema.ts';
import { OrderView, PeerView, RecordView, StatusView } from '../domain/views.ts';

/**
 * What clients send and get: the `/v1` contract of the reference implementation, plus the views of this node. These
 * schemas check requests and answers, type routes and client, and make the OpenAPI document.
 */

const DAY = 86_400_000;
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const answer = <P extends TProperties>(properties: P, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });

/** Old clients send an empty text where they name nobody. */
const beneficiary = optional(
  Type.Union([cid(), Type.Literal('')], {
    description: 'node id of the beneficiary; absent or empty: not named yet',
  }),
);
const coin = Type.String({
  pattern: '^[a-z0-9:-]{1,32}$',
  description: 'name of the coin, or its number in SLIP-44',
});
/** Of the plugins there, only the wallet is served: a value that nobody would heed is refused. */
const extension = optional(closed({ coin: optional(coin) }));

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'urn:milagro:error:<code>' }),
    title: Type.String(),
    status: integer(400, 599),
    detail: Type.String(),
    code: Type.String({ description: 'stable; docs/errors.md has cause and remedy' }),
    requestId: Type.String({ description: 'names the request in the log of the node' }),
    orderReference: optional(cid()),
  },
  { description: 'RFC 9457' },
);
export type Problem = Static<typeof Problem>;

export const StatusAnswer = answer(
  { ...StatusView.properties, timeStamp: Type.String({ description: 'RFC 3339' }) },
  'how the node is',
);
export type StatusAnswer = Static<typeof StatusAnswer>;

export const OrderRequest = closed({
  beneficiaryIDDocumentCID: beneficiary,
  coin: optional(coin),
  fiduciaries: optional(
    Type.Array(cid(), {
      maxItems: 32,
      uniqueItems: true,
      description: 'absent or empty: every fiduciary that is pinned',
    }),
  ),
  threshold: optional(integer(1, 32)),
  /** Milliseconds since the epoch. */
  notBefore: optional(integer(0, 8_640_000_000_000_000)),
  /** Milliseconds from now until every party must have certified the wallet. */
  expiresIn: optional(integer(1_000, 366 * DAY)),
  extension,
});
export type OrderRequest = Static<typeof OrderRequest>;

export const OrderAnswer = answer(
  {
    orderReference: cid(),
    commitment: Type.String({
      description: 'wallet public key, compressed, hex; empty until the order is ready',
    }),
    createdAt: integer(0, Number.MAX_SAFE_INTEGER),
    extension: closed({ address: optional(Type.String()) }),
    order: OrderView,
  },
  'an order; 200: the wallet is ready, 202: not yet',
);
export type OrderAnswer = Static<typeof OrderAnswer>;

export const OrderQuery = closed({
  page: optional(integer(0, 1_000_000)),
  perPage: optional(integer(1, 100)),
  sortBy: optional(Type.Enum(['dateCreatedAsc', 'dateCreatedDsc', 'dateCreatedDesc'])),
});
export type OrderQuery = Static<typeof OrderQuery>;

export const OrderListAnswer = answer(
  {
    orderReference: Type.Array(cid()),
    orders: Type.Array(OrderView),
    page: integer(0, 1_000_000),
    perPage: integer(1, 100),
    total: integer(0, Number.MAX_SAFE_INTEGER),
  },
  'one page of the orders of this node, newest first where not asked otherwise',
);
export type OrderListAnswer = Static<typeof OrderListAnswer>;

export const OrderDetailAnswer = answer(
  {
    orderCID: cid(),
    order: Type.String({ description: 'JSON' }),
    timestamp: integer(0, Number.MAX_SAFE_INTEGER),
    view: OrderView,
  },
  'all about one order; never a key',
);
export type OrderDetailAnswer = Static<typeof OrderDetailAnswer>;

export const CancelRequest = closed({ text: optional(text(256)) });

export const SecretRequest = closed({
  orderReference: cid(),
  beneficiaryIDDocumentCID: beneficiary,
  extension,
});
export type SecretRequest = Static<typeof SecretRequest>;

export const SecretAnswer = answer(
  {
    secret: Type.Enum(['', '[sealed]'], {
      description: 'never the key: "[sealed]" where this node holds it sealed',
    }),
    commitment: Type.String(),
    orderReference: cid(),
    extension: closed({ address: optional(Type.String()) }),
    order: OrderView,
  },
  'a redemption; 200: the beneficiary has the key, 202: not yet',
);
export type SecretAnswer = Static<typeof SecretAnswer>;

export const KeyAnswer = answer(
  {
    path: Type.String({ description: 'new file of mode 0600 on the host of the node' }),
    format: Type.String(),
    address: Type.String(),
  },
  'where the exported wallet key is; the key itself never crosses the API',
);
export type KeyAnswer = Static<typeof KeyAnswer>;

export const IdentityAnswer = answer(
  {
    idDocumentCID: cid(),
    name: Type.String(),
    fingerprint: Type.String(),
    peerId: Type.String(),
    network: Type.String(),
    addrs: Type.Array(Type.String()),
  },
  'who this node is',
);
export type IdentityAnswer = Static<typeof IdentityAnswer>;

/** A public file, as `milagro certificate export` writes it. */
export const CertificateFile = answer(
  { file: Type.String() },
  'terms, certificate and identities of the parties: all that it takes to verify a wallet',
);

/** A public file, as `milagro id export` writes it. */
export const IdentityFile = answer(
  { file: Type.String({ maxLength: 4_000_000 }) },
  'an identity to hand over',
);

const trusted = {
  name: optional(nullable(text(64))),
  roles: Type.Array(RoleSchema, { minItems: 1, maxItems: 3, uniqueItems: true }),
};
export const PeerRequest = Type.Union([
  closed({
    file: Type.String({ maxLength: 4_000_000, description: 'what `milagro id export` gave there' }),
    ...trusted,
  }),
  closed({
    id: Type.String({ pattern: CID_PATTERN, description: 'looked up at peers' }),
    ...trusted,
  }),
]);
export type PeerRequest = Static<typeof PeerRequest>;

export const RotateRequest = closed({
  replace: optional(
    Type.Array(Type.Enum(['kem', 'bls', 'peer']), {
      maxItems: 3,
      uniqueItems: true,
      description: 'keys to replace besides the sign key; absent: kem and bls',
    }),
  ),
});
export const RecoverAnswer = answer(
  { heads: Type.Array(Type.Integer()), endedRoles: Type.Integer() },
  'what was given up: positions of lost records that peers have seen, and roles of open orders',
);
export type RecoverAnswer = Static<typeof RecoverAnswer>;

export const PeerListAnswer = answer({ peers: Type.Array(PeerView) }, 'the peers that are pinned');
export const RecordsAnswer = answer(
  { records: Type.Array(RecordView) },
  'what this node recorded of an order',
);
export const RecordsQuery = closed({ role: optional(RoleSchema) });
export const ReplayRequest = closed({ orderReference: optional(cid()) });
export const ReplayAnswer = answer(
  { streams: Type.Integer(), events: Type.Integer(), stateHash: Type.String() },
  'what folding the log again from nothing gave',
);
export type ReplayAnswer = Static<typeof ReplayAnswer>;

/** Of a POST that needs no more than its address. */
export const Empty = closed({});
export const OrderParams = closed({ orderReference: Type.String({ pattern: CID_PATTERN }) });
export const PeerParams = closed({ id: Type.String({ pattern: CID_PATTERN }) });
