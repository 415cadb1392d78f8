import { FAULT_CODES, type FaultCode } from '../domain/faults.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import type { Message } from '../domain/messages.ts';
import type { KeyState } from '../identity/key-state.ts';
import { ofType, readExhibits } from './exhibit.ts';
import {
  judgeCertificate,
  judgeCertification,
  judgeEquivocation,
  judgeUnjustified,
} from './judge-agreement.ts';
import { judgeContribution, judgeDealtShare, judgeSum } from './judge-contribution.ts';
import { judgeReleasedShare } from './judge-release.ts';
import { guilty, ofAccused, refuted, undecided, type Case, type Verdict } from './verdict.ts';

/**
 * Judges accusations of others: nobody is believed, signed envelopes are. An accusation that its own evidence refutes
 * blames the accuser, so that crying wolf costs more than silence.
 */

/** What is known before the evidence is read. */
export type Court = Omit<Case, 'accuser' | 'accused' | 'code' | 'exhibits'> & {
  /** @throws IdentityError identity/unknown */
  states(key: KeyStateId): KeyState;
};

/** Undefined for a code that is no fault. Throws only what `states` throws. */
export const judge = async (
  { accuser, accusation }: { accuser: NodeId; accusation: Message<'order.accused'> },
  court: Court,
): Promise<Verdict | undefined> => {
  const { accused, evidence } = accusation;
  const code = FAULT_CODES.find((known) => known === accusation.code);
  if (code === undefined) return undefined;
  const exhibits = readExhibits(evidence, court);
  const trial: Case = { ...court, accuser, accused, code, exhibits: exhibits ?? [] };
  if (exhibits === null) return refuted(trial);
  if (code === 'fault/accusation-false') return judgeAccuser(trial, court);
  return JUDGES[code](trial);
};

type Judge = (trial: Case) => Verdict | Promise<Verdict>;

const JUDGES: { readonly [Code in Exclude<FaultCode, 'fault/accusation-false'>]: Judge } = {
  'fault/proof-invalid': judgeContribution,
  'fault/contribution-malformed': judgeContribution,
  'fault/sum-identity': judgeSum,
  'fault/equivocation': judgeEquivocation,
  'fault/share-dealt-wrong': judgeDealtShare,
  'fault/share-released-wrong': judgeReleasedShare,
  'fault/certification-wrong': judgeCertification,
  'fault/certification-unjustified': judgeUnjustified,
  'fault/certificate-invalid': judgeCertificate,
};

/** Judges the accusation that is called false, as if it had come here. */
const judgeAccuser = async (trial: Case, court: Court): Promise<Verdict> => {
  const { accused } = trial;
  const [shown] = ofAccused(trial, ofType(trial.exhibits, 'order.accused'));
  if (!shown) return refuted(trial);
  const accusation = shown.typed.message;
  if (accusation.code === 'fault/accusation-false') return undecided(trial);
  const verdict = await judge({ accuser: accused, accusation }, court);
  if (!verdict?.upheld) return undecided(trial);
  return verdict.blamed === accused && verdict.code === 'fault/accusation-false'
    ? guilty(accused, 'fault/accusation-false')
    : refuted(trial);
};
