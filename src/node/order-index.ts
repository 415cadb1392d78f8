import type { OrderId } from '../domain/ids.ts';

/** The orders of this node by age, for lists: an id and a time each, so that ten thousand cost a megabyte. */
export interface OrderIndex {
  note(order: OrderId, createdAt: number): void;
  page(page: { page: number; perPage: number; newestFirst: boolean }): OrderId[];
  size(): number;
}

export const createOrderIndex = (): OrderIndex => {
  const createdAt = new Map<OrderId, number>();
  let sorted: OrderId[] | undefined;
  const byAge = (): OrderId[] =>
    (sorted ??= [...createdAt]
      .toSorted(([a, from], [b, to]) => from - to || (a < b ? -1 : 1))
      .map(([order]) => order));
  return {
    note: (order, at) => {
      if (createdAt.has(order)) return;
      createdAt.set(order, at);
      sorted = undefined;
    },
    page: ({ page, perPage, newestFirst }) => {
      const all = newestFirst ? byAge().toReversed() : byAge();
      return all.slice(page * perPage, (page + 1) * perPage);
    },
    size: () => createdAt.size,
  };
};
