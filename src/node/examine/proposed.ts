import { orderIdOf } from '../../custody/order-id.ts';
import type { EventOf } from '../../domain/events.ts';
import { parseTerms, partyOf, type Terms } from '../../domain/terms.ts';
import { decodeEnvelope } from '../../envelope/codec.ts';
import { refusalOf } from './policy.ts';
import { learned, unexpected, type Examiner, type Received } from './received.ts';

/** Terms that a principal proposes: rightly made, or refused without a trace; agreed to, or declined. */
export const proposed: Examiner<Received<'order.proposed'>> = (
  received,
  deps,
  turn,
): EventOf<'order.proposed'> => {
  const { message, from, bytes } = received;
  const terms = parseTerms(message.terms);
  const order = orderIdOf(terms);
  if (decodeEnvelope(bytes).envelope.header.stream !== order)
    throw unexpected('the terms are not those of the order');
  if (terms.principal.id !== from) throw unexpected('proposed by another than the principal');
  if (!hasOneKeyEach(terms)) throw unexpected('a node is named with two states of its keys');
  const refusal = refusalOf(terms, turn.now, deps);
  if (!refusal) deps.claim(order, terms.principal.id, turn.now);
  return {
    type: 'order.proposed',
    ...learned(received, turn),
    order,
    terms,
    ...(refusal && { refusal }),
  };
};

/** A node with several roles has one pinned state of its keys, or it would be unclear which one signs. */
const hasOneKeyEach = (terms: Terms): boolean =>
  [terms.beneficiary, ...terms.fiduciaries].every(
    (party) => party === null || partyOf(terms, party.id)?.key === party.key,
  );
