import { shortId } from '../../src/domain/ids.ts';
import type { OrderView, SeatView } from '../../src/domain/views.ts';
import { columns, facts } from './columns.ts';
import { moment, relative } from './moments.ts';
import { guardedBy, nameIn, party, stateOf, waitsFor } from './words.ts';

/** All about one order: what it is, how far each party is, what it waits for, what to do next. */
export const orderPage = (order: OrderView, now: number): string =>
  [
    `order ${order.orderReference}`,
    terms(order, now),
    roster(order),
    roles(order, now),
    troubles(order, now),
    next(order),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const terms = (order: OrderView, now: number): string =>
  facts([
    ['state', stateOf(order)],
    [
      'address',
      order.address ?? (order.ended === null ? 'not yet: every party certifies it first' : 'none'),
    ],
    ['coin', order.coin],
    ['guarded by', guardedBy(order)],
    ['beneficiary', beneficiary(order)],
    ['created', relative(order.createdAt, now)],
    ['not before', order.notBefore === null ? null : moment(order.notBefore, now)],
    [
      'expires',
      order.address === null && order.ended === null ? moment(order.expiresAt, now) : null,
    ],
    ['redemption', redemption(order, now)],
  ]);

const beneficiary = (order: OrderView): string => {
  const node = order.beneficiary ?? order.redemption?.beneficiary;
  if (node === undefined) return 'named when the order is redeemed';
  return nameIn(order, node) + (order.beneficiary === null ? ', named at redemption' : '');
};

const redemption = ({ redemption: asked }: OrderView, now: number): string | null => {
  if (asked === null) return null;
  const { requestedAt, receiptedAt } = asked;
  return receiptedAt === null
    ? `requested ${relative(requestedAt, now)}, no receipt yet`
    : `done ${relative(receiptedAt, now)}, the beneficiary has the key`;
};

/** A stage and the fact that completes it. */
const STAGES = [
  ['contributed', 'order.contributed'],
  ['dealt', 'order.dealt'],
  ['certified', 'order.certified'],
  ['released', 'share.released'],
  ['received', 'redemption.receipted'],
] as const;
type Stage = (typeof STAGES)[number][1];

/** How far each party is; a cell is empty where there is nothing to do, or where this node is not told. */
const roster = (order: OrderView): string => {
  const rows = order.seats.map((seat) => STAGES.map(([, event]) => mark(order, seat, event)));
  const isTold = STAGES.map((_, i) => rows.some((row) => row[i] !== ''));
  const shown = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => isTold[i]);
  return columns(
    [
      ['party', '', ...shown(STAGES.map(([title]) => title))],
      ...order.seats.map((seat, i) => [
        seat.role,
        party(seat.node, seat.name),
        ...shown(rows[i] ?? []),
        seat.done.some((event) => event.endsWith('.refused')) ? 'refused' : '',
      ]),
    ],
    2,
  );
};

const mark = (order: OrderView, seat: SeatView, event: Stage): string => {
  if (seat.done.includes(event)) return 'yes';
  if (event === 'redemption.receipted') return received(order, seat);
  return isExpected(order, seat, event) ? 'no' : '';
};

const received = ({ redemption: asked }: OrderView, { role }: SeatView): string => {
  if (asked === null || role !== 'beneficiary') return '';
  return asked.receiptedAt === null ? 'no' : 'yes';
};

/** Is the fact this party's to make, and would this node know of it? */
const isExpected = (
  order: OrderView,
  { role }: SeatView,
  event: Exclude<Stage, 'redemption.receipted'>,
): boolean => {
  const seenAs = order.roles[0]?.role;
  switch (event) {
    case 'order.contributed':
      return role === 'fiduciary' || (role === 'principal') === (order.beneficiary === null);
    case 'order.dealt':
      return role === 'fiduciary' && seenAs === 'fiduciary' && !order.singleFiduciary;
    case 'order.certified':
      return role !== 'beneficiary' || order.beneficiary !== null;
    case 'share.released':
      return role === 'fiduciary' && seenAs === 'beneficiary' && order.redemption !== null;
  }
};

const roles = (order: OrderView, now: number): string =>
  order.roles
    .map(({ role, state, since, waitingFor }) =>
      [
        `  this node as ${role}: ${state}, since ${relative(since, now)}`,
        ...waitingFor.map((waiting) => `    waits for ${waitsFor(order, waiting, now)}`),
      ].join('\n'),
    )
    .join('\n');

const troubles = (order: OrderView, now: number): string =>
  [
    ...order.hindrances.flatMap(({ role, node, text, advice }) => [
      `  ${role} ${nameIn(order, node)}: ${text}`,
      ...(advice === null ? [] : [`    what can be done: ${advice}`]),
    ]),
    ...order.blames.map(
      ({ node, code, at, upheld }) =>
        `  ${upheld ? 'blamed' : 'suspected'}: ${nameIn(order, node)}, ${code}, ${relative(at, now)}`,
    ),
    ...(order.ended === null
      ? []
      : [
          `  ended without a wallet${order.ended.by === null ? '' : ` by ${nameIn(order, order.ended.by)}`}: ` +
            [order.ended.code, order.ended.text].filter((text) => text !== '').join(', '),
        ]),
  ].join('\n');

/** Asking for the key would be refused, or is in vain. */
const isStuck = ({ address, hindrances }: OrderView): boolean =>
  address !== null &&
  hindrances.some(({ role, code }) => role !== 'fiduciary' && code === 'identity/revoked');

const next = (order: OrderView): string => {
  const ref = shortId(order.orderReference);
  const state = stateOf(order);
  const isPrincipal = order.roles.some(({ role }) => role === 'principal');
  if (order.keyHeld) return `  the wallet key is sealed in this node: milagro key export ${ref}`;
  if (state === 'ended' && order.blames.length > 0)
    return `  the evidence: milagro order blame ${ref}`;
  if (isStuck(order)) return '';
  if (state === 'ready' && isPrincipal) {
    const whom = order.beneficiary === null ? ' --beneficiary NAME' : '';
    return `  to hand the key to the beneficiary: milagro order redeem ${ref}${whom}`;
  }
  if (state === 'ended' || state === 'ready' || state === 'redeemed') return '';
  return `  to follow it: milagro order watch ${ref}`;
};
