import type { Certification, SeatedContribution } from '../domain/messages.ts';
import { contributorsOf, hasSeat, type Seat } from '../domain/terms.ts';
import { checkCertification, contradicts, sameWallet, verifyCertificate } from './certification.ts';
import { contributionDigest } from './contribution.ts';
import { ofType, type Exhibit } from './exhibit.ts';
import {
  guilty,
  ofAccused,
  refuted,
  seated,
  undecided,
  type Case,
  type Verdict,
} from './verdict.ts';
import { deriveWallet, inTranscriptOrder, type Wallet } from './wallet.ts';

/** Verdicts on whether all parties were told the same, and said the same (K10, K11). */

/** Two signed statements of one party that exclude each other. */
export const judgeEquivocation = (trial: Case): Verdict => {
  const shown = ofAccused(trial, trial.exhibits);
  return hasOneNumberTwice(shown) || contradictsItself(shown, trial)
    ? guilty(trial.accused, 'fault/equivocation')
    : (comparedWithOwn(trial, shown) ?? refuted(trial));
};

/** A certification by itself, and against the wallet that this party derives. */
export const judgeCertification = (trial: Case): Verdict => {
  const { accused, terms, blsKeyOf } = trial;
  const [shown] = ofAccused(trial, ofType(trial.exhibits, 'order.certified'));
  if (!shown) return refuted(trial);
  const { message } = shown.typed;
  if (
    !hasSeat(terms, message.role, accused) ||
    !checkCertification(trial, message, blsKeyOf(accused))
  )
    return guilty(accused, 'fault/certification-wrong');
  const own = ownWallet(trial);
  if (own && contradicts(message, own)) return guilty(accused, 'fault/certification-wrong');
  return own && sameWallet(message, own) ? refuted(trial) : undecided(trial);
};

/** A certificate of the principal: all that it takes to judge is in it. */
export const judgeCertificate = (trial: Case): Verdict => {
  const { network, terms, accused, blsKeyOf } = trial;
  const [shown] = ofAccused(trial, ofType(trial.exhibits, 'order.ready'));
  if (!shown || accused !== terms.principal.id) return refuted(trial);
  const { certificate } = shown.typed.message;
  return verifyCertificate({ network, terms, certificate, blsKeyOf })
    ? refuted(trial)
    : guilty(accused, 'fault/certificate-invalid');
};

/**
 * A certification of other contributions than the accuser has. Either a contributor said two things, which comparing
 * copies proves, or the certifier made one up, which nobody can prove but nobody will be able to justify either.
 */
export const judgeUnjustified = (trial: Case): Verdict => {
  for (const { node } of contributorsOf(trial.terms)) {
    const shown = trial.exhibits.filter(({ header }) => header.from === node);
    if (hasOneNumberTwice(shown) || contradictsItself(shown, trial))
      return guilty(node, 'fault/equivocation');
    const compared = comparedWithOwn(trial, shown);
    if (compared) return compared;
  }
  return undecided(trial);
};

const hasOneNumberTwice = (shown: readonly Exhibit[]): boolean =>
  shown.some((a) => shown.some((b) => a.id !== b.id && a.header.seq === b.header.seq));

/** Everything shown is of one party: two contributions or certifications of one seat, or one against the other. */
const contradictsItself = (shown: readonly Exhibit[], { terms }: Case): boolean => {
  const made = ofType(shown, 'order.contributed').map(seated);
  const certified = ofType(shown, 'order.certified').map(({ typed }) => typed.message);
  return (
    differs(made, (a, b) => a.role === b.role && !isSame(a, b)) ||
    differs(certified, (a, b) => a.role === b.role && !sameWallet(a, b)) ||
    made.some((one) => certified.some((by) => isDenied(one, by, contributorsOf(terms))))
  );
};

const differs = <T>(all: readonly T[], differ: (a: T, b: T) => boolean): boolean =>
  all.some((a) => all.some((b) => differ(a, b)));

/** Does a certification name another contribution in this one's place? */
const isDenied = (
  made: SeatedContribution,
  { digests }: Certification,
  contributors: readonly Seat[],
): boolean => {
  const place = contributors.findIndex(
    ({ role, node }) => role === made.role && node === made.node,
  );
  const digest = digests[place];
  return digest !== undefined && Buffer.compare(digest, contributionDigest(made)) !== 0;
};

/** A contribution that is not the one which the same seat sent to this party: both are signed. */
const comparedWithOwn = (trial: Case, shown: readonly Exhibit[]): Verdict | undefined => {
  for (const made of ofType(shown, 'order.contributed').map(seated)) {
    const own = trial.known.contributions.find(
      ({ role, node }) => role === made.role && node === made.node,
    );
    if (own && !isSame(own, made))
      return guilty(made.node, 'fault/equivocation', { role: own.role, node: own.node });
  }
  return undefined;
};

const isSame = (a: SeatedContribution, b: SeatedContribution): boolean =>
  contributionDigest(a).equals(contributionDigest(b));

const ownWallet = (trial: Case): Wallet | Certification | undefined => {
  const { certification, contributions } = trial.known;
  if (certification) return certification;
  const ordered = inTranscriptOrder(trial.terms, contributions);
  return (ordered && deriveWallet(trial, ordered).wallet) ?? undefined;
};
