import type { OrderEvent } from '../domain/events.ts';
import type { EnvelopeId, SecretId } from '../domain/ids.ts';
import type { Purpose } from '../keystore/keystore.ts';

/**
 * What the computations of one turn work with. Secrets drawn in a turn are sealed at once, usable by later effects of
 * the same turn, and written in the turn's one atomic batch.
 */
export interface TurnScope {
  /** Time of the turn, ms: one value for all its events. */
  now: number;
  /** Seals a secret (the Buffer is wiped) and returns its fresh id. */
  keep(purpose: Purpose, secret: Buffer): Promise<SecretId>;
  /** Opens a secret of this turn or of the log, and wipes it when `use` is done. @throws LogError log/not-found */
  use<T>(purpose: Purpose, id: SecretId, use: (secret: Buffer) => T | Promise<T>): Promise<T>;
  /** Marks secrets to be destroyed with this turn. */
  destroy(ids: readonly SecretId[]): void;
  /** Bytes of an envelope received earlier or in this turn. @throws LogError log/not-found */
  evidence(id: EnvelopeId): Promise<Uint8Array>;
}

/** Own facts need no `via`; received ones name the envelope, which the log keeps when `keepBytes` is set. */
export interface Examined {
  event: OrderEvent;
  keepBytes: boolean;
}
