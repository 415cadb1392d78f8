/**
 * The ordered key-value store under the event log: the smallest surface that LevelDB and the fault-injecting memory
 * adapter share. Keys are ASCII text, compared bytewise. Values are opaque bytes.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Entries with from <= key < to, ascending (descending with `reverse`). */
  range(
    from: string,
    to: string,
    options?: { reverse?: boolean; limit?: number },
  ): AsyncIterable<Entry>;
  /**
   * Applies all operations or none, and resolves only when they are on disk (`sync: true`).
   * A rejection means that the outcome is unknown: the caller must stop, close, reopen and read.
   */
  batch(operations: readonly Operation[]): Promise<void>;
  close(): Promise<void>;
}

export type Entry = readonly [key: string, value: Uint8Array];
export type Operation =
  { type: 'put'; key: string; value: Uint8Array } | { type: 'del'; key: string };

/** Opens (or opens again) one store. Throws LogError log/in-use while another process holds it. */
export type OpenStore = () => Promise<Store>;
