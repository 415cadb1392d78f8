import type { Send } from '../../machines/effect.ts';
import type { OrderContext } from '../../machines/order-context.ts';
import type { EnvelopeId, KeyStateId, NodeId } from '../domain/ids.ts';
import type { Message, MessageType } from '../domain/messages.ts';
import { partiesOf, partyOf } from '../domain/terms.ts';
import { sealEnvelope, type Sealing } from '../envelope/seal.ts';
import { NodeError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { IdentityKeys } from '../identity/own-keys.ts';
import type { Head, SealedEnvelope } from '../log/event-log.ts';

/** What sealing needs besides the message. */
export interface Sealer {
  self: NodeId;
  random: Sealing['random'];
  encapsulate: Sealing['encapsulate'];
  /** Own keys of one of this node's key states. */
  keys(state: KeyStateId): IdentityKeys;
  states(state: KeyStateId): KeyState;
  /** Its log head, as others get to see it. */
  show(head: Head): Head;
}

/** An envelope ready to be sealed as soon as its place in the log is known: everything that can fail has been done. */
export interface EnvelopePlan {
  seal(head: Head, seq: number): SealedEnvelope;
  /** Overwrites the secrets in the message. */
  wipe(): void;
}

export const planEnvelope = (plan: {
  send: Send;
  message: Message;
  context: OrderContext;
  at: number;
  sealer: Sealer;
}): EnvelopePlan => {
  const { send, message, context, at, sealer } = plan;
  const recipients = send.to.map((node) => sealer.states(keyStateOf(context, node)));
  const keys = sealer.keys(keyStateOf(context, sealer.self));
  const until = validUntil(send.message, context);
  return {
    seal: (head, seq) => {
      const sealed: { id: EnvelopeId; bytes: Uint8Array; cek: Buffer } = sealEnvelope({
        type: send.message,
        stream: context.order,
        seq,
        at,
        until,
        recipients,
        message,
        head: sealer.show(head),
        keys,
        random: sealer.random,
        encapsulate: sealer.encapsulate,
      });
      sealed.cek.fill(0);
      return {
        seq,
        type: send.message,
        envelope: sealed.id,
        to: send.to,
        until,
        bytes: sealed.bytes,
      };
    },
    wipe: () => wipeSecrets(message),
  };
};

/**
 * The state of a node's keys that this order goes on with (guarantee G13): that of the terms, or the later one that the
 * redemption names; null when it is no party.
 */
const pinnedState = (context: OrderContext, node: NodeId): KeyStateId | null => {
  const redeemer = context.redemption?.beneficiary;
  const party = redeemer?.id === node ? redeemer : context.terms && partyOf(context.terms, node);
  return party?.key ?? null;
};

/** Every state of a node's keys that envelopes of this order may be sealed to. */
export const boundStates = (context: OrderContext, node: NodeId): KeyStateId[] => {
  const { terms, redemption } = context;
  const parties = [
    ...(terms ? partiesOf(terms) : []),
    ...(redemption ? [redemption.beneficiary] : []),
  ];
  return [...new Set(parties.filter(({ id }) => id === node).map(({ key }) => key))];
};

const keyStateOf = (context: OrderContext, node: NodeId): KeyStateId => {
  const state = pinnedState(context, node);
  if (state === null) throw new NodeError('node/internal', `no key state of ${node} in this order`);
  return state;
};

/** What forms the wallet is void after the order's deadline; all else stays good, however late a node comes back. */
const FORMING: ReadonlySet<MessageType> = new Set<MessageType>([
  'order.proposed',
  'order.contributed',
  'order.dealt',
  'order.certified',
]);
const TEN_YEARS = 315_576_000_000;

const validUntil = (type: MessageType, { terms, createdAt }: OrderContext): number => {
  const expiresAt = terms?.expiresAt ?? createdAt;
  return FORMING.has(type) ? expiresAt : expiresAt + TEN_YEARS;
};

const wipeSecrets = (message: Message): void => {
  if ('share' in message) message.share.fill(0);
  if ('handover' in message) message.handover?.addend.fill(0);
  if ('evidence' in message) for (const { cek } of message.evidence) cek?.fill(0);
};
