import { NETWORK, p2pkh, p2tr, p2wpkh, TEST_NETWORK, WIF } from '@scure/btc-signer';
import type { Coin } from './coin.ts';
import { checkSecret, checkWalletKey } from './key-check.ts';

/** Bitcoin: three kinds of address on two networks; the exported key is always the same WIF, compressed. */

type Network = typeof NETWORK;

/**
 * Kinds of address, each with the descriptor (BIP 380) under which a wallet imports the exported key; Bitcoin Core:
 * `importdescriptors` with `wpkh(WIF)`, `pkh(WIF)` or `tr(WIF)`.
 */
const ADDRESS = {
  /** BIP 141, 173; `wpkh(WIF)`. */
  p2wpkh: (key: Uint8Array, network: Network) => p2wpkh(key, network).address,
  /** `pkh(WIF)`. */
  p2pkh: (key: Uint8Array, network: Network) => p2pkh(key, network).address,
  /**
   * BIP 86, 341, 350; `tr(WIF)` (BIP 386). The wallet key is the internal key, of which only x counts. The output key
   * commits to an empty script tree, so no party can have hidden a script path in its share of the key. The exported
   * key is the untweaked one: the wallet tweaks.
   */
  p2tr: (key: Uint8Array, network: Network) => p2tr(key.subarray(1), undefined, network).address,
};

/** `bitcoin`, `bitcoin-testnet` (P2WPKH), and with `:p2pkh` or `:p2tr` the other kinds. */
export const bitcoinCoins = (): Coin[] =>
  [
    { chain: 'bitcoin', network: NETWORK },
    { chain: 'bitcoin-testnet', network: TEST_NETWORK },
  ].flatMap(({ chain, network }) => [
    bitcoinCoin(chain, ADDRESS.p2wpkh, network),
    bitcoinCoin(`${chain}:p2pkh`, ADDRESS.p2pkh, network),
    bitcoinCoin(`${chain}:p2tr`, ADDRESS.p2tr, network),
  ]);

const bitcoinCoin = (
  name: string,
  addressOf: (key: Uint8Array, network: Network) => string,
  network: Network,
): Coin => ({
  name,
  keyFormat: 'WIF',
  address: (walletKey) => {
    checkWalletKey(walletKey);
    return addressOf(walletKey, network);
  },
  // The library goes through a string, which cannot be wiped: it stays in memory until it is collected.
  exportKey: (secret) => {
    checkSecret(secret);
    return Buffer.from(WIF(network).encode(secret), 'ascii');
  },
});
