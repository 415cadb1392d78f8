import { splitStream, type OrderId, type StreamId } from '../domain/ids.ts';

/** The orders of this node by age, for lists: an id and a time each, so that ten thousand cost a megabyte. */
export interface OrderIndex {
  /** What a role of this node has become. */
  note(stream: StreamId, createdAt: number, finished: boolean): void;
  page(page: { page: number; perPage: number; newestFirst: boolean }): OrderId[];
  size(): number;
  /** Roles in orders that have not ended. */
  open(): number;
}

export const createOrderIndex = (): OrderIndex => {
  const createdAt = new Map<OrderId, number>();
  const open = new Set<StreamId>();
  let sorted: OrderId[] | undefined;
  const byAge = (): OrderId[] =>
    (sorted ??= [...createdAt]
      .toSorted(([a, from], [b, to]) => from - to || (a < b ? -1 : 1))
      .map(([order]) => order));
  return {
    note: (stream, at, finished) => {
      if (finished) open.delete(stream);
      else open.add(stream);
      const [order] = splitStream(stream);
      if (createdAt.has(order)) return;
      createdAt.set(order, at);
      sorted = undefined;
    },
    page: ({ page, perPage, newestFirst }) => {
      const all = newestFirst ? byAge().toReversed() : byAge();
      return all.slice(page * perPage, (page + 1) * perPage);
    },
    size: () => createdAt.size,
    open: () => open.size,
  };
};
