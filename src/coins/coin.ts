/** One coin and one kind of address: what a wallet key is called on its chain, and how its secret is handed to a wallet. */
export interface Coin {
  /** Matches `[a-z0-9:-]{1,32}`. Part of the order's terms, so no party can take the wallet key for another address. */
  readonly name: string;
  /** How `exportKey` writes the secret: wallet import format, or hexadecimal. */
  readonly keyFormat: 'WIF' | 'hex';
  /**
   * @param walletKey secp256k1 point, compressed, 33 bytes (SEC 1, section 2.3.3), public
   * @returns the one canonical text of the address
   * @throws CoinError coin/key-invalid
   */
  address(walletKey: Uint8Array): string;
  /**
   * The secret as the wallets of this coin import it.
   * @param secret 32 bytes, big-endian, 1..n-1; stays the caller's
   * @returns ASCII text, secret: the caller wipes it
   * @throws CoinError coin/key-invalid
   */
  exportKey(secret: Uint8Array): Buffer;
}
