import type { NodeId, OrderId } from '../domain/ids.ts';
import type { PendingRow, Rows } from './rows.ts';
import type { Operation, Store } from './store.ts';

/**
 * Acknowledgements that are known and not yet written. They need no durability of their own, for a lost one is asked
 * for again; so many are written at once, now and then. Until then they are subtracted from what the rows say.
 */
export interface Acknowledgements {
  add(order: OrderId, seq: number, by: NodeId): void;
  /** Those of `waiting` that have not acknowledged. */
  remaining(order: OrderId, seq: number, waiting: readonly NodeId[]): NodeId[];
  /** What to write for all that are known now, and what to call once it is written. */
  collect(store: Store, rows: Rows): Promise<{ operations: Operation[]; written(): void }>;
}

interface Known {
  order: OrderId;
  seq: number;
  by: Set<NodeId>;
}

export const createAcknowledgements = (): Acknowledgements => {
  const known = new Map<string, Known>();
  const name = (order: OrderId, seq: number): string => `${order}/${seq}`;

  return {
    add(order, seq, by) {
      const one = known.get(name(order, seq)) ?? { order, seq, by: new Set() };
      known.set(name(order, seq), one);
      one.by.add(by);
    },

    remaining(order, seq, waiting) {
      const by = known.get(name(order, seq))?.by;
      return waiting.filter((node) => !by?.has(node));
    },

    async collect(store, rows) {
      const taken = [...known.values()].map((one) => ({ ...one, by: new Set(one.by) }));
      const changes = await Promise.all(taken.map((one) => change(store, rows, one)));
      return {
        operations: changes.flat(),
        written() {
          for (const { order, seq, by } of taken) {
            const one = known.get(name(order, seq));
            for (const node of by) one?.by.delete(node);
            if (one?.by.size === 0) known.delete(name(order, seq));
          }
        },
      };
    },
  };
};

const change = async (store: Store, rows: Rows, { order, seq, by }: Known) => {
  const key = rows.keys.pending(order, seq);
  const row = await rows.get<PendingRow>(store, key, `pending envelope ${order} #${seq}`);
  const waiting = row?.waiting.filter((node) => !by.has(node));
  // No row: settled before, or never sent. A stranger's acknowledgement of anything changes nothing.
  if (!row || !waiting || waiting.length === row.waiting.length) return [];
  if (waiting.length > 0) return [rows.put(key, { order, seq, waiting })];
  const gone: Operation = { type: 'del', key };
  return [gone, rows.put(rows.keys.acknowledged(order, seq), true)];
};
