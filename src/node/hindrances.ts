import type { OrderContext } from '../../machines/order-context.ts';
import { beneficiaryOf, certificationOf, contributionOf } from '../../machines/seats.ts';
import { partyOf, seatsOf, type Seat, type Terms } from '../domain/terms.ts';
import type { NodeId } from '../domain/ids.ts';
import type { HindranceView } from '../domain/views.ts';
import type { Directory } from './directory.ts';

/**
 * What identities that ended or changed do to an order that is not over, and what an operator can do about it. It follows
 * from the order and from what this node knows of identities now, so it is never recorded. Only those of the order's
 * parties that stand in its way are named.
 */
export const hindrancesOf = (
  contexts: readonly OrderContext[],
  directory: Directory,
): HindranceView[] => {
  const [context] = contexts;
  if (!context?.terms || contexts.some(({ ended, receipt }) => ended !== null || receipt !== null))
    return [];
  const { terms } = context;
  const knowing: Knowing = {
    terms,
    contexts,
    isPrincipal: terms.principal.id === directory.self,
    isRevoked: (node) => directory.knows(node) && directory.current(node).revoked,
    isReplaced: ({ node }) => {
      const key = partyOf(terms, node)?.key;
      return directory.knows(node) && key !== undefined && directory.current(node).keyId !== key;
    },
  };
  return contexts.some(({ certificate }) => certificate !== null)
    ? whileReady(knowing)
    : whileForming(knowing);
};

interface Knowing {
  terms: Terms;
  contexts: readonly OrderContext[];
  isPrincipal: boolean;
  isRevoked(node: NodeId): boolean;
  /** Its keys are others now than the order names. */
  isReplaced(seat: Seat): boolean;
}

const CANCEL =
  'cancel it (milagro order cancel), and order again without it (milagro order create)';
const NOBODY =
  'nobody can receive the key: pay nothing more to the address, and order another wallet (milagro order create)';

const whileForming = (knowing: Knowing): HindranceView[] => {
  const { terms, contexts, isPrincipal, isRevoked, isReplaced } = knowing;
  return seatsOf(terms).flatMap((seat): HindranceView[] => {
    const { role, node } = seat;
    const hasCertified = contexts.some((known) => certificationOf(known, role, node));
    if (isRevoked(node) && (role === 'principal' || !hasCertified))
      return [
        {
          ...seat,
          code: 'identity/revoked',
          text: 'its identity is revoked: nothing it says is believed, and the order cannot become ready',
          advice: isPrincipal ? CANCEL : null,
        },
      ];
    const isSilent =
      role === 'fiduciary' && !contexts.some((known) => contributionOf(known, role, node));
    return isPrincipal && isSilent && isReplaced(seat)
      ? [
          {
            ...seat,
            code: 'identity/rotated',
            text: 'its keys were replaced since: it may not be able to read the proposal any more',
            advice: `should it not answer: ${CANCEL.replace(' without it', '')}`,
          },
        ]
      : [];
  });
};

const whileReady = (knowing: Knowing): HindranceView[] => {
  const { terms, contexts, isRevoked } = knowing;
  const beneficiary = contexts.map((known) => beneficiaryOf(known)).find((party) => party !== null);
  const isRequested = contexts.some(({ redemption }) => redemption !== null);
  const revoked = 'its identity is revoked:';
  const found: HindranceView[] = [];
  if (beneficiary && isRevoked(beneficiary.id))
    found.push({
      role: 'beneficiary',
      node: beneficiary.id,
      code: 'identity/revoked',
      text: `${revoked} no share of the key is released to it any more, and its receipt is not believed`,
      advice: `unless it has the key already, ${NOBODY}`,
    });
  if (isRevoked(terms.principal.id) && !isRequested)
    found.push({
      role: 'principal',
      node: terms.principal.id,
      code: 'identity/revoked',
      text: `${revoked} no request of it is believed, and nobody else may ask for the key`,
      advice: NOBODY,
    });
  return [...found, ...withoutShares(knowing)];
};

/** Fiduciaries whose shares will not come, unless they came before. */
const withoutShares = ({ terms, contexts, isRevoked }: Knowing): HindranceView[] => {
  const { fiduciaries, threshold } = terms;
  const hasReleased = (node: NodeId): boolean =>
    contexts.some(({ shares }) => shares.some((share) => share.node === node));
  const gone = fiduciaries.filter(({ id }) => isRevoked(id) && !hasReleased(id));
  const left = fiduciaries.length - gone.length;
  const enough = left >= threshold;
  return gone.map(({ id }) => ({
    role: 'fiduciary',
    node: id,
    code: 'identity/revoked',
    text: enough
      ? `its identity is revoked: its share will not come; ${left} others are there, of which ${threshold} are enough`
      : `its identity is revoked: its share will not come; ${left} of the ${threshold} that are needed are left`,
    advice: enough ? null : NOBODY,
  }));
};
