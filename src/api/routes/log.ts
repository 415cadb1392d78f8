import { VerifiedView } from '../../domain/views.ts';
import { answers, type Api, type RouteDeps } from '../api.ts';
import {
  Empty,
  OrderParams,
  RecordsAnswer,
  RecordsQuery,
  ReplayAnswer,
  ReplayRequest,
} from '../schemas.ts';

/** The event log: read, checked, folded again. */
export const logRoutes = (api: Api, { service }: RouteDeps): void => {
  api.get(
    '/v1/log/:orderReference',
    {
      schema: {
        operationId: 'showLog',
        params: OrderParams,
        querystring: RecordsQuery,
        response: answers({ 200: RecordsAnswer }),
      },
    },
    async ({ params, query }) => ({
      records: await service.logRecords(params.orderReference, query.role ?? null),
    }),
  );

  api.post(
    '/v1/log/verify',
    {
      schema: { operationId: 'verifyLog', body: Empty, response: answers({ 200: VerifiedView }) },
    },
    async () => service.verifyLog(),
  );

  api.post(
    '/v1/log/replay',
    {
      schema: {
        operationId: 'replayLog',
        body: ReplayRequest,
        response: answers({ 200: ReplayAnswer }),
      },
    },
    async ({ body }) => service.replay(body.orderReference ?? null),
  );
};
