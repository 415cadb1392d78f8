import { Type } from 'typebox';
import { PeerView } from '../../domain/views.ts';
import { answers, type Api, type RouteDeps } from '../api.ts';
import { Empty, PeerListAnswer, PeerParams, PeerRequest } from '../schemas.ts';

/** Whom the operator trusts, and for what. */
export const peerRoutes = (api: Api, { service, limits }: RouteDeps): void => {
  api.get(
    '/v1/peer',
    { schema: { operationId: 'listPeers', response: answers({ 200: PeerListAnswer }) } },
    async () => ({ peers: await service.peers() }),
  );

  api.post(
    '/v1/peer',
    {
      bodyLimit: limits.identityFile,
      schema: { operationId: 'addPeer', body: PeerRequest, response: answers({ 201: PeerView }) },
    },
    async ({ body: { name = null, ...peer } }, reply) =>
      reply.code(201).send(await service.addPeer({ ...peer, name })),
  );

  api.delete(
    '/v1/peer/:id',
    {
      schema: {
        operationId: 'removePeer',
        params: PeerParams,
        response: answers({ 204: Type.Null() }),
      },
    },
    async ({ params }, reply) => {
      await service.removePeer(params.id);
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/v1/peer/:id/clear',
    {
      schema: {
        operationId: 'clearPeer',
        params: PeerParams,
        body: Empty,
        response: answers({ 200: PeerView }),
      },
    },
    async ({ params }) => service.clearBlame(params.id),
  );
};
