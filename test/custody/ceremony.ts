import {
  drawPoint,
  drawPolynomial,
  dkgContributions,
  rosterOf,
  type CustodyOrder,
} from '../../src/custody/contribution.ts';
import { concludeCertificate, signCertification } from '../../src/custody/certification.ts';
import { orderContext, orderIdOf } from '../../src/custody/order-id.ts';
import { deriveWallet, type Wallet } from '../../src/custody/wallet.ts';
import { dkgFinish, dkgRound2 } from '../../src/crypto/dkg.ts';
import type { KeyStateId, NodeId, OrderId, Role } from '../../src/domain/ids.ts';
import type { Certificate, Certification, SeatedContribution } from '../../src/domain/messages.ts';
import {
  contributorsOf,
  holderOf,
  seatsOf,
  type Seat,
  type Terms,
} from '../../src/domain/terms.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { person, type Person } from '../identity/people.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

/** Orders with everything that their parties would make of them, honestly; tests then change one thing. */

export const NETWORK = 'test';
export const EXPIRES = Date.UTC(2030, 0, 1);

export const paula = person('paula');
export const beth = person('beth');
export const freds = ['fred 1', 'fred 2', 'fred 3']
  .map(person)
  .toSorted((a, b) => (a.state.id < b.state.id ? -1 : 1));
/** No party of any order. */
export const mallory = person('mallory');
const everybody: readonly Person[] = [paula, beth, ...freds, mallory];

export const personWith = (node: NodeId): Person =>
  find(everybody, ({ state }) => state.id === node);
export const stateAt = (key: KeyStateId): KeyState =>
  find(everybody, ({ state }) => state.keyId === key).state;
export const blsKeyOf = (node: NodeId): Uint8Array => personWith(node).state.keys.bls;
export const idOf = ({ state }: Person): NodeId => state.id;
const partyOf = ({ state }: Person) => ({ id: state.id, key: state.keyId });

/** The one that must be there. */
export const find = <T>(all: readonly T[], is: (one: T) => boolean): T => {
  const found = all.find(is);
  if (found === undefined) throw new Error('not there');
  return found;
};

export interface Wish {
  /** Number of fiduciaries, 1 to 3. Default 1. */
  n?: number;
  t?: number;
  /** Null: named at redemption. */
  beneficiary?: Person | null;
  principal?: Person;
  coin?: string;
  seed?: string;
  notBefore?: number;
}

export const termsOf = (wish: Wish = {}): Terms => {
  const { n = 1, t = Math.floor(n / 2) + 1, beneficiary = beth, principal = paula } = wish;
  return {
    v: 1,
    type: 'custody',
    nonce: createSeededRandom(`nonce ${wish.seed ?? ''}`).bytes(32),
    principal: partyOf(principal),
    beneficiary: beneficiary && partyOf(beneficiary),
    fiduciaries: freds.slice(0, n).map(partyOf),
    threshold: t,
    coin: wish.coin ?? 'bitcoin',
    conditions: wish.notBefore === undefined ? {} : { notBefore: wish.notBefore },
    expiresAt: EXPIRES,
  };
};

export interface Made extends Seat {
  contribution: SeatedContribution['contribution'];
  secret: Buffer;
}

export interface Ceremony extends CustodyOrder {
  ctx: Buffer;
  order: OrderId;
  /** In transcript order, with the secrets of their makers. */
  made: Made[];
  contributions: SeatedContribution[];
  wallet: Wallet;
  /** One of each seat. */
  certifications: Certification[];
  certificate: Certificate;
  /** The holder's scalar. */
  addend: Buffer;
  /** What each fiduciary guards. */
  shares: { node: NodeId; share: Buffer }[];
}

export const scopeOf = (terms: Terms): CustodyOrder & { ctx: Buffer; order: OrderId } => {
  const order = orderIdOf(terms);
  return { terms, order, ctx: orderContext(NETWORK, order) };
};

export const makeContribution = (scope: CustodyOrder, seat: Seat, seed = ''): Made => {
  const random = createSeededRandom(`${seed} ${seat.role} ${seat.node}`);
  const several = seat.role === 'fiduciary' && scope.terms.fiduciaries.length > 1;
  const drawn = several ? drawPolynomial(scope, seat.node, random) : drawPoint(scope, seat, random);
  return { ...seat, ...drawn };
};

/** Everything until the order is ready. The same wish gives the same bytes. */
export const hold = (wish: Wish = {}): Ceremony => {
  const terms = termsOf(wish);
  const scope = scopeOf(terms);
  const made = contributorsOf(terms).map((seat) => makeContribution(scope, seat, wish.seed));
  const contributions = made.map(({ role, node, contribution }) => ({ role, node, contribution }));
  const wallet = walletOf(scope, contributions);
  const certifications = seatsOf(terms).map(({ role, node }) => certify(scope, role, node, wallet));
  const holder = holderOf(terms);
  return {
    ...scope,
    made,
    contributions,
    wallet,
    certifications,
    certificate: concludeCertificate(scope.order, terms, certifications),
    addend: find(made, (one) => one.role === holder.role && one.node === holder.node).secret,
    shares: sharesOf(scope, made, contributions),
  };
};

export const walletOf = (scope: CustodyOrder, contributions: SeatedContribution[]): Wallet => {
  const { wallet } = deriveWallet(scope, contributions);
  if (wallet === null) throw new Error('no wallet');
  return wallet;
};

export const certify = (
  scope: CustodyOrder,
  role: Role,
  node: NodeId,
  wallet: Wallet,
): Certification => signCertification(scope, role, wallet, personWith(node).keys.bls);

/** Runs the key generation to its end, or, with one fiduciary, takes its scalar. */
const sharesOf = (scope: CustodyOrder, made: Made[], contributions: SeatedContribution[]) => {
  const guards = made.filter(({ role }) => role === 'fiduciary');
  if (guards.length === 1) return guards.map(({ node, secret }) => ({ node, share: secret }));
  const dealt = dealAll(scope, made, contributions);
  return dealt.map(({ node, secret }) => {
    const { share } = dkgFinish({
      ...seatIn(scope, node),
      secret,
      contributions: dkgContributions(contributions),
      shares: dealt.flatMap(({ node: from, shares }) =>
        shares.filter(({ to }) => to === node).map(({ share: one }) => ({ from, share: one })),
      ),
    });
    return { node, share };
  });
};

export const dealAll = (scope: CustodyOrder, made: Made[], contributions: SeatedContribution[]) =>
  made
    .filter(({ role }) => role === 'fiduciary')
    .map(({ node, secret }) => ({
      node,
      ...dkgRound2({
        ...seatIn(scope, node),
        secret,
        contributions: dkgContributions(contributions),
      }),
    }));

const seatIn = ({ ctx, terms }: CustodyOrder, self: NodeId) => ({
  ctx,
  roster: rosterOf(terms),
  threshold: terms.threshold,
  self,
});
