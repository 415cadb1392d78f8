import { CoinError } from '../errors.ts';
import { bitcoinCoins } from './bitcoin.ts';
import type { Coin } from './coin.ts';
import { ethereumCoin } from './ethereum.ts';

/** Every coin a wallet can be ordered for. Each has exactly one name, the one that stands in the terms of an order. */
const COINS: readonly Coin[] = [...bitcoinCoins(), ethereumCoin()];

export const coinNames = (): string[] => COINS.map(({ name }) => name);

/** @throws CoinError coin/unknown, with the names that are known */
export const coinOf = (name: string): Coin => {
  const coin = COINS.find((known) => known.name === name);
  if (!coin)
    throw new CoinError('coin/unknown', `unknown coin; known are ${coinNames().join(', ')}`);
  return coin;
};

/** Numbers of SLIP-44, which clients of the `/v1` API send for a coin. */
const SLIP_44: ReadonlyMap<string, string> = new Map([
  ['0', 'bitcoin'],
  ['1', 'bitcoin-testnet'],
  ['60', 'ethereum'],
]);

/**
 * The coin that an operator or client asks for: a name or a number of SLIP-44. The terms hold its `name`.
 * @throws CoinError coin/unknown
 */
export const requestedCoin = (text: string): Coin => coinOf(SLIP_44.get(text) ?? text);
