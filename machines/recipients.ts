import type { NodeId } from '../src/domain/ids.ts';
import { seatsOf, type Seat } from '../src/domain/terms.ts';
import type { OrderContext } from './order-context.ts';

/** Who is to hear of something: lists of nodes, each once, in the order of the seats, so that replay finds the same. */

const distinct = (nodes: readonly NodeId[]): NodeId[] => [...new Set(nodes)];

/** Every seat but this one. Empty while the terms are unknown. */
const otherSeats = ({ terms, self, role }: OrderContext): Seat[] =>
  terms === null
    ? []
    : seatsOf(terms).filter((seat) => !(seat.role === role && seat.node === self));

/** Nodes of all other seats. This node is one of them when it has another seat: its roles talk by envelope too. */
export const others = (context: OrderContext): NodeId[] =>
  distinct(otherSeats(context).map(({ node }) => node));

export const principalNode = ({ terms }: OrderContext): NodeId[] =>
  terms === null ? [] : [terms.principal.id];

export const fiduciaryNodes = ({ terms }: OrderContext): NodeId[] =>
  terms === null ? [] : terms.fiduciaries.map(({ id }) => id);

/** The beneficiary of the redemption, once requested. */
export const redeemer = ({ redemption }: OrderContext): NodeId[] =>
  redemption === null ? [] : [redemption.beneficiary.id];
