import type { KeyObject } from 'node:crypto';
import type { NodeId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import { isFatal } from './corruption.ts';
import type { EventLog } from './event-log.ts';
import { createLogWriter } from './log-writer.ts';
import {
  answerTo,
  evidenceOf,
  headAt,
  pendingEnvelopes,
  readStream,
  receivedUnder,
  secretOf,
  sentEnvelope,
} from './queries.ts';
import { createRowCipher } from './sealed-row.ts';
import { abandon, examineSession, openSession, type Session } from './session.ts';
import type { OpenStore } from './store.ts';
import { UPCASTS, type Upcasts } from './upcast.ts';

/** How long an acknowledgement may wait for others to be written with, ms. */
const SETTLE_DELAY = 1_000;

export interface EventLogDeps {
  openStore: OpenStore;
  /** Whose log it is; bound into every row. */
  node: NodeId;
  /** AES key of 32 bytes, secret: everything at rest is sealed under it. */
  dataKey: KeyObject;
  clock: Clock;
  random: Random;
  /** For events of older versions; tests bring their own. */
  upcasts?: Upcasts;
}

/**
 * Opens the log of a node over any store, or makes it, and checks every row before the first question is answered.
 * @throws LogError log/in-use, log/corrupt (damaged; also a wrong data key or node), log/version, log/sealed
 */
export const openEventLog = async (deps: EventLogDeps): Promise<EventLog> => {
  const { clock, random, upcasts = UPCASTS } = deps;
  const cipher = createRowCipher(deps);
  const acknowledgements = createAcknowledgements();
  let cancelSettling: (() => void) | undefined;
  let closed = false;

  const openChecked = async (before?: Session): Promise<Session> => {
    const store = await deps.openStore();
    try {
      return await openSession({ store, cipher, random, upcasts }, before);
    } catch (thrown) {
      await abandon(store);
      throw thrown;
    }
  };

  const first = await openChecked();
  const writer = createLogWriter({
    session: first,
    reopen: openChecked,
    acknowledgements,
    cipher,
    clock,
  });

  /** Damage that any answer comes upon ends the use of the log (guarantee G4). */
  const ask = async <T>(question: (session: Session) => Promise<T>): Promise<T> => {
    const session = writer.session();
    try {
      return await question(session);
    } catch (thrown) {
      if (isFatal(thrown)) writer.condemn(thrown);
      throw thrown;
    }
  };

  const settleLater = (): void => {
    cancelSettling ??= clock.after(SETTLE_DELAY, () => {
      cancelSettling = undefined;
      writer.settle();
    });
  };

  return {
    starts: first.starts,
    head: () => writer.lastSession().durable,
    headAt: (position) => ask((session) => headAt(session, position)),
    hasStream: (stream) => (writer.lastSession().state.streams.get(stream)?.durable ?? 0) > 0,
    peerHead: (peer) => writer.lastSession().state.peers.get(peer),

    append: (turn) => writer.append(turn),
    whenOpen: () => writer.whenOpen(),
    read: (stream) => ask((session) => readStream(session, upcasts, stream)),
    received: (stream, sender, seq) =>
      ask((session) => receivedUnder(session, stream, sender, seq)),
    evidence: (id) => ask((session) => evidenceOf(session, id)),
    secret: (id) => ask((session) => secretOf(session, id)),
    answer: (key) => ask((session) => answerTo(session, key)),
    sent: (order, seq) => ask((session) => sentEnvelope(session, acknowledgements, order, seq)),

    async *streams() {
      for (const [stream, { durable }] of writer.session().state.streams)
        if (durable > 0) yield stream;
    },

    async *pending() {
      try {
        yield* pendingEnvelopes(writer.session(), acknowledgements);
      } catch (thrown) {
        if (isFatal(thrown)) writer.condemn(thrown);
        throw thrown;
      }
    },

    settle(order, seq, by) {
      if (closed) return;
      acknowledgements.add(order, seq, by);
      settleLater();
    },

    async verify() {
      writer.session(); // refuses at once, instead of after the log has been reopened
      return writer.exclusive(() => ask((session) => examineSession(session, cipher, upcasts)));
    },

    async close() {
      closed = true;
      cancelSettling?.();
      await writer.close();
    },
  };
};
