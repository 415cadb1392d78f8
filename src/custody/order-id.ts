import { cidOf, taggedHash } from '../crypto/hash.ts';
import { encode } from '../domain/canonical.ts';
import type { OrderId } from '../domain/ids.ts';
import type { Terms } from '../domain/terms.ts';

/** What an order is called, and what every proof and signature in it is bound to (docs/protocol.md, section 4). */

/** CID of the terms: who knows the id can check that nobody changed them. */
export const orderIdOf = (terms: Terms): OrderId => cidOf(encode(terms));

/** ctx = H("milagro/ctx/v1", network, OrderId), 32 bytes, public: no proof is good in another order or network (K4). */
export const orderContext = (network: string, order: OrderId): Buffer =>
  taggedHash('milagro/ctx/v1', network, order);
