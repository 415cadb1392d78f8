import type { DocumentStore } from '../docstore/document-store.ts';
import type { Role } from '../domain/ids.ts';
import type { Counters } from '../envelope/counters.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compute } from '../ports/compute.ts';
import type { Random } from '../ports/random.ts';
import type { Transport } from '../transport/transport.ts';
import type { Directory } from './directory.ts';
import type { CustodyPolicy } from './effects/deps.ts';
import type { Notice } from './notice.ts';
import type { OwnKeys } from './own-keys.ts';
import type { Sealer } from './plan-envelope.ts';
import type { Loss, Roster } from './roster.ts';
import type { ShownHeads } from './shown-heads.ts';

/** All that a node touches of the world. */
export interface NodePorts {
  network: string;
  name: string;
  roles: readonly Role[];
  version: string;
  clock: Clock;
  random: Random;
  log: EventLog;
  keystore: Keystore;
  transport: Transport;
  directory: Directory;
  documents: DocumentStore;
  ownKeys: OwnKeys;
  roster: Roster;
  shownHeads: ShownHeads;
  /** What the operator gave up after a rollback. */
  loss: Loss;
  encapsulate: Sealer['encapsulate'];
  compute: Compute;
  policy: CustodyPolicy;
  counters: Counters;
  /** Writes an exported key to a new file that only its owner reads, and returns the path. */
  writeExport(name: string, content: Buffer): Promise<string>;
  /** Told about what the operator may want to know; never a secret. */
  notice(notice: Notice): void;
}
