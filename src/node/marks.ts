import type { EnvelopeId, NodeId } from '../domain/ids.ts';
import type { LogRecord } from '../log/event-log.ts';

/**
 * What a role has taken in: under which number of which sender, which envelope. A fold of the records of its stream,
 * kept beside the state that is the other fold of them, so that no message waits for the disk to say whether it is new.
 */
export interface Marks {
  /** The first envelope taken in under this number. */
  under(sender: NodeId, seq: number): EnvelopeId | undefined;
  /** Only what is durable. */
  add(sender: NodeId, seq: number, envelope: EnvelopeId): void;
}

export const createMarks = (records: readonly Pick<LogRecord, 'entry'>[]): Marks => {
  const known = new Map<string, EnvelopeId>();
  const name = (sender: NodeId, seq: number): string => `${sender} ${seq}`;
  const marks: Marks = {
    under: (sender, seq) => known.get(name(sender, seq)),
    add: (sender, seq, envelope) => {
      if (!known.has(name(sender, seq))) known.set(name(sender, seq), envelope);
    },
  };
  for (const { entry } of records) {
    if (entry.kind !== 'event') continue;
    for (const { sender, seq, envelope } of entry.received ?? []) marks.add(sender, seq, envelope);
  }
  return marks;
};
