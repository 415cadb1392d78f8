import type { OrderContext } from '../../../machines/order-context.ts';
import type { OrderEvent } from '../../domain/events.ts';
import type { EnvelopeId, NodeId } from '../../domain/ids.ts';
import type { Message, MessageType } from '../../domain/messages.ts';
import { NodeError } from '../../errors.ts';
import type { CustodyDeps } from '../effects/deps.ts';
import type { TurnScope } from '../turn.ts';

/** A message as it came: opened, from whom it says, of its schema's shape; nothing else of it is believed yet. */
export interface Received<T extends MessageType> {
  message: Message<T>;
  from: NodeId;
  id: EnvelopeId;
  bytes: Uint8Array;
  /** Opens the envelope for everybody. SECRET; stays the caller's. */
  cek: Buffer;
  /** What this role knows of the order; null while it knows nothing. */
  context: OrderContext | null;
}

/** A message in an order that this role knows. */
export type InOrder<T extends MessageType> = Received<T> & { context: OrderContext };

/** Turns one type of message into the fact that this role learned. */
export type Examiner<R> = (
  received: R,
  deps: CustodyDeps,
  turn: TurnScope,
) => OrderEvent | Promise<OrderEvent>;

/** What every received fact says: when this node learned it, from whom, by which envelope. */
export const learned = (
  { from, id }: Pick<Received<MessageType>, 'from' | 'id'>,
  { now }: Pick<TurnScope, 'now'>,
): { at: number; node: NodeId; via: EnvelopeId } => ({ at: now, node: from, via: id });

/** For what nobody honest sends and nobody needs to prove: it is refused, and leaves no trace. */
export const unexpected = (text: string): NodeError => new NodeError('node/unexpected', text);

/** The same memory: wiping it wipes the message. */
export const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
