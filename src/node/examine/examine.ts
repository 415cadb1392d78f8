import type { OrderContext } from '../../../machines/order-context.ts';
import type { EnvelopeId, NodeId } from '../../domain/ids.ts';
import type { MessageType, Typed } from '../../domain/messages.ts';
import type { CustodyDeps } from '../effects/deps.ts';
import type { Examined, TurnScope } from '../turn.ts';
import { accused } from './accused.ts';
import { cancelled, declined, refused } from './ended.ts';
import { certified, contributed, dealt, ready } from './forming.ts';
import { proposed } from './proposed.ts';
import { unexpected, type Examiner, type Received } from './received.ts';
import { receipted, released, requested } from './redemption.ts';

/** Only these can be the first that a role hears of an order. */
const beginnings = { 'order.proposed': proposed, 'redemption.requested': requested } as const;

const others = {
  'order.contributed': contributed,
  'order.dealt': dealt,
  'order.certified': certified,
  'order.ready': ready,
  'order.refused': refused,
  'order.cancelled': cancelled,
  'order.accused': accused,
  'share.released': released,
  'redemption.receipted': receipted,
  'redemption.refused': declined,
} as const;

/**
 * Turns a message into the fact that this role learns from it: checks it by cryptography, seals the secrets in it, and
 * leaves nothing for a machine or a replay to check. Facts that are none of this role's business are handed on bare, for
 * its machine to ignore. Every envelope is kept: two with one number are each other's proof, whatever is in them.
 * @throws NodeError node/unexpected, node/terms, node/policy: nobody needs to record it; IdentityError
 *   identity/unknown: it may be understood later; LogError, KeystoreError
 */
export const examine = async (
  typed: Typed,
  info: { from: NodeId; id: EnvelopeId; bytes: Uint8Array; cek: Buffer },
  context: OrderContext | null,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<Examined> => {
  const { from, id, bytes, cek } = info;
  const received = { message: typed.message, from, id, bytes, cek, context };
  return { event: await examiner(typed.type, context)(received, deps, turn), keepBytes: true };
};

/** The tables are typed by their keys; which key it is, is known only at run time. */
const examiner = (
  type: MessageType,
  context: OrderContext | null,
): Examiner<Received<MessageType>> => {
  if (Object.hasOwn(beginnings, type))
    return beginnings[type as keyof typeof beginnings] as Examiner<Received<MessageType>>;
  if (context === null) throw unexpected('nothing is known of this order');
  if (!Object.hasOwn(others, type)) throw unexpected('belongs to no order');
  return others[type as keyof typeof others] as unknown as Examiner<Received<MessageType>>;
};
