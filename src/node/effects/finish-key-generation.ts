import type { OrderContext } from '../../../machines/order-context.ts';
import { DkgError } from '../../crypto/dkg-contribution.ts';
import { dkgContributions, rosterOf, type CustodyOrder } from '../../custody/contribution.ts';
import type { NodeId, SecretId } from '../../domain/ids.ts';
import type { SeatedContribution } from '../../domain/messages.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal } from './order.ts';

/** What the end of the key generation leaves. */
export interface Generated {
  /** This fiduciary's share of the group key, sealed. */
  secret: SecretId;
  /** The state of the key generation, what was dealt, and what would have proven a wrong share. */
  spent: SecretId[];
}

type Finished = { wrong: NodeId } | { wrong?: undefined; groupKey: Buffer; generated: Generated };

/** Checks every dealt share against its dealer's commitments, and adds them up. @throws NodeError node/internal */
export const finishKeyGeneration = async (
  { ctx, terms }: CustodyOrder,
  contributions: readonly SeatedContribution[],
  { secrets, dealt }: OrderContext,
  { self, compute }: CustodyDeps,
  turn: TurnScope,
): Promise<Finished> => {
  const { round } = secrets;
  if (round === undefined) throw internal('no state of the key generation');
  const shares: { from: NodeId; share: Buffer }[] = [];
  try {
    for (const { node, share } of dealt)
      shares.push({
        from: node,
        share: await turn.use('share', share, (secret) => Buffer.from(secret)),
      });
    const { share, groupKey } = await turn.use('dkg-round', round, (secret) =>
      compute.run('dkgFinish', {
        ctx,
        roster: rosterOf(terms),
        self,
        threshold: terms.threshold,
        secret,
        contributions: dkgContributions(contributions),
        shares,
      }),
    );
    const spent = [
      round,
      ...dealt.flatMap(({ share: id, opening }) => (opening ? [id, opening] : [id])),
    ];
    return { groupKey, generated: { secret: await turn.keep('share', share), spent } };
  } catch (thrown) {
    const wrong = wrongDealer(thrown);
    if (wrong === undefined) throw thrown;
    return { wrong };
  } finally {
    for (const { share } of shares) share.fill(0);
  }
};

/** The first of several is enough to end the order. */
const wrongDealer = (thrown: unknown): NodeId | undefined =>
  thrown instanceof DkgError && thrown.code === 'crypto/share-invalid'
    ? thrown.culprits[0]
    : undefined;
