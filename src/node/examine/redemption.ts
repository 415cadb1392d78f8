import { isRightHandover, unpackHandover } from '../../custody/handover.ts';
import { isRightShare } from '../../custody/redemption.ts';
import type { EventOf } from '../../domain/events.ts';
import type { FaultCode } from '../../domain/faults.ts';
import type { HandedOver } from '../../domain/messages.ts';
import { hasSeat, parseTerms, type Party } from '../../domain/terms.ts';
import { decodeEnvelope } from '../../envelope/codec.ts';
import { NodeError } from '../../errors.ts';
import type { CustodyDeps } from '../effects/deps.ts';
import { blsKeyOf, knownContributions, knownOrder } from '../effects/order.ts';
import type { TurnScope } from '../turn.ts';
import {
  bufferOf,
  learned,
  unexpected,
  type Examiner,
  type InOrder,
  type Received,
} from './received.ts';

/** While a ready order is redeemed. */

export const requested: Examiner<Received<'redemption.requested'>> = (received, deps, turn) => {
  checkBeneficiary(received.message.beneficiary, deps);
  const { context } = received;
  return context === null
    ? requestedOfNewcomer(received, deps, turn)
    : requestedInOrder({ ...received, context }, deps, turn);
};

/**
 * The state of the keys that the share would be sealed to. A state not known here yet is an IdentityError, which is no
 * answer: the request comes again when it is known. That the identity has ended since is no reason not to record the
 * request: the share is withheld then, and everybody can see why (effects/release.ts).
 */
const checkBeneficiary = ({ id, key }: Party, { states }: CustodyDeps): void => {
  const state = states(key);
  if (state.id !== id) throw unexpected('not a key state of the beneficiary');
  if (state.revoked) throw unexpected('nobody reads what is sealed to the end of an identity');
};

const requestedInOrder = (
  received: InOrder<'redemption.requested'>,
  deps: CustodyDeps,
  turn: TurnScope,
): EventOf<'redemption.requested'> => {
  const { order, terms } = knownOrder(received.context, deps);
  const { beneficiary, nonce } = received.message;
  if (received.from !== terms.principal.id)
    throw unexpected('only the principal requests a redemption');
  const fact = { ...learned(received, turn), order, beneficiary, nonce };
  const later = isLater(terms.beneficiary, beneficiary, deps);
  return { type: 'redemption.requested', ...fact, ...(later && { later }) };
};

/**
 * Does the request name a later state of the keys of the same beneficiary? Not of one with two histories: nobody can tell
 * which of them is its own, so the state of the terms is the only one.
 */
export const isLater = (
  named: Party | null,
  { id, key }: Party,
  deps: Pick<CustodyDeps, 'follows' | 'standing'>,
): boolean =>
  named?.id === id &&
  named.key !== key &&
  deps.standing(id)?.forked === false &&
  deps.follows(named.key, key);

/** To a beneficiary that the terms do not name: all that it is told is checked before anything is kept. */
const requestedOfNewcomer = async (
  received: Received<'redemption.requested'>,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<EventOf<'redemption.requested'>> => {
  const { message, from, bytes } = received;
  const { beneficiary, nonce } = message;
  const order = decodeEnvelope(bytes).envelope.header.stream;
  if (!message.handover || order === null || beneficiary.id !== deps.self)
    throw unexpected('nothing that this node could redeem');
  const handover = unpackHandover(message.handover);
  if (!handover) throw unexpected('the handover cannot be read');
  const terms = parseTerms(handover.terms);
  if (terms.principal.id !== from) throw unexpected('only the principal requests a redemption');
  if (!deps.standing(from)?.roles.includes('principal'))
    throw new NodeError('node/policy', 'not a principal that this node serves');
  const { network } = deps;
  const keyOf = blsKeyOf({ terms }, deps);
  if (!isRightHandover({ network, order, handover, blsKeyOf: keyOf }))
    throw unexpected('the handover contradicts itself');
  return {
    type: 'redemption.requested',
    ...learned(received, turn),
    order,
    beneficiary,
    nonce,
    handover: {
      ...publicPart(handover),
      addend: await turn.keep('addend', bufferOf(handover.addend)),
    },
  };
};

const publicPart = ({
  terms,
  contributions,
  certificate,
}: HandedOver): Omit<HandedOver, 'addend'> => ({
  terms,
  contributions,
  certificate,
});

/** A share is kept only if it is the one that the transcript obliges its fiduciary to give. */
export const released: Examiner<InOrder<'share.released'>> = async (
  received,
  deps,
  turn,
): Promise<EventOf<'share.released'>> => {
  const order = knownOrder(received.context, deps);
  const { message, from: node, context } = received;
  if (!hasSeat(order.terms, 'fiduciary', node)) throw unexpected('guards nothing in this order');
  const fact: EventOf<'share.released'> = { type: 'share.released', ...learned(received, turn) };
  if (context.role !== 'beneficiary') return fact;
  const contributions = knownContributions(order, context);
  const share = bufferOf(message.share);
  if (await isRightShare(order, contributions, { node, share }, deps.compute))
    return { ...fact, share: await turn.keep('share', share) };
  const fault: FaultCode = 'fault/share-released-wrong';
  return { ...fact, fault };
};

export const receipted: Examiner<InOrder<'redemption.receipted'>> = (
  received,
  _deps,
  turn,
): EventOf<'redemption.receipted'> => ({
  type: 'redemption.receipted',
  ...learned(received, turn),
  receiptedAt: received.message.at,
});
