import {
  machineNamed,
  machineOf,
  start,
  stateOf,
  step,
  type OrderMachine,
  type OrderSnapshot,
} from '../../machines/registry.ts';
import type { Send } from '../../machines/effect.ts';
import type { OrderEvent } from '../domain/events.ts';
import type { NodeId, Role } from '../domain/ids.ts';
import { LogError } from '../errors.ts';
import type { LogRecord } from '../log/event-log.ts';

/**
 * Replay: the state of a role is a pure fold of its records (guarantee G18). The same fold gives the list of envelopes
 * that the machine asked to send, and the log holds the proof of each that was sealed: the two must be equal.
 */
export type Snapshot = OrderSnapshot;

/**
 * The machine that decides in a stream: the one that began it, whatever newer versions there are; of a new stream, the
 * newest. @throws LogError log/version (a later program wrote it), log/corrupt
 */
export const machineOfStream = (role: Role, records: readonly LogRecord[]): OrderMachine => {
  const [first] = records;
  if (!first) return machineOf(role);
  const machine = machineNamed(first.machine);
  const foreign = records.find((record) => record.machine !== first.machine);
  if (machine.role !== role || foreign)
    throw new LogError(
      'log/corrupt',
      `record ${(foreign ?? first).position}: decided by ${(foreign ?? first).machine}`,
    );
  return machine;
};

/** @throws LogError log/corrupt when a record is not one that this machine would have written */
export const foldRecords = (
  machine: OrderMachine,
  self: NodeId,
  records: readonly LogRecord[],
): Snapshot => {
  let snapshot = start(machine, { self });
  for (const step of replay(machine, self, records)) snapshot = step.snapshot;
  return snapshot;
};

export interface ReplayStep {
  record: LogRecord;
  snapshot: Snapshot;
  state: string;
}

/** The fold, record by record. */
export const replay = function* (
  machine: OrderMachine,
  self: NodeId,
  records: readonly LogRecord[],
): Generator<ReplayStep> {
  let snapshot = start(machine, { self });
  let due: Send[] = [];
  for (const record of records) {
    const where = `record ${record.position} (${record.stream} #${record.seq})`;
    if (record.entry.kind === 'event') {
      const next = step(machine, snapshot, record.entry.event as OrderEvent);
      if (!next.accepted) {
        throw new LogError(
          'log/corrupt',
          `${where}: ${machine.name} does not take ${record.entry.event.type} here`,
        );
      }
      snapshot = next.snapshot;
      due.push(...next.effects.filter((effect) => effect.type === 'send'));
    } else {
      const [send, ...rest] = due;
      due = rest;
      if (send?.message !== record.entry.type || send.to.join() !== record.entry.to.join()) {
        throw new LogError(
          'log/corrupt',
          `${where}: ${record.entry.type} was sealed, but not asked for`,
        );
      }
    }
    yield { record, snapshot, state: stateOf(snapshot) };
  }
  const [missing] = due;
  if (missing)
    throw new LogError(
      'log/corrupt',
      `${records.at(-1)?.stream}: ${missing.message} was asked for, but never sealed`,
    );
};
