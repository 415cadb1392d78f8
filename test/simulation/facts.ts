import { encode } from '../../src/domain/canonical.ts';
import type { EventOf, EventType, OrderEvent } from '../../src/domain/events.ts';
import { shortId, type NodeId, type OrderId, type Role } from '../../src/domain/ids.ts';
import type { Certificate } from '../../src/domain/messages.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { createJudge, type Judge } from './judge.ts';

/**
 * All durable facts of all nodes of a run, in the order in which they became durable: the guarantees that speak of
 * more than one record, or of more than one node, are checked here, on every record of an honest node.
 */
export interface Facts {
  recorded(fact: Recorded): void;
  terms(order: OrderId): Terms | undefined;
  certificate(order: OrderId): Certificate | undefined;
  /** Own releases, of everybody, in order. */
  releases(order: OrderId): readonly { by: NodeId; to: NodeId }[];
  has(node: NodeId, role: Role, order: OrderId, type: EventType): boolean;
}

export interface Recorded {
  /** Of the node whose log it is. */
  name: string;
  self: NodeId;
  order: OrderId;
  role: Role;
  event: OrderEvent;
  /** By the node's clock, ms. */
  at: number;
}

/** A second one of these by the same role of the same order is a redrawn secret or a broken promise. */
const ONCE: ReadonlySet<EventType> = new Set<EventType>([
  'order.proposed',
  'order.contributed',
  'order.dealt',
  'order.certified',
  'order.ready',
  'redemption.requested',
  'share.released',
  'key.combined',
  'redemption.receipted',
]);

/** @param liars nodes with somebody behind their back: any other is never to blame */
export const createFacts = (honestJudge: Judge, liars: ReadonlySet<NodeId> = new Set()): Facts => {
  const mute = createJudge();
  const judgeOf = ({ self }: Recorded): Judge => (liars.has(self) ? mute : honestJudge);
  const own = new Set<string>();
  const taken = new Set<string>();
  const terms = new Map<OrderId, Terms>();
  const certificates = new Map<OrderId, Certificate>();
  const recipients = new Map<OrderId, NodeId>();
  const released = new Map<OrderId, { by: NodeId; to: NodeId }[]>();

  const checkReady = (fact: Recorded & { event: EventOf<'order.ready'> }) => {
    const { name, order, event } = fact;
    const judge = judgeOf(fact);
    const { certificate } = event;
    const first = certificates.get(order);
    if (!first) {
      if (event.via !== undefined)
        judge.violated({
          guarantee: 'G10',
          node: name,
          text: `learned that ${shortId(order)} is ready before its principal recorded it`,
        });
      certificates.set(order, certificate);
    } else if (Buffer.compare(encode(first), encode(certificate)) !== 0)
      judge.violated({
        guarantee: 'G10',
        node: name,
        text: `holds another certificate of ${shortId(order)}`,
      });
  };

  const checkRelease = (fact: Recorded & { event: EventOf<'share.released'> }) => {
    const { name, order, event, at } = fact;
    if (event.via !== undefined || event.to === undefined) return;
    released.set(order, [...(released.get(order) ?? []), { by: fact.self, to: event.to }]);
    if (liars.has(fact.self)) return;
    const { beneficiary, conditions } = terms.get(order) ?? {};
    const recipient = recipients.get(order) ?? beneficiary?.id ?? event.to;
    recipients.set(order, recipient);
    const judge = judgeOf(fact);
    if (event.to !== recipient)
      judge.violated({
        guarantee: 'G9',
        node: name,
        text: `released its share of ${shortId(order)} to a second recipient`,
      });
    if (!certificates.has(order) || at < (conditions?.notBefore ?? 0))
      judge.violated({
        guarantee: 'G8',
        node: name,
        text: `released its share of ${shortId(order)} too early`,
      });
  };

  const checkOnce = (fact: Recorded): void => {
    const { name, self, order, role, event } = fact;
    const judge = judgeOf(fact);
    const { type, via } = event;
    const where = `${self} ${role} ${order}`;
    if (via !== undefined) {
      if (taken.has(`${where} ${via}`))
        judge.violated({ guarantee: 'G3', node: name, text: `took ${type} in twice as ${role}` });
      taken.add(`${where} ${via}`);
    } else if (event.node === self) {
      if (ONCE.has(type) && own.has(`${where} ${type}`))
        judge.violated({ guarantee: 'G3', node: name, text: `recorded ${type} twice as ${role}` });
      own.add(`${where} ${type}`);
    }
  };

  /** Nobody is charged with what it did not do. Among honest nodes nobody is even suspected. */
  const checkHonest = (fact: Recorded): void => {
    const charge = chargeIn(fact.event);
    if (!charge || liars.has(charge.node) || (liars.size > 0 && !charge.upheld)) return;
    judgeOf(fact).violated({
      guarantee: '-',
      node: fact.name,
      text: `blames an honest party: ${charge.code}`,
    });
  };

  return {
    recorded: (fact) => {
      const { order, event, name } = fact;
      checkHonest(fact);
      checkOnce(fact);
      if (event.type === 'order.proposed') terms.set(order, event.terms);
      if (event.type === 'order.ready' && event.fault === undefined) checkReady({ ...fact, event });
      if (event.type === 'share.released') checkRelease({ ...fact, event });
      const needed = terms.get(order)?.threshold ?? 1;
      if (event.type === 'key.combined' && (released.get(order) ?? []).length < needed)
        judgeOf(fact).violated({
          guarantee: 'G8',
          node: name,
          text: `has the key of ${shortId(order)} before ${needed} fiduciaries recorded a release`,
        });
    },
    terms: (order) => terms.get(order),
    certificate: (order) => certificates.get(order),
    releases: (order) => released.get(order) ?? [],
    has: (node, role, order, type) => own.has(`${node} ${role} ${order} ${type}`),
  };
};

const chargeIn = (event: OrderEvent) => {
  if (event.type === 'order.accused')
    return { node: event.blamed, code: event.code, upheld: event.upheld };
  const fault = 'fault' in event ? event.fault : undefined;
  return fault === undefined ? undefined : { node: event.node, code: fault, upheld: true };
};
