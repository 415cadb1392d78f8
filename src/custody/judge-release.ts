import { hasSeat } from '../domain/terms.ts';
import { ofType } from './exhibit.ts';
import { isRightShare } from './redemption.ts';
import { guilty, ofAccused, refuted, undecided, type Case, type Verdict } from './verdict.ts';
import { inTranscriptOrder } from './wallet.ts';

/** A released share against the transcript, on which all parties of a ready order agree (K12). */
export const judgeReleasedShare = async (trial: Case): Promise<Verdict> => {
  const { accuser, accused, terms, known, compute } = trial;
  const [released] = ofAccused(trial, ofType(trial.exhibits, 'share.released')).filter(
    ({ header: { to } }) => to.some(({ id }) => id === accuser),
  );
  if (!released || !hasSeat(terms, 'fiduciary', accused)) return refuted(trial);
  const contributions = inTranscriptOrder(terms, known.contributions);
  if (!contributions) return undecided(trial);
  const { share } = released.typed.message;
  return (await isRightShare(trial, contributions, { node: accused, share }, compute))
    ? refuted(trial)
    : guilty(accused, 'fault/share-released-wrong');
};
