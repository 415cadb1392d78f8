import { proofTimes } from './proofs.ts';
import { gossipRoundTrip } from './round-trip.ts';
import { envelopeFloors } from './envelopes.ts';
import { rawBatch } from './log.ts';

/**
 * What an order with a single fiduciary cannot be faster than, measured in the same run. On its critical path lie three
 * messages, one after another: proposal, contribution, certification; each is sealed for two, travels, is opened, and
 * leads to one synced write; between them the addend is drawn and proven, the other's proof checked, the wallet signed,
 * and two signatures checked. A redemption: request, release, receipt.
 */
export const orderFloors = async (): Promise<{ order: number; redemption: number }> => {
  const trip = (await gossipRoundTrip()) / 2;
  const envelopes = envelopeFloors();
  const write = await rawBatch();
  const { prove, check, sign, verify, multiply } = proofTimes();
  const message = trip + envelopes.seal + envelopes.open + write;
  return {
    order: 3 * message + write + prove + check + sign + 2 * verify,
    redemption: 3 * message + write + 2 * multiply,
  };
};
