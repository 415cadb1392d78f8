import {
  checkCertification,
  contradicts,
  isConsistent,
  verifyCertificate,
} from '../../custody/certification.ts';
import { checkContribution, contributionDigest } from '../../custody/contribution.ts';
import type { EventOf } from '../../domain/events.ts';
import type { FaultCode } from '../../domain/faults.ts';
import { contributorsOf, hasSeat, isSingleFiduciary } from '../../domain/terms.ts';
import { decodeEnvelope } from '../../envelope/codec.ts';
import { blsKeyOf, knownOrder } from '../effects/order.ts';
import { bufferOf, learned, unexpected, type Examiner, type InOrder } from './received.ts';

/** While a wallet is formed. What breaks a promise is recorded with its fault; what nobody in this order could mean is not. */

export const contributed: Examiner<InOrder<'order.contributed'>> = (
  received,
  deps,
  turn,
): EventOf<'order.contributed'> => {
  const order = knownOrder(received.context, deps);
  const { role, contribution } = received.message;
  const node = received.from;
  if (!contributorsOf(order.terms).some((seat) => seat.role === role && seat.node === node))
    throw unexpected(`the ${role} contributes nothing in this order`);
  const fault = checkContribution(order, { role, node, contribution });
  return {
    type: 'order.contributed',
    ...learned(received, turn),
    role,
    contribution,
    digest: contributionDigest({ role, node, contribution }),
    ...(fault && { fault }),
  };
};

/**
 * A share for this fiduciary, kept unseen: it is checked when all contributions are there (`certify`). What opens the
 * envelope for everybody is kept with it, for only that can prove to others that a share is wrong.
 */
export const dealt: Examiner<InOrder<'order.dealt'>> = async (
  received,
  deps,
  turn,
): Promise<EventOf<'order.dealt'>> => {
  const { terms } = knownOrder(received.context, deps);
  const { message, from, bytes, cek, context } = received;
  if (isSingleFiduciary(terms) || from === deps.self || !hasSeat(terms, 'fiduciary', from))
    throw unexpected('deals nothing in this order');
  if (decodeEnvelope(bytes).envelope.header.to.length !== 1)
    throw unexpected('a share is dealt to one alone');
  const fact: EventOf<'order.dealt'> = { type: 'order.dealt', ...learned(received, turn) };
  if (context.role !== 'fiduciary') return fact;
  return {
    ...fact,
    share: await turn.keep('share', bufferOf(message.share)),
    opening: await turn.keep('opening', Buffer.from(cek)),
  };
};

export const certified: Examiner<InOrder<'order.certified'>> = (
  received,
  deps,
  turn,
): EventOf<'order.certified'> => {
  const order = knownOrder(received.context, deps);
  const { message: certification, from, context } = received;
  if (!hasSeat(order.terms, certification.role, from))
    throw unexpected('certifies for a seat that is not its own');
  const own = context.certifications.find(
    ({ role, node }) => role === context.role && node === deps.self,
  )?.certification;
  // The principal adds the signatures up, so it checks each: it must know whose was wrong. All others check the sum, in
  // the certificate; a bad signature changes nothing for them before.
  const right =
    context.role === 'principal'
      ? checkCertification(order, certification, blsKeyOf(order, deps)(from), own)
      : isConsistent(order, certification, own);
  const wrong = !right || (own !== undefined && contradicts(own, certification));
  const fault: FaultCode = 'fault/certification-wrong';
  return {
    type: 'order.certified',
    ...learned(received, turn),
    certification,
    ...(wrong && { fault }),
  };
};

/** All that makes a certificate true is in it: a signature of this party's own seat, too. */
export const ready: Examiner<InOrder<'order.ready'>> = (
  received,
  deps,
  turn,
): EventOf<'order.ready'> => {
  const order = knownOrder(received.context, deps);
  const { certificate } = received.message;
  if (received.from !== order.terms.principal.id)
    throw unexpected('only the principal concludes an order');
  const { network } = deps;
  const { terms } = order;
  const valid = verifyCertificate({ network, terms, certificate, blsKeyOf: blsKeyOf(order, deps) });
  const fault: FaultCode = 'fault/certificate-invalid';
  return {
    type: 'order.ready',
    ...learned(received, turn),
    certificate,
    ...(!valid && { fault }),
  };
};
