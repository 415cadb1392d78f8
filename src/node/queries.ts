import type { OrderContext } from '../../machines/order-context.ts';
import { progressOf, waitingFor } from '../../machines/waiting.ts';
import type { NodeId, OrderId, Role } from '../domain/ids.ts';
import type { Certificate } from '../domain/messages.ts';
import { isSingleFiduciary, type Terms } from '../domain/terms.ts';
import type { CertificateView, OrderView, RoleView, SeatView } from '../domain/views.ts';
import { NodeError } from '../errors.ts';
import type { Actors } from './actors.ts';
import type { Directory } from './directory.ts';
import { hindrancesOf } from './hindrances.ts';
import type { ActorView } from './role-actor.ts';

/** Pictures of orders for the operator, put together from all roles that this node plays in them. */
export interface Queries {
  /** @throws NodeError node/order-unknown */
  order(order: OrderId): Promise<OrderView>;
}

type Seen = ActorView & { role: Role };

export const createQueries = (deps: { actors: Actors; directory: Directory }): Queries => {
  const { actors, directory } = deps;
  return {
    order: async (order) => {
      const roles = actors.roles(order);
      const seen: Seen[] = [];
      for (const role of roles) seen.push({ ...(await actors.of(order, role).view()), role });
      return orderView(order, seen, directory);
    },
  };
};

const orderView = (order: OrderId, seen: readonly Seen[], directory: Directory): OrderView => {
  const [main] = seen;
  const terms = main?.context.terms;
  if (!main || !terms) throw new NodeError('node/order-unknown', 'no such order on this node');
  const contexts = seen.map(({ context }) => context);
  const certificate = firstOf(contexts, ({ certificate: known }) => known);
  return {
    orderReference: order,
    ...termsView(terms),
    address: certificate?.address ?? null,
    walletKey: certificate ? hex(certificate.walletKey) : null,
    createdAt: main.context.createdAt,
    seats: seatViews(main.context, (node) => directory.nameOf(node)),
    roles: seen.map(roleView),
    certificate: certificate && certificateView(certificate),
    redemption: redemptionView(contexts),
    keyHeld: contexts.some(({ secrets }) => secrets.key !== undefined),
    blames: blameViews(contexts),
    hindrances: hindrancesOf(contexts, directory),
    ended: firstOf(contexts, ({ ended }) => ended),
  };
};

const termsView = (terms: Terms) => ({
  coin: terms.coin,
  singleFiduciary: isSingleFiduciary(terms),
  threshold: terms.threshold,
  expiresAt: terms.expiresAt,
  notBefore: terms.conditions.notBefore ?? null,
  beneficiary: terms.beneficiary?.id ?? null,
});

const roleView = ({ role, state, context, snapshot, records }: Seen): RoleView => ({
  role,
  state,
  since: context.since,
  waitingFor: waitingFor(snapshot),
  events: records,
});

const seatViews = (context: OrderContext, nameOf: (node: NodeId) => string | null): SeatView[] =>
  progressOf(context).map(({ role, node, done }) => ({ role, node, name: nameOf(node), done }));

const redemptionView = (contexts: readonly OrderContext[]): OrderView['redemption'] => {
  const redemption = firstOf(contexts, ({ redemption: known }) => known);
  if (!redemption) return null;
  const receipt = firstOf(contexts, ({ receipt: known }) => known);
  return {
    beneficiary: redemption.beneficiary.id,
    requestedAt: redemption.at,
    receiptedAt: receipt?.at ?? null,
  };
};

/** Each party to blame once per reason, whichever of this node's roles found it out. */
const blameViews = (contexts: readonly OrderContext[]): OrderView['blames'] => {
  const blames = new Map(
    contexts.flatMap((context) =>
      context.blames.map((blame) => [`${blame.node} ${blame.code}`, blame] as const),
    ),
  );
  return [...blames.values()].map(({ evidence, ...blame }) => ({
    ...blame,
    evidence: [...evidence],
  }));
};

const certificateView = (certificate: Certificate): CertificateView => ({
  order: certificate.order,
  transcript: hex(certificate.transcript),
  walletKey: hex(certificate.walletKey),
  address: certificate.address,
  signers: certificate.signers,
  aggregate: hex(certificate.aggregate),
});

const firstOf = <T>(
  contexts: readonly OrderContext[],
  pick: (context: OrderContext) => T | null,
): T | null => {
  for (const context of contexts) {
    const found = pick(context);
    if (found !== null) return found;
  }
  return null;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
