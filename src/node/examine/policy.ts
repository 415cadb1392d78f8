import { coinNames } from '../../coins/coins.ts';
import { orderIdOf } from '../../custody/order-id.ts';
import type { RefusalCode } from '../../domain/faults.ts';
import { seatsOf, type Party, type Terms } from '../../domain/terms.ts';
import type { CustodyDeps } from '../effects/deps.ts';

/** Whether this node takes part in an order: its operator's decision, blaming nobody. */

export interface Refusal {
  code: RefusalCode;
  text: string;
}

/**
 * Why not, or undefined. Terms are well-formed. `now`: ms.
 * @throws IdentityError identity/unknown: a key state that this node has not fetched yet
 */
export const refusalOf = (terms: Terms, now: number, deps: CustodyDeps): Refusal | undefined =>
  refusedPrincipal(terms, deps) ??
  refusedParty(terms, now, deps) ??
  refusedWish(terms, deps) ??
  refusedTime(terms, now, deps) ??
  refusedLoad(terms, now, deps);

const refusedPrincipal = (terms: Terms, deps: CustodyDeps): Refusal | undefined => {
  const { id } = terms.principal;
  const { principals } = deps.policy;
  const isListed = principals === null || id === deps.self || principals.includes(id);
  if (isListed && deps.standing(id)?.roles.includes('principal')) return undefined;
  return refuse('refusal/principal-not-served', 'not a principal that this node serves');
};

const refusedParty = (terms: Terms, now: number, deps: CustodyDeps): Refusal | undefined => {
  const parties = [
    terms.principal,
    ...(terms.beneficiary ? [terms.beneficiary] : []),
    ...terms.fiduciaries,
  ];
  for (const party of parties) {
    const refusal = refusedStanding(party, now, deps);
    if (refusal) return refusal;
  }
  const own = seatsOf(terms).filter(({ node, role }) => node === deps.self && role !== 'principal');
  const played = deps.standing(deps.self)?.roles ?? [];
  const foreign = own.find(({ role }) => !played.includes(role));
  return foreign && refuse('refusal/principal-not-served', `does not act as ${foreign.role}`);
};

/**
 * New orders begin with the newest key states, or with one that was replaced just now, as the proposal may have been on its
 * way: an older one may have been stolen, which is why it was replaced. One that is not known here yet is newer, perhaps,
 * and no reason to decline for good.
 */
const refusedStanding = (party: Party, now: number, deps: CustodyDeps): Refusal | undefined => {
  const known = deps.standing(party.id);
  if (!known) return refuse('refusal/party-unknown', `${party.id} is unknown here`);
  if (known.current.revoked || known.forked)
    return refuse('refusal/party-revoked', `${party.id} is revoked or has two histories`);
  if (known.blamed) return refuse('refusal/party-blamed', `${party.id} was caught cheating`);
  if (deps.states(party.key).id !== party.id || !deps.isRecent(party.key, now))
    return refuse(
      'refusal/party-unknown',
      `${party.key} is not the current key state of ${party.id}`,
    );
  return undefined;
};

const refusedWish = (terms: Terms, { policy }: CustodyDeps): Refusal | undefined => {
  const n = terms.fiduciaries.length;
  if (!(policy.coins ?? coinNames()).includes(terms.coin) || !coinNames().includes(terms.coin))
    return refuse('refusal/coin', 'not a coin that this node guards');
  if (n < policy.fiduciaries.least || n > policy.fiduciaries.most)
    return refuse('refusal/threshold', `${n} fiduciaries`);
  if (n > 1 && terms.threshold < policy.leastThreshold)
    return refuse('refusal/threshold', `threshold ${terms.threshold}`);
  return undefined;
};

const refusedTime = (
  { expiresAt }: Terms,
  now: number,
  { policy }: CustodyDeps,
): Refusal | undefined => {
  if (expiresAt <= now) return refuse('refusal/too-late', 'the time for this order is over');
  if (expiresAt - now > policy.longestForming)
    return refuse('refusal/too-late', 'the order would stay open for too long');
  return undefined;
};

const refusedLoad = (
  terms: Terms,
  now: number,
  { policy, load }: CustodyDeps,
): Refusal | undefined => {
  const { open, lastMinute } = load(terms.principal.id, orderIdOf(terms), now);
  if (open >= policy.openOrders)
    return refuse('refusal/too-many-orders', `${open} orders of this principal are open`);
  if (lastMinute >= policy.ordersPerMinute)
    return refuse('refusal/too-fast', `${lastMinute} orders of this principal within a minute`);
  return undefined;
};

const refuse = (code: RefusalCode, text: string): Refusal => ({ code, text });
