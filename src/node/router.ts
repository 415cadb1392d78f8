import type { Header } from '../domain/envelope.ts';
import type { KeyStateId, NodeId, OrderId, Role } from '../domain/ids.ts';
import type { Typed } from '../domain/messages.ts';
import { hasSeat, partiesOf, partyOf, type Party } from '../domain/terms.ts';
import { NodeError, reason } from '../errors.ts';
import type { Actors } from './actors.ts';
import type { Directory } from './directory.ts';
import type { Notice } from './notice.ts';
import type { ReceivedMessage } from './role-actor.ts';

/** What has become of an envelope at this node. */
export type Delivery =
  /** Durable, or known, or of no use for good. */
  | { kind: 'done' }
  /** Too early: its order, or the role that it is for, is not known here yet. */
  | { kind: 'early' }
  | { kind: 'refused'; code: string };

/** The node's own trouble, not the envelope's: the sender shall try again. */
const TRANSIENT: ReadonlySet<string> = new Set(['node/internal', 'node/rolled-back']);

export interface RouterDeps {
  self: NodeId;
  directory: Directory;
  actors: Actors;
  /** Gets the key state of a party from peers. */
  resolve: (party: Party) => Promise<unknown>;
  notice: (notice: Notice) => void;
}

/** Brings a message to every role of this node in its order, but to `from`, the one that sent it. */
export type Route = (message: ReceivedMessage, header: Header, from?: Role) => Promise<Delivery>;

/** Which roles of this node is an opened message for, and may its sender say it in this order? */
export const createRouter = ({ self, directory, actors, resolve, notice }: RouterDeps): Route => {
  const route: Route = async (message, header, from) => {
    const order = header.stream;
    if (order === null) return { kind: 'refused', code: 'node/unexpected' };
    await meet(message.typed, header.from);
    const roles = (await rolesFor(order, message.typed)).filter((role) => role !== from);
    // Only a beneficiary is sent a share: it has overtaken the request that makes this node one.
    if (message.typed.type === 'share.released' && !roles.includes('beneficiary'))
      return { kind: 'early' };
    const deliveries: Delivery[] = [];
    for (const role of roles) deliveries.push(await toRole(order, role, message, header));
    // One role that waits makes all wait: what the others took in already is known to them when it comes again.
    return (
      deliveries.find(({ kind }) => kind === 'early') ??
      deliveries.find(({ kind }) => kind === 'done') ??
      deliveries[0] ?? { kind: 'early' }
    );
  };

  /** Parties whom an order of a trusted principal names are looked up before anybody decides about it. */
  const meet = async (typed: Typed, principal: NodeId): Promise<void> => {
    if (!directory.standing(principal)?.roles.includes('principal')) return;
    const strangers = namedIn(typed).filter(({ key }) => !directory.knows(key));
    await Promise.all(
      strangers.map((party) =>
        resolve(party).catch((thrown: unknown) => {
          notice({ level: 'warn', event: 'party.not-found', id: party.id, reason: reason(thrown) });
        }),
      ),
    );
  };

  const toRole = async (
    order: OrderId,
    role: Role,
    message: ReceivedMessage,
    header: Header,
  ): Promise<Delivery> => {
    try {
      const actor = actors.of(order, role);
      const { context } = await actor.view();
      const { terms, redemption } = context;
      if (!terms && !begins(message.typed)) return { kind: 'early' };
      if (terms) {
        const redeemer = redemption?.beneficiary;
        const pinned =
          partyOf(terms, header.from) ?? (redeemer?.id === header.from ? redeemer : undefined);
        // It may be the beneficiary, of whom this role has not heard yet.
        if (!pinned && terms.beneficiary === null && !redemption) return { kind: 'early' };
        if (!pinned) throw new NodeError('node/not-party', 'the sender has no part in this order');
        if (!maySign(pinned, header.key))
          throw new NodeError('node/not-party', 'signed with another key state than the order’s');
      }
      await actor.take(message);
      return { kind: 'done' };
    } catch (thrown) {
      if (thrown instanceof NodeError && !TRANSIENT.has(thrown.code))
        return { kind: 'refused', code: thrown.code };
      throw thrown;
    }
  };

  /** The pinned state, or one that builds on it; of two histories only the pinned state itself (guarantee G13). */
  const maySign = ({ id, key }: Party, signed: KeyStateId): boolean =>
    signed === key ||
    (directory.follows(key, signed) && directory.registry.duplicity(id).length === 0);

  /** Every seat of this node in the order, as far as it is known, and what the message itself gives it. */
  const rolesFor = async (order: OrderId, typed: Typed): Promise<Role[]> => {
    const known = actors.roles(order);
    const roles = new Set(known);
    const [first] = known;
    const terms =
      typed.type === 'order.proposed'
        ? typed.message.terms
        : first && (await actors.of(order, first).view()).context.terms;
    if (terms)
      for (const role of ['beneficiary', 'fiduciary'] as const)
        if (hasSeat(terms, role, self)) roles.add(role);
    if (
      typed.type === 'redemption.requested' &&
      typed.message.handover &&
      typed.message.beneficiary.id === self
    )
      roles.add('beneficiary');
    return [...roles];
  };

  return route;
};

/** Can this message be the first that a role hears of an order? */
const begins = ({ type, message }: Typed): boolean =>
  type === 'order.proposed' || (type === 'redemption.requested' && message.handover !== undefined);

/** Parties that a message brings into an order. */
const namedIn = ({ type, message }: Typed): Party[] => {
  if (type === 'order.proposed') return partiesOf(message.terms);
  if (type !== 'redemption.requested') return [];
  const { beneficiary, handover } = message;
  return [beneficiary, ...(handover ? partiesOf(handover.terms) : [])];
};
