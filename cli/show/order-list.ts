import { shortId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { columns } from './columns.ts';
import { relative } from './moments.ts';
import { guardedBy, nameIn, stateOf } from './words.ts';

export const orderList = (
  listed: { orders: readonly OrderView[]; page: number; perPage: number; total: number },
  now: number,
): string => {
  const { orders, page, perPage, total } = listed;
  if (total === 0) return 'no orders yet: milagro order create';
  const pages = Math.ceil(total / perPage);
  const rows = orders.map((order) => [
    shortId(order.orderReference),
    stateOf(order),
    relative(order.createdAt, now),
    order.coin,
    guardedBy(order),
    order.beneficiary === null ? '-' : nameIn(order, order.beneficiary),
    order.address ?? '-',
  ]);
  const table = columns([
    ['order', 'state', 'created', 'coin', 'guarded by', 'beneficiary', 'address'],
    ...rows,
  ]);
  return pages > 1 ? `${table}\n\npage ${page} of 0 to ${pages - 1}, ${total} orders` : table;
};

/** One line for one change, as `order watch` prints it. */
export const orderLine = (order: OrderView): string => {
  const roles = order.roles.map(({ role, state }) => `${role} ${state}`).join(', ');
  const missing = order.roles
    .flatMap(({ waitingFor }) => waitingFor)
    .filter(({ node }) => node !== null)
    .map(({ node, event }) => `${node === null ? '' : nameIn(order, node)} ${event}`);
  return [
    roles,
    ...(missing.length === 0 ? [] : [`waits for ${[...new Set(missing)].join(', ')}`]),
    ...(order.address === null ? [] : [order.address]),
    ...(order.singleFiduciary ? ['single fiduciary'] : []),
  ].join('; ');
};
