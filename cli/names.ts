import type { Client } from '../src/api/client.ts';
import { isCid, type NodeId, type OrderId } from '../src/domain/ids.ts';
import { NodeError } from '../src/errors.ts';

/** What people type for a node or an order, as the id that it stands for. */

/**
 * @param text an id, the name of a peer, or `self`
 * @throws NodeError node/party-unknown, also when two peers have that name
 */
export const nodeNamed = async (client: Client, text: string): Promise<NodeId> => {
  if (isCid(text)) return text;
  if (text === 'self') return (await client.identity()).idDocumentCID;
  const named = (await client.peers()).filter(({ name }) => name === text);
  const [only, other] = named;
  if (only === undefined)
    throw new NodeError('node/party-unknown', `no peer is called ${text}: milagro peer list`);
  if (other !== undefined)
    throw new NodeError('node/party-unknown', `several peers are called ${text}: use the id`);
  return only.id;
};

const SHORT = /^[a-z2-7]{6,58}$/;
const PAGE = 100;
/** Older orders need their whole id. */
const PAGES = 10;

/**
 * @param text an id, or its last six or more characters, among the thousand newest orders
 * @throws NodeError node/order-unknown, also when two orders end so
 */
export const orderNamed = async (client: Client, text: string): Promise<OrderId> => {
  if (isCid(text)) return text;
  const found = SHORT.test(text) ? await ending(client, text) : [];
  const [only, other] = found;
  if (only === undefined)
    throw new NodeError('node/order-unknown', `no order ends in ${text}: milagro order list`);
  if (other !== undefined)
    throw new NodeError('node/order-unknown', `several orders end in ${text}: use more of the id`);
  return only;
};

const ending = async (client: Client, end: string): Promise<OrderId[]> => {
  const found: OrderId[] = [];
  for (let page = 0; page < PAGES; page++) {
    const { orderReference, total } = await client.orders({ page, perPage: PAGE });
    found.push(...orderReference.filter((order) => order.endsWith(end)));
    if ((page + 1) * PAGE >= total) break;
  }
  return found;
};
