import { verifyDealtShare } from '../crypto/dkg-shares.ts';
import { checkContribution, rosterOf } from './contribution.ts';
import { ofType } from './exhibit.ts';
import {
  guilty,
  ofAccused,
  refuted,
  seated,
  undecided,
  type Case,
  type Verdict,
} from './verdict.ts';
import { deriveWallet, inTranscriptOrder } from './wallet.ts';

/** Verdicts on what parties bring to the wallet key and deal of it. Evidence alone decides, but for the sums. */

/** One contribution: proof, points, number of commitments. */
export const judgeContribution = (trial: Case): Verdict => {
  for (const exhibit of ofAccused(trial, ofType(trial.exhibits, 'order.contributed'))) {
    const fault = checkContribution(trial, seated(exhibit));
    if (fault) return guilty(trial.accused, fault);
  }
  return refuted(trial);
};

/** A sum takes all contributions: this party judges by those that it received. */
export const judgeSum = (trial: Case): Verdict => {
  const contributions = inTranscriptOrder(trial.terms, trial.known.contributions);
  const derived = contributions && deriveWallet(trial, contributions);
  return derived?.wallet === null && derived.culprit === trial.accused
    ? guilty(trial.accused, derived.code)
    : undecided(trial);
};

/** A dealt share against the commitments of its dealer, both signed by it (K9). */
export const judgeDealtShare = (trial: Case): Verdict => {
  const { ctx, terms, accuser, accused, exhibits } = trial;
  const roster = rosterOf(terms);
  const [dealt] = ofAccused(trial, ofType(exhibits, 'order.dealt')).filter(
    ({ header: { to } }) => to.length === 1 && to[0]?.id === accuser,
  );
  const made = ofAccused(trial, ofType(exhibits, 'order.contributed'))
    .map(seated)
    .find(({ role }) => role === 'fiduciary');
  if (!dealt || !made || !roster.includes(accuser) || accuser === accused) return refuted(trial);
  const fault = checkContribution(trial, made);
  if (fault) return guilty(accused, fault);
  if (made.contribution.kind !== 'polynomial') return refuted(trial);
  const { commitments } = made.contribution;
  const { share } = dealt.typed.message;
  const fits = verifyDealtShare({ ctx, roster, from: accused, to: accuser, commitments, share });
  return fits ? refuted(trial) : guilty(accused, 'fault/share-dealt-wrong');
};
