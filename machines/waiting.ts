import type { NodeId, Role } from '../src/domain/ids.ts';
import { seatsOf, type Seat } from '../src/domain/terms.ts';
import type { OrderContext } from './order-context.ts';
import * as progress from './progress.ts';
import { stateOf, type OrderSnapshot } from './registry.ts';
import { beneficiaryOf, certificationOf, contributionOf } from './seats.ts';

/** Why is my order waiting? One line for each fact that is missing. */
export interface Waiting {
  /** Whom it waits for; null: for the clock, or for this node's operator. */
  node: NodeId | null;
  role: Role | null;
  /** The missing fact, or `operator`, `clock`; `identity.revoked`: nothing will come, because that identity has ended. */
  event: string;
  since: number;
  /** When the order gives up, or goes on by itself; null: it waits for ever. */
  until: number | null;
}

/** What a role waits for in its present state: at least one thing, unless the order has ended for it. */
export const waitingFor = (snapshot: OrderSnapshot): Waiting[] => {
  const { context } = snapshot;
  const { since } = context;
  return missingIn(stateOf(snapshot), context).map(({ node, role, event, until }) => ({
    node,
    role,
    event,
    since,
    until,
  }));
};

type Missing = Omit<Waiting, 'since'>;

const missingIn = (state: string, context: OrderContext): Missing[] => {
  const expiry = deadline(context, 'expiry');
  switch (state) {
    case 'proposing':
    case 'ready':
      return [{ node: null, role: null, event: 'operator', until: null }];
    case 'considering':
      return [{ node: null, role: 'principal', event: 'order.proposed', until: null }];
    case 'contributing':
      return each(progress.missingContributors(context), 'order.contributed', expiry);
    case 'dealing':
      return each(progress.missingDealers(context), 'order.dealt', expiry);
    case 'certifying':
      return [
        ...each(progress.missingCertifiers(context), 'order.certified', expiry),
        ...(context.role === 'principal' ? [] : fromPrincipal(context, 'order.ready', expiry)),
      ];
    case 'disputing':
      return context.suspects.map((node) => ({
        node,
        role: null,
        event: 'order.accused',
        until: deadline(context, 'dispute'),
      }));
    case 'guarding':
    case 'entitled':
      return fromPrincipal(context, 'redemption.requested', null);
    case 'releasing':
      return [{ node: null, role: null, event: 'clock', until: deadline(context, 'not-before') }];
    case 'withheld':
      return [
        {
          node: context.withheld?.revoked ?? null,
          role: null,
          event: 'identity.revoked',
          until: null,
        },
      ];
    case 'collecting':
      return each(progress.missingReleasers(context), 'share.released', null);
    case 'released':
    case 'redeeming': {
      const node = beneficiaryOf(context)?.id ?? null;
      return [{ node, role: 'beneficiary', event: 'redemption.receipted', until: null }];
    }
    default:
      return OWN_ANSWER.has(state)
        ? [
            {
              node: context.self,
              role: context.role,
              event: OWN_ANSWER.get(state) ?? '',
              until: null,
            },
          ]
        : [];
  }
};

/** States that last no longer than the turn in which this node computes. */
const OWN_ANSWER: ReadonlyMap<string, string> = new Map([
  ['accusing', 'order.accused'],
  ['concluding', 'order.ready'],
  ['combining', 'key.combined'],
  ['closing', 'share.destroyed'],
]);

const deadline = ({ deadlines }: OrderContext, wanted: string): number | null =>
  deadlines.find(({ name }) => name === wanted)?.at ?? null;

const each = (seats: readonly Seat[], event: string, until: number | null): Missing[] =>
  seats.map(({ node, role }) => ({ node, role, event, until }));

const fromPrincipal = ({ terms }: OrderContext, event: string, until: number | null): Missing[] => [
  { node: terms?.principal.id ?? null, role: 'principal', event, until },
];

export interface Progress {
  role: Role;
  node: NodeId;
  /** Facts that this seat has delivered, as far as this role knows. */
  done: string[];
}

/** How far each seat is, the beneficiary that was named late included. */
export const progressOf = (context: OrderContext): Progress[] => {
  if (context.terms === null) return [];
  const seats = seatsOf(context.terms);
  const late = context.terms.beneficiary === null ? beneficiaryOf(context) : null;
  const all: Seat[] = late === null ? seats : [...seats, { role: 'beneficiary', node: late.id }];
  return all.map(({ role, node }) => ({ role, node, done: doneBy(context, role, node) }));
};

const doneBy = (context: OrderContext, role: Role, node: NodeId): string[] => {
  const isSelf = role === context.role && node === context.self;
  const isSeat =
    context.terms !== null && (role !== 'beneficiary' || context.terms.beneficiary !== null);
  const hasCertified =
    certificationOf(context, role, node) !== undefined || (isSeat && context.certificate !== null);
  const facts: [boolean, string][] = [
    [role === 'principal', 'order.proposed'],
    [contributionOf(context, role, node) !== undefined, 'order.contributed'],
    [role === 'fiduciary' && hasDealt(context, node, isSelf, hasCertified), 'order.dealt'],
    [hasCertified, 'order.certified'],
    [role === 'principal' && context.certificate !== null, 'order.ready'],
    [role === 'principal' && context.redemption !== null, 'redemption.requested'],
    [role === 'fiduciary' && hasReleased(context, node, isSelf), 'share.released'],
    [role === 'beneficiary' && context.receipt !== null, 'redemption.receipted'],
  ];
  const refused = context.refusals
    .filter((known) => known.role === role && known.node === node)
    .map(({ event }) => event);
  return [...facts.filter(([isDone]) => isDone).map(([, event]) => event), ...refused];
};

/** Only the other fiduciaries see what one deals; but one of several certifies no sooner than it has dealt. */
const hasDealt = (
  context: OrderContext,
  node: NodeId,
  isSelf: boolean,
  hasCertified: boolean,
): boolean =>
  isSelf
    ? context.hasDealt
    : context.dealt.some((known) => known.node === node) ||
      (hasCertified && !progress.isSingle(context));

const hasReleased = (context: OrderContext, node: NodeId, isSelf: boolean): boolean =>
  isSelf ? context.released !== null : context.shares.some((known) => known.node === node);
