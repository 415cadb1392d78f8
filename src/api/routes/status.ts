import type { Api, RouteDeps } from '../api.ts';
import { answers } from '../api.ts';
import { IdentityAnswer, IdentityFile, StatusAnswer } from '../schemas.ts';

/** How this node is, and who. */
export const statusRoutes = (api: Api, { service }: RouteDeps): void => {
  api.get(
    '/v1/status',
    { schema: { operationId: 'status', response: answers({ 200: StatusAnswer }) } },
    async () => {
      const status = await service.status();
      return { ...status, timeStamp: new Date(status.timeStamp).toISOString() };
    },
  );

  api.get(
    '/v1/identity',
    { schema: { operationId: 'identity', response: answers({ 200: IdentityAnswer }) } },
    async () => {
      const { nodeCID, name, fingerprint, peerId, network, listening } = await service.status();
      return { idDocumentCID: nodeCID, name, fingerprint, peerId, network, addrs: listening };
    },
  );

  api.get(
    '/v1/identity/export',
    { schema: { operationId: 'exportIdentity', response: answers({ 200: IdentityFile }) } },
    async () => ({ file: await service.exportIdentity() }),
  );
};
