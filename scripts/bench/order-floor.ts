import { availableParallelism } from 'node:os';
import { envelopeFloors } from './envelopes.ts';
import { keyGenerationTimes, type KeyGenerationTimes } from './key-generation.ts';
import { rawBatch } from './log.ts';
import { proofTimes } from './proofs.ts';
import { gossipRoundTrip } from './round-trip.ts';

export interface Floors {
  order: number;
  redemption: number;
  /** Of several fiduciaries. */
  keyGeneration?: KeyGenerationTimes;
}

/**
 * What an order cannot be faster than, measured in the same run. On its critical path lie, with a single fiduciary,
 * three messages, one after another: proposal, contribution, certification; with several four, for they deal shares.
 * Each is sealed for two, travels, is opened, and leads to one synced write; between them lies the arithmetic. That of
 * all parties shares the cores of this machine. A redemption: request, release, receipt.
 */
export const orderFloors = async (n: number, threshold: number): Promise<Floors> => {
  const trip = (await gossipRoundTrip()) / 2;
  const envelopes = envelopeFloors();
  const write = await rawBatch();
  const { prove, check, sign, verify, multiply } = proofTimes();
  const message = trip + envelopes.seal + envelopes.open + write;
  if (n === 1)
    return {
      order: 3 * message + write + prove + check + sign + 2 * verify,
      redemption: 3 * message + write + 2 * multiply,
    };
  const keyGeneration = keyGenerationTimes(threshold, n);
  const { draw, check: checkOther, deal, finish, verify: checkShare, combine } = keyGeneration;
  const ofOne = draw + (n - 1) * checkOther + deal + finish + check + sign + verify;
  const ofRest = 2 * (n * checkOther + sign) + prove + (n + 1) * verify;
  const crowd = Math.max(1, n / availableParallelism());
  return {
    order: 4 * message + write + Math.max(ofOne, crowd * ofOne) + ofRest / availableParallelism(),
    redemption: 3 * message + write + threshold * checkShare + combine + 2 * multiply,
    keyGeneration,
  };
};
