/**
 * Guards every secret of a node: seals it for storage, opens it for use. It stores nothing itself (the blobs live in
 * the event log or in files beside it), so a token, a passphrase or a key file can stand behind it.
 */
export interface Keystore {
  /**
   * Authenticated encryption of a secret, bound to what it is for and to the record that holds it.
   * @param secret 1 to 8,192 bytes; stays the caller's, who wipes it
   */
  seal(purpose: Purpose, ref: string, secret: Uint8Array): Promise<Uint8Array>;
  /**
   * Hands the secret to `use` and wipes the Buffer when that returns or throws.
   * @throws KeystoreError keystore/corrupt (changed, or bound to another purpose or ref), keystore/unavailable
   */
  open<T>(
    purpose: Purpose,
    ref: string,
    blob: Uint8Array,
    use: (secret: Buffer) => T | Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** What a secret is for. Part of the associated data: a blob never opens under another purpose. */
export type Purpose =
  | 'canary'
  | 'data-key'
  | 'identity-sign'
  | 'identity-next'
  | 'identity-kem'
  | 'identity-bls'
  | 'identity-peer'
  | 'addend'
  | 'dkg-round'
  | 'share'
  | 'wallet-key'
  | 'opening';
