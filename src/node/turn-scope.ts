import type { EnvelopeId, SecretId } from '../domain/ids.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Random } from '../ports/random.ts';
import type { TurnScope } from './turn.ts';

/** A turn while it is being computed: what it has drawn so far, not yet written. */
export interface OpenTurn extends TurnScope {
  /** Sealed blobs to write. */
  drawn(): { id: SecretId; blob: Uint8Array }[];
  destroyed(): SecretId[];
  /** Makes the bytes of an envelope that is being taken in available as evidence. */
  present(id: EnvelopeId, bytes: Uint8Array): void;
}

export const openTurn = (deps: {
  now: number;
  log: Pick<EventLog, 'secret' | 'evidence'>;
  keystore: Keystore;
  random: Random;
}): OpenTurn => {
  const { now, log, keystore, random } = deps;
  const drawn = new Map<SecretId, Uint8Array>();
  const destroyed = new Set<SecretId>();
  const presented = new Map<EnvelopeId, Uint8Array>();
  return {
    now,
    keep: async (purpose, secret) => {
      const id = random.bytes(16).toString('hex');
      try {
        drawn.set(id, await keystore.seal(purpose, id, secret));
      } finally {
        secret.fill(0);
      }
      return id;
    },
    use: async (purpose, id, use) =>
      keystore.open(purpose, id, drawn.get(id) ?? (await log.secret(id)), use),
    destroy: (ids) => {
      // What was drawn in this turn and is spent in it never reaches the disk.
      for (const id of ids) if (!drawn.delete(id)) destroyed.add(id);
    },
    evidence: async (id) => presented.get(id) ?? log.evidence(id),
    drawn: () => [...drawn].map(([id, blob]) => ({ id, blob })),
    destroyed: () => [...destroyed],
    present: (id, bytes) => {
      presented.set(id, bytes);
    },
  };
};
