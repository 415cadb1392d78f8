import type { OrderWish } from '../../node/service.ts';
import { ApiError } from '../../errors.ts';
import { answers, type Api, type RouteDeps } from '../api.ts';
import { isReady, isRedeemed, orderAnswer, orderDetailAnswer, secretAnswer } from '../contract.ts';
import { idempotencyKey, waitOf } from '../request.ts';
import {
  CancelRequest,
  CertificateFile,
  Empty,
  KeyAnswer,
  OrderAnswer,
  OrderDetailAnswer,
  OrderListAnswer,
  OrderParams,
  OrderQuery,
  OrderRequest,
  SecretAnswer,
  SecretRequest,
} from '../schemas.ts';

/** Orders of this node: what the reference's clients know, and what its operator may do besides. */
export const orderRoutes = (api: Api, { service, limits, orders }: RouteDeps): void => {
  const create = answers({ 200: OrderAnswer, 202: OrderAnswer });
  api.post(
    '/v1/order',
    { schema: { operationId: 'createOrder', body: OrderRequest, response: create } },
    async ({ body, headers }, reply) => {
      const made = await service.createOrder(wishOf(body, orders), idempotencyKey(headers));
      const order = await service.settled(
        made.orderReference,
        'ready',
        waitOf(headers, limits.wait),
      );
      return reply.code(isReady(order) ? 200 : 202).send(orderAnswer(order));
    },
  );

  api.get(
    '/v1/order',
    {
      schema: {
        operationId: 'listOrders',
        querystring: OrderQuery,
        response: answers({ 200: OrderListAnswer }),
      },
    },
    async ({ query: { page = 0, perPage = 20, sortBy = 'dateCreatedDesc' } }) => {
      const newestFirst = sortBy !== 'dateCreatedAsc';
      const listed = await service.orders({ page, perPage, newestFirst });
      const orderReference = listed.orders.map((order) => order.orderReference);
      return { orderReference, orders: listed.orders, page, perPage, total: listed.total };
    },
  );

  api.get(
    '/v1/order/:orderReference',
    {
      schema: {
        operationId: 'showOrder',
        params: OrderParams,
        response: answers({ 200: OrderDetailAnswer }),
      },
    },
    async ({ params }) => orderDetailAnswer(await service.order(params.orderReference)),
  );

  api.get(
    '/v1/order/:orderReference/certificate',
    {
      schema: {
        operationId: 'exportCertificate',
        params: OrderParams,
        response: answers({ 200: CertificateFile }),
      },
    },
    async ({ params }) => ({ file: await service.exportCertificate(params.orderReference) }),
  );

  api.post(
    '/v1/order/:orderReference/cancel',
    {
      schema: {
        operationId: 'cancelOrder',
        params: OrderParams,
        body: CancelRequest,
        response: answers({ 200: OrderDetailAnswer }),
      },
    },
    async ({ params, body: { text = 'cancelled by the operator' } }) =>
      orderDetailAnswer(await service.cancelOrder(params.orderReference, text)),
  );

  const redeem = answers({ 200: SecretAnswer, 202: SecretAnswer });
  api.post(
    '/v1/order/secret',
    { schema: { operationId: 'redeemOrder', body: SecretRequest, response: redeem } },
    async ({ body, headers }, reply) => {
      const { orderReference, beneficiaryIDDocumentCID } = body;
      await service.redeemOrder(
        orderReference,
        beneficiaryIDDocumentCID || null,
        idempotencyKey(headers),
      );
      const order = await service.settled(orderReference, 'redeemed', waitOf(headers, limits.wait));
      return reply.code(isRedeemed(order) ? 200 : 202).send(secretAnswer(order));
    },
  );

  api.post(
    '/v1/order/:orderReference/key',
    {
      schema: {
        operationId: 'exportKey',
        params: OrderParams,
        body: Empty,
        response: answers({ 200: KeyAnswer }),
      },
    },
    async ({ params }) => service.exportKey(params.orderReference),
  );
};

const wishOf = (request: OrderRequest, otherwise: RouteDeps['orders']): OrderWish => {
  const { coin, extension } = request;
  if (coin !== undefined && extension?.coin !== undefined && coin !== extension.coin)
    throw new ApiError('api/bad-request', 'coin and extension.coin differ');
  return {
    coin: coin ?? extension?.coin ?? otherwise.coin,
    beneficiary: request.beneficiaryIDDocumentCID || null,
    fiduciaries: request.fiduciaries ?? [],
    threshold: request.threshold ?? null,
    notBefore: request.notBefore ?? null,
    expiresIn: request.expiresIn ?? otherwise.expiresIn,
  };
};
