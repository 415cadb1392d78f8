import { taggedHash } from '../crypto/hash.ts';
import {
  ROLES,
  splitStream,
  streamId,
  type NodeId,
  type OrderId,
  type Role,
} from '../domain/ids.ts';
import type { RecordView } from '../domain/views.ts';
import { NodeError } from '../errors.ts';
import type { EventLog } from '../log/event-log.ts';
import { recordView } from './record-view.ts';
import { machineOfStream, replay } from './replay.ts';

/** The log, read as history: every record with the state that it led to. */
export interface History {
  /** In the order in which this node wrote them. @throws NodeError node/order-unknown; LogError log/corrupt */
  records(order: OrderId, role: Role | null): Promise<RecordView[]>;
  /** Folds one order, or all, from nothing. Equal hashes: equal records and equal states, on whatever machine. */
  replay(order: OrderId | null): Promise<{ streams: number; events: number; stateHash: string }>;
}

export const createHistory = ({ self, log }: { self: NodeId; log: EventLog }): History => ({
  records: async (order, wanted) => {
    const roles = ROLES.filter(
      (role) => (wanted === null || role === wanted) && log.hasStream(streamId(order, role)),
    );
    if (roles.length === 0) throw unknown();
    const views: RecordView[] = [];
    for (const role of roles) {
      const records = await log.read(streamId(order, role));
      for (const { record, state } of replay(machineOfStream(role, records), self, records))
        views.push(recordView(record, state));
    }
    return views.toSorted((a, b) => a.position - b.position);
  },

  replay: async (order) => {
    let streams = 0;
    let events = 0;
    let stateHash: Buffer = Buffer.alloc(32);
    for await (const stream of log.streams()) {
      const [id, role] = splitStream(stream);
      if (order !== null && id !== order) continue;
      streams += 1;
      const records = await log.read(stream);
      const machine = machineOfStream(role, records);
      for (const { record, snapshot } of replay(machine, self, records)) {
        events += 1;
        const { value, context } = snapshot;
        stateHash = taggedHash('milagro/replay/v1', stateHash, record.hash, value, context);
      }
    }
    if (order !== null && streams === 0) throw unknown();
    return { streams, events, stateHash: stateHash.toString('hex') };
  },
});

const unknown = (): NodeError => new NodeError('node/order-unknown', 'no such order on this node');
