import type { Effect, Send } from '../../machines/effect.ts';
import type { OrderContext } from '../../machines/order-context.ts';
import {
  contextOf,
  isFinished,
  stateOf,
  step,
  type OrderMachine,
} from '../../machines/registry.ts';
import type { OrderEvent } from '../domain/events.ts';
import {
  streamId,
  type EnvelopeId,
  type NodeId,
  type OrderId,
  type Role,
  type StreamId,
} from '../domain/ids.ts';
import type { MessageType, Typed } from '../domain/messages.ts';
import { LogError, NodeError } from '../errors.ts';
import type { Answer, EventLog, Head, Sent } from '../log/event-log.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Clock } from '../ports/clock.ts';
import { compose } from './effects/compose.ts';
import type { CustodyDeps } from './effects/deps.ts';
import { perform } from './effects/perform.ts';
import { examine } from './examine/examine.ts';
import { createMarks, type Marks } from './marks.ts';
import { planEnvelope, type EnvelopePlan, type Sealer } from './plan-envelope.ts';
import { foldRecords, machineOfStream, type Snapshot } from './replay.ts';
import { createSerial } from './serial.ts';
import { openTurn, type OpenTurn } from './turn-scope.ts';
import { uselessSecrets } from './useless-secrets.ts';

/**
 * One role of this node in one order: a queue in front of a pure machine in front of the log.
 *
 * A turn: take one fact in, let the machine decide, compute what it asks for and feed the answers back until it asks
 * for nothing more, seal what it sends, then write all of it in one atomic batch. Only then does anything leave the
 * node and does the new state count. A turn that fails on the way leaves no trace, so its cause may simply come again.
 */
export interface RoleActor {
  /** @throws what examining, computing or writing throws; then nothing happened */
  take(input: Input): Promise<Taken>;
  view(): Promise<ActorView>;
  idle(): boolean;
}

export type Input = OwnFact | ReceivedMessage;

/** A command of the operator or a deadline. `answer` is kept with it under its idempotency key. */
export interface OwnFact {
  kind: 'own';
  /** Built inside the turn, from the state that the order then has. May throw to refuse the command. */
  fact: (context: OrderContext, turn: OpenTurn) => OrderEvent | Promise<OrderEvent>;
  answer?: Answer;
}

export interface ReceivedMessage {
  kind: 'message';
  typed: Typed;
  from: NodeId;
  seq: number;
  id: EnvelopeId;
  bytes: Uint8Array;
  /** Opens the envelope for everybody. SECRET; wiped by the caller. */
  cek: Buffer;
  head: Head | null;
}

export type Taken =
  /** Durable. */
  | { kind: 'recorded' }
  /** Known already: nothing changed. */
  | { kind: 'repeated' }
  /** This role has no use for it in its state: nothing changed, and never will by it. */
  | { kind: 'ignored' };

export interface ActorView {
  snapshot: Snapshot;
  context: OrderContext;
  state: string;
  finished: boolean;
  records: number;
}

export interface ActorDeps {
  self: NodeId;
  log: EventLog;
  clock: Clock;
  keystore: Keystore;
  custody: CustodyDeps;
  sealer: Sealer;
  /** May this role take a turn? @throws NodeError node/rolled-back */
  pass: (stream: StreamId) => Promise<void>;
  /** Called after every durable turn, in order. Must not throw. */
  committed: (change: Committed) => void;
  /** A write of this stream failed, and may be in the log all the same (guarantee G6). Must not throw. */
  unsure: (stream: StreamId) => void;
}

export interface Committed {
  order: OrderId;
  role: Role;
  context: OrderContext;
  state: string;
  finished: boolean;
  events: readonly OrderEvent[];
  sent: readonly Sent[];
  /** Stored envelopes to send again. */
  resend: readonly { message: MessageType; to: readonly NodeId[] }[];
}

/** What is known of the stream without reading it again. */
interface Loaded {
  machine: OrderMachine;
  snapshot: Snapshot;
  records: number;
  marks: Marks;
}

export const createRoleActor = (order: OrderId, role: Role, deps: ActorDeps): RoleActor => {
  const stream = streamId(order, role);
  const serial = createSerial();
  let loaded: Loaded | undefined;

  const load = async (): Promise<Loaded> => {
    if (loaded) return loaded;
    const records = await deps.log.read(stream);
    const machine = machineOfStream(role, records);
    loaded = {
      machine,
      snapshot: foldRecords(machine, deps.self, records),
      records: records.length,
      marks: createMarks(records),
    };
    return loaded;
  };

  const turn = async (input: Input): Promise<Taken> => {
    await deps.pass(stream);
    const before = await load();
    const scope = openTurn({
      now: deps.clock.now(),
      log: deps.log,
      keystore: deps.keystore,
      random: deps.custody.random,
    });
    const first = await firstEvent(input, before, scope);
    if (first === 'repeated') return { kind: 'repeated' };

    const run = await settle(before, first.event, scope);
    if (run === undefined) return { kind: 'ignored' };
    await write(input, first.keepBytes, run, scope, before);
    return { kind: 'recorded' };
  };

  const firstEvent = async (
    input: Input,
    { snapshot, marks }: Loaded,
    scope: OpenTurn,
  ): Promise<{ event: OrderEvent; keepBytes: boolean } | 'repeated'> => {
    const context = contextOf(snapshot);
    if (input.kind === 'own') return { event: await input.fact(context, scope), keepBytes: false };
    const known = marks.under(input.from, input.seq);
    if (known === input.id) return 'repeated';
    scope.present(input.id, input.bytes);
    if (known !== undefined) return equivocation(input, known, scope.now);
    return examine(
      input.typed,
      input,
      context.terms === null ? null : context,
      deps.custody,
      scope,
    );
  };

  /** Two signed envelopes under one number: each is the proof against the other. */
  const equivocation = (input: ReceivedMessage, known: EnvelopeId, at: number) => ({
    keepBytes: true,
    event: {
      type: 'order.accused',
      at,
      node: deps.self,
      blamed: input.from,
      code: 'fault/equivocation',
      evidence: [known, input.id],
      upheld: true,
    } satisfies OrderEvent,
  });

  /** Feeds the machine until it asks for nothing more. Undefined: it does not take the first event. */
  const settle = async ({ machine, snapshot }: Loaded, first: OrderEvent, scope: OpenTurn) => {
    const events: OrderEvent[] = [];
    const sends: Send[] = [];
    const resend: { message: MessageType; to: NodeId[] }[] = [];
    const queue: OrderEvent[] = [first];
    let state = snapshot;
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      const next = step(machine, state, event);
      if (!next.accepted) {
        if (events.length === 0) return undefined;
        throw new NodeError('node/internal', `${machine.name} does not take its own ${event.type}`);
      }
      state = next.snapshot;
      events.push(event);
      for (const effect of next.effects) {
        if (effect.type === 'send') sends.push(effect);
        else if (effect.type === 'resend') resend.push(effect);
        else
          queue.push(await perform(effect satisfies Effect, contextOf(state), deps.custody, scope));
      }
    }
    return { state, events, sends, resend };
  };

  type Run = NonNullable<Awaited<ReturnType<typeof settle>>>;

  const write = async (
    input: Input,
    keepBytes: boolean,
    run: Run,
    scope: OpenTurn,
    { machine, marks }: Loaded,
  ): Promise<void> => {
    const context = contextOf(run.state);
    const plans: EnvelopePlan[] = [];
    for (const send of run.sends) {
      const message = await compose(send, deps.custody, scope);
      plans.push(planEnvelope({ send, message, context, at: scope.now, sealer: deps.sealer }));
    }
    scope.destroy(uselessSecrets(run.state));
    const message = input.kind === 'message' ? input : undefined;
    try {
      const appended = await deps.log.append({
        stream,
        machine: machine.name,
        at: scope.now,
        events: run.events,
        secrets: scope.drawn(),
        destroyed: scope.destroyed(),
        ...(message && {
          received: [
            {
              sender: message.from,
              seq: message.seq,
              envelope: message.id,
              ...(keepBytes && { bytes: message.bytes }),
            },
          ],
        }),
        ...(message?.head && { seen: { peer: message.from, head: message.head } }),
        ...(input.kind === 'own' && input.answer && { answer: input.answer }),
        seal: (head, nextSeq) => plans.map((plan) => plan.seal(head, nextSeq())),
      });
      if (message) marks.add(message.from, message.seq, message.id);
      loaded = { machine, snapshot: run.state, records: appended.seq, marks };
      deps.committed({
        order,
        role,
        context,
        state: stateOf(run.state),
        finished: isFinished(run.state),
        events: run.events,
        sent: appended.sent,
        resend: run.resend,
      });
    } catch (thrown) {
      // The outcome of a failed write is unknown until the log has been read again.
      if (thrown instanceof LogError) loaded = undefined;
      if (thrown instanceof LogError && thrown.code === 'log/write-failed') deps.unsure(stream);
      throw thrown;
    } finally {
      for (const plan of plans) plan.wipe();
    }
  };

  return {
    take: (input) => serial.run(() => turn(input)),
    view: () =>
      serial.run(async () => {
        const { snapshot, records } = await load();
        return {
          snapshot,
          context: contextOf(snapshot),
          state: stateOf(snapshot),
          finished: isFinished(snapshot),
          records,
        };
      }),
    idle: serial.idle,
  };
};
