import type { OrderContext } from '../../machines/order-context.ts';
import { splitStream, streamId, type NodeId, type OrderId, type StreamId } from '../domain/ids.ts';
import { reason } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Actors } from './actors.ts';
import type { Deadlines } from './deadlines.ts';
import type { Directory } from './directory.ts';
import type { Identities } from './identities.ts';
import type { Inbox } from './inbox.ts';
import type { Notice } from './notice.ts';
import type { OrderIndex } from './order-index.ts';
import type { Outbox } from './outbox.ts';
import { boundStates } from './plan-envelope.ts';
import type { Committed } from './role-actor.ts';
import type { Became, TakenOn } from './taken-on.ts';

/** What follows from a durable turn: envelopes leave, clocks are set, people are told. Nothing here can fail a turn. */
export interface Aftermath {
  committed(change: Committed): void;
  /** Takes up what the log holds of a role, after a start and after a write whose outcome was not known. */
  takeUp(stream: StreamId): Promise<void>;
  /** Keys of former states go as soon as no order needs them, and none may begin with them. */
  tidy(): Promise<void>;
  stop(): void;
  watch(listener: (order: OrderId) => void): () => void;
  tell(order: OrderId): void;
}

export const createAftermath = (deps: {
  self: NodeId;
  clock: Clock;
  directory: Directory;
  index: OrderIndex;
  takenOn: TakenOn;
  actors: Actors;
  outbox: Outbox;
  inbox: Inbox;
  deadlines: Deadlines;
  identities: Identities;
  notice(notice: Notice): void;
}): Aftermath => {
  const { self, directory, index, outbox, deadlines, notice } = deps;
  const watchers = new Set<(order: OrderId) => void>();
  let tidying: (() => void) | undefined;
  let stopped = false;

  const note = (stream: StreamId, became: Became & { context: OrderContext }): void => {
    const { context, finished } = became;
    const pinned = boundStates(context, self);
    index.note(stream, { createdAt: context.createdAt, finished, pinned });
    deps.takenOn.note(...splitStream(stream), became);
    deadlines.set(stream, finished ? [] : context.deadlines);
    for (const blame of context.blames) noteBlame(splitStream(stream)[0], blame);
  };

  const noteBlame = (order: OrderId, blame: OrderContext['blames'][number]): void => {
    if (!blame.upheld || directory.peer(blame.node)?.blamed !== null) return;
    const { node, code, at } = blame;
    directory.blame(node, { order, code, at }).catch((thrown: unknown) => {
      notice({ level: 'error', event: 'blame.not-kept', node, reason: String(thrown) });
    });
  };

  const tidy = async (): Promise<void> => {
    try {
      const again = await deps.identities.destroyUnused();
      tidying?.();
      tidying = undefined;
      if (again === null || stopped) return;
      tidying = deps.clock.after(again - deps.clock.now(), () => void tidy());
    } catch (thrown) {
      notice({ level: 'warn', event: 'keys.not-destroyed', reason: reason(thrown) });
    }
  };

  const tell = (order: OrderId): void => {
    for (const watcher of watchers) watcher(order);
  };

  return {
    committed: (change) => {
      const { order, role, state } = change;
      note(streamId(order, role), change);
      outbox.add(change.sent);
      if (isSettled(change)) outbox.drop(order, role);
      if (change.finished) void tidy();
      for (const { message, to } of change.resend) void outbox.again(order, message, to);
      for (const { type } of change.events)
        notice({ level: 'info', event: type, order, role, state });
      deps.inbox.began(order);
      tell(order);
    },
    takeUp: async (stream) => {
      const [order, role] = splitStream(stream);
      const view = await deps.actors.of(order, role).view();
      if (view.records > 0) note(stream, view);
    },
    tidy,
    stop: () => {
      stopped = true;
      tidying?.();
    },
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    tell,
  };
};

/** The key is where it belongs: nobody needs what this role has still to say. */
const isSettled = ({ role, state }: Committed): boolean =>
  (role === 'fiduciary' && state === 'closed') || (role === 'principal' && state === 'redeemed');
