import { coinOf } from '../coins/coins.ts';
import type { OrderId } from '../domain/ids.ts';
import { NodeError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Actors } from './actors.ts';

export interface ExportDeps {
  log: Pick<EventLog, 'secret'>;
  keystore: Keystore;
  actors: Actors;
  /** Writes a new file that only its owner reads, and returns the path; never overwrites. */
  writeExport(name: string, content: Buffer): Promise<string>;
}

/**
 * Writes the wallet key of a redeemed order to a file, in the form that wallets of its coin import.
 * @throws NodeError node/key-unavailable when this node is not the beneficiary, or not redeemed yet
 */
export const exportKey = async (
  { log, keystore, actors, writeExport }: ExportDeps,
  order: OrderId,
): Promise<{ path: string; format: string; address: string }> => {
  if (!actors.roles(order).includes('beneficiary'))
    throw new NodeError(
      'node/key-unavailable',
      'this node is not the beneficiary of such an order',
    );
  const { context } = await actors.of(order, 'beneficiary').view();
  const { key } = context.secrets;
  const { terms, certificate } = context;
  if (key === undefined || !terms || !certificate)
    throw new NodeError(
      'node/key-unavailable',
      'the order is not redeemed yet: there is no key to export',
    );
  const coin = coinOf(terms.coin);
  const path = await keystore.open('wallet-key', key, await log.secret(key), async (secret) => {
    const exported = coin.exportKey(secret);
    try {
      return await writeExport(`${order}.key`, exported);
    } finally {
      exported.fill(0);
    }
  });
  return { path, format: coin.keyFormat, address: certificate.address };
};
