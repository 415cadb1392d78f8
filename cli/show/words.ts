import { shortId, type NodeId } from '../../src/domain/ids.ts';
import type { OrderView, WaitingView } from '../../src/domain/views.ts';
import { relative, span } from './moments.ts';

/** The protocol's terms as an operator would say them. */

/** `alice (…4qzjxm7i)`: the name is what the operator gave, the id is what counts. */
export const party = (node: NodeId, name: string | null): string =>
  name === null ? `…${shortId(node)}` : `${name} (…${shortId(node)})`;

export const nameIn = (order: OrderView, node: NodeId): string =>
  party(node, order.seats.find((seat) => seat.node === node)?.name ?? null);

export const guardedBy = ({ singleFiduciary, threshold, seats }: OrderView): string => {
  const fiduciaries = seats.filter(({ role }) => role === 'fiduciary').length;
  if (singleFiduciary) return 'single fiduciary';
  return `${threshold} of ${fiduciaries} fiduciaries`;
};

/** Where an order stands, in one word. */
export const stateOf = (order: OrderView): string => {
  if (order.ended !== null) return 'ended';
  if (order.redemption !== null)
    return order.redemption.receiptedAt === null ? 'redeeming' : 'redeemed';
  if (order.address !== null) return 'ready';
  return order.roles[0]?.state ?? 'unknown';
};

/** `1 peer`, `3 peers` */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const facts: ReadonlyMap<string, string> = new Map([
  ['order.proposed', 'the proposal'],
  ['order.contributed', 'its contribution to the key'],
  ['order.dealt', 'the shares it deals to the other fiduciaries'],
  ['order.certified', 'its certification of the wallet'],
  ['order.ready', 'the certificate that all parties signed'],
  ['order.accused', 'its answer to a suspicion'],
  ['redemption.requested', 'the request to redeem'],
  ['share.released', 'its share of the key'],
  ['redemption.receipted', 'its receipt for the key'],
  ['key.combined', 'the wallet key made of the shares'],
  ['share.destroyed', 'the end of its share'],
]);

/** `carol (…x): its contribution to the key; for 4 min, gives up in 23 h` */
export const waitsFor = (order: OrderView, waiting: WaitingView, now: number): string => {
  const limits = [
    `for ${span(now - waiting.since)}`,
    ...(waiting.until === null ? [] : [`gives up ${relative(waiting.until, now)}`]),
  ];
  if (waiting.event === 'operator') return `your decision; ${limits.join(', ')}`;
  if (waiting.event === 'clock')
    return waiting.until === null
      ? 'the set time'
      : `the set time, which is ${relative(waiting.until, now)}`;
  if (waiting.event === 'identity.revoked')
    return `nothing any more: ${nameIn(order, waiting.node ?? '')} is revoked, and the share stays here`;
  const who =
    waiting.node === null ? `the ${waiting.role ?? 'others'}` : nameIn(order, waiting.node);
  return `${who}: ${facts.get(waiting.event) ?? waiting.event}; ${limits.join(', ')}`;
};
