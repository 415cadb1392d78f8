import { secp256k1 } from '@noble/curves/secp256k1.js';
import { CoinError } from '../errors.ts';

/** The libraries behind the coins differ in what they let through; an address of a wrong key is lost money. */

/** @throws CoinError coin/key-invalid unless it is a compressed point of the curve, 33 bytes, not the identity */
export const checkWalletKey = (walletKey: Uint8Array): void => {
  if (!secp256k1.utils.isValidPublicKey(walletKey, true))
    throw new CoinError(
      'coin/key-invalid',
      'a wallet key is a compressed secp256k1 point, 33 bytes',
    );
};

/** @throws CoinError coin/key-invalid unless it is a scalar in 1..n-1, 32 bytes */
export const checkSecret = (secret: Uint8Array): void => {
  if (!secp256k1.utils.isValidSecretKey(secret))
    throw new CoinError('coin/key-invalid', 'a secret is a secp256k1 scalar in 1..n-1, 32 bytes');
};
