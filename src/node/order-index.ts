import {
  ROLES,
  splitStream,
  streamId,
  type KeyStateId,
  type OrderId,
  type StreamId,
} from '../domain/ids.ts';

/** The orders of this node by age, for lists: an id and a time each, so that ten thousand cost a megabyte. */
export interface OrderIndex {
  /** What a role of this node has become, and the states of this node's keys that it is bound to. */
  note(
    stream: StreamId,
    role: { createdAt: number; finished: boolean; pinned: readonly KeyStateId[] },
  ): void;
  page(page: { page: number; perPage: number; newestFirst: boolean }): OrderId[];
  size(): number;
  /** Roles in orders that have not ended. */
  openStreams(): StreamId[];
  /** Known, and finished in every role: nothing that comes for it changes anything. */
  isOver(order: OrderId): boolean;
  /** States of this node's keys that open orders are bound to. */
  pinned(): Set<KeyStateId>;
}

export const createOrderIndex = (): OrderIndex => {
  const createdAt = new Map<OrderId, number>();
  const open = new Map<StreamId, readonly KeyStateId[]>();
  let sorted: OrderId[] | undefined;
  const byAge = (): OrderId[] =>
    (sorted ??= [...createdAt]
      .toSorted(([a, from], [b, to]) => from - to || (a < b ? -1 : 1))
      .map(([order]) => order));
  return {
    note: (stream, { createdAt: at, finished, pinned }) => {
      if (finished) open.delete(stream);
      else open.set(stream, pinned);
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
    openStreams: () => [...open.keys()],
    isOver: (order) =>
      createdAt.has(order) && ROLES.every((role) => !open.has(streamId(order, role))),
    pinned: () => new Set([...open.values()].flat()),
  };
};
