import { IdentityView } from '../../domain/views.ts';
import { answers, type Api, type RouteDeps } from '../api.ts';
import { Empty, PeerParams, RecoverAnswer, RotateRequest } from '../schemas.ts';

/** Identities: the own one changes or ends, those of others are looked up; and the way on after a rollback. */
export const identityRoutes = (api: Api, { service }: RouteDeps): void => {
  api.get(
    '/v1/identity/:id',
    {
      schema: {
        operationId: 'resolveIdentity',
        params: PeerParams,
        response: answers({ 200: IdentityView }),
      },
    },
    async ({ params }) => service.resolveIdentity(params.id),
  );

  api.post(
    '/v1/identity/rotate',
    {
      schema: {
        operationId: 'rotateIdentity',
        body: RotateRequest,
        response: answers({ 200: IdentityView }),
      },
    },
    async ({ body }) => service.rotateIdentity(body.replace ?? ['kem', 'bls']),
  );

  api.post(
    '/v1/identity/revoke',
    {
      schema: {
        operationId: 'revokeIdentity',
        body: Empty,
        response: answers({ 200: IdentityView }),
      },
    },
    async () => service.revokeIdentity(),
  );

  api.post(
    '/v1/recover',
    {
      schema: { operationId: 'recover', body: Empty, response: answers({ 200: RecoverAnswer }) },
    },
    async () => service.recover(),
  );
};
