/**
 * The ordered key-value store under the event log: the smallest surface that LevelDB and the fault-injecting memory
 * adapter share. Keys are ASCII text, compared bytewise. Values are opaque bytes. Whatever fails is a LogError:
 * log/corrupt (the data are damaged), log/write-failed (a batch or a note), log/sealed (not usable now, perhaps later).
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  /** The same for many keys in one go, in their order. */
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Entries with from <= key < to, ascending, as they are when the first is asked for: later writes do not show. */
  range(from: string, to: string, options?: { limit?: number }): AsyncIterable<Entry>;
  /**
   * Applies all operations or none, and resolves only when they are on disk (`sync: true`).
   * A rejection means that the outcome is unknown: the caller must stop, close, reopen and read.
   */
  batch(operations: readonly Operation[]): Promise<void>;
  /**
   * A short note beside the ordered data, undefined when none was ever left. LevelDB can lose the end of its journal
   * without a word (a torn page, one flipped bit): what was noted elsewhere gives that away.
   */
  readWitness(): Promise<Uint8Array | undefined>;
  /** Replaces the note. Survives the process; after a loss of power an older one may be found. At most 500 bytes. */
  writeWitness(note: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export type Entry = readonly [key: string, value: Uint8Array];
export type Operation =
  { type: 'put'; key: string; value: Uint8Array } | { type: 'del'; key: string };

/** Opens (or opens again) one store. Throws LogError log/in-use while another process holds it. */
export type OpenStore = () => Promise<Store>;
