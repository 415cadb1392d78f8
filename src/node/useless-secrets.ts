import { contextOf, isFinished, type OrderSnapshot } from '../../machines/registry.ts';
import type { SecretId } from '../domain/ids.ts';

/**
 * The secrets of a role whose order has ended for it without a wallet, for good: nobody will ever need them. None while
 * a certificate may exist somewhere, which is as soon as a fiduciary or beneficiary has certified: what they guard then
 * may be part of a wallet that others know to be ready.
 */
export const uselessSecrets = (snapshot: OrderSnapshot): SecretId[] => {
  const { ended, certificate, secrets, dealt, shares } = contextOf(snapshot);
  if (!isFinished(snapshot) || ended === null || certificate !== null) return [];
  const { addend, round, share, key } = secrets;
  return [
    addend,
    round,
    share,
    key,
    ...dealt.flatMap((from) => [from.share, from.opening]),
    ...shares.map((released) => released.share),
  ].filter((id) => id !== undefined);
};
