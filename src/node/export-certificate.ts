import { writeCertificateFile } from '../custody/certificate-file.ts';
import type { OrderId } from '../domain/ids.ts';
import { NodeError } from '../errors.ts';
import type { Actors } from './actors.ts';
import type { Directory } from './directory.ts';

/**
 * The certificate of a ready order with the identities of its parties, as a file that verifies anywhere.
 * @throws NodeError node/order-unknown; node/order-state while there is no wallet
 */
export const exportCertificate = async (
  deps: { network: string; actors: Actors; directory: Directory },
  order: OrderId,
): Promise<string> => {
  const { network, actors, directory } = deps;
  const roles = actors.roles(order);
  if (roles.length === 0) throw new NodeError('node/order-unknown', 'no such order on this node');
  for (const role of roles) {
    const { terms, certificate } = (await actors.of(order, role).view()).context;
    if (terms !== null && certificate !== null)
      return writeCertificateFile({ network, terms, certificate }, (state) =>
        directory.registry.chain(state),
      );
  }
  throw new NodeError('node/order-state', 'the order has no certificate: it is not ready');
};
