import { LogError, reason } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { isFatal } from './corruption.ts';
import type { Appended, Turn } from './event-log.ts';
import { HEAD } from './keys.ts';
import { writeWitness } from './meta.ts';
import type { RowCipher } from './sealed-row.ts';
import { abandon, type Session } from './session.ts';
import { stageTurn, type StagedTurn } from './stage-turn.ts';

/**
 * Writes staged turns, one synced batch after the other; whatever waits while one is being written shares the next
 * (group commit). A failed write has an unknown outcome (guarantee G6): this session ends, all that wait are told,
 * and a new session starts from what the disk says.
 */
export interface LogWriter {
  /** The session, if it may be used. @throws LogError log/sealed */
  session(): Session;
  /** The last session, usable or not: for what was last known to be durable. */
  lastSession(): Session;
  append(turn: Turn): Promise<Appended>;
  /** Writes the acknowledgements that are known, soon and in one batch: no turn waits for their rows to be read. */
  settle(): void;
  /** Runs `job` while nothing is being written. */
  exclusive<T>(job: () => Promise<T>): Promise<T>;
  /** Ends the use of a log that was found damaged. */
  condemn(found: unknown): void;
  whenOpen(): Promise<void>;
  close(): Promise<void>;
}

export interface LogWriterDeps {
  session: Session;
  /** Opens the store again; the new session must contain everything that the old one had acknowledged. */
  reopen(before: Session): Promise<Session>;
  acknowledgements: Acknowledgements;
  cipher: RowCipher;
  clock: Clock;
}

/** Between attempts to reopen, ms: doubling from the first to the last. */
const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;

/** A staged turn, and whoever waits for it to be durable. */
interface Waiting extends StagedTurn {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: LogError) => void;
}

export const createLogWriter = (deps: LogWriterDeps): LogWriter => {
  const { acknowledgements, cipher, clock } = deps;
  let current = deps.session;
  let fault: 'none' | 'reopening' | 'corrupt' = 'none';
  let found: unknown;
  let closing: Promise<void> | undefined;
  let waiting: Waiting[] = [];
  let scheduled = false;
  let settling = false;
  let queue: Promise<unknown> = Promise.resolve();
  let reopened = Promise.withResolvers<void>();
  let wake: (() => void) | undefined;

  const sealed = (): LogError | undefined => {
    if (closing) return new LogError('log/sealed', 'the log is closed');
    if (fault === 'none') return undefined;
    if (fault === 'reopening')
      return new LogError('log/sealed', 'the log is being reopened after a failed write');
    return new LogError('log/sealed', `the log is damaged: ${reason(found)}`, { cause: found });
  };

  const session = (): Session => {
    const refusal = sealed();
    if (refusal) throw refusal;
    return current;
  };

  const exclusive = <T>(job: () => Promise<T>): Promise<T> => {
    const result = queue.then(job);
    queue = result.catch(() => undefined);
    return result;
  };

  const flush = (): void => {
    if (scheduled) return;
    scheduled = true;
    void exclusive(commit);
  };

  const commit = async (): Promise<void> => {
    scheduled = false;
    const turns = waiting;
    waiting = [];
    const refusal = fault === 'none' ? undefined : sealed();
    if (refusal) {
      for (const { reject } of turns) reject(refusal);
      return;
    }
    try {
      await write(current, turns);
    } catch (thrown) {
      await lose(turns, thrown);
    }
  };

  const write = async (to: Session, turns: readonly Waiting[]): Promise<void> => {
    const { store, rows, state, starts } = to;
    const settled = settling ? await acknowledgements.collect(store, rows) : undefined;
    settling = false;
    const operations = turns.flatMap((turn) => turn.operations);
    if (settled) operations.push(...settled.operations);
    const head = turns.at(-1)?.appended.head;
    if (head) operations.push(rows.put(HEAD, head));
    if (operations.length > 0) await store.batch(operations);
    settled?.written();
    if (!head) return;

    to.durable = head;
    for (const { stream, appended, resolve } of turns) {
      const known = state.streams.get(stream);
      if (known) known.durable = appended.seq;
      resolve(appended);
    }
    await writeWitness(store, cipher, { starts, head });
  };

  const lose = async (turns: readonly Waiting[], thrown: unknown): Promise<void> => {
    const message = `the outcome of the write is unknown: ${reason(thrown)}`;
    const failure = new LogError('log/write-failed', message, { cause: thrown });
    const lost = [...turns, ...waiting];
    waiting = [];
    fault = 'reopening';
    reopened = Promise.withResolvers();
    for (const { reject } of lost) reject(failure);
    await reopen();
    reopened.resolve();
  };

  const reopen = async (): Promise<void> => {
    for (let delay = FIRST_RETRY; ; delay = Math.min(delay * 2, LAST_RETRY)) {
      await abandon(current.store);
      if (closing) return;
      try {
        current = await deps.reopen(current);
        fault = 'none';
        return;
      } catch (thrown) {
        // Anything but an error of the log is a bug, and trying again would hide it.
        if (isFatal(thrown) || !(thrown instanceof LogError)) return condemn(thrown);
      }
      if (!closing) await pause(delay);
    }
  };

  /** Ends early when the log is closed. */
  const pause = async (delay: number): Promise<void> => {
    const over = Promise.withResolvers<void>();
    const cancel = clock.after(delay, over.resolve);
    wake = over.resolve;
    await over.promise;
    cancel();
  };

  const condemn = (thrown: unknown): void => {
    fault = 'corrupt';
    found ??= thrown;
  };

  return {
    session,
    lastSession: () => current,
    settle() {
      settling = true;
      flush();
    },
    exclusive,
    condemn,

    async append(turn) {
      const { state, rows } = session();
      const staged = stageTurn(state, rows, turn);
      return new Promise((resolve, reject) => {
        waiting.push({ ...staged, resolve, reject });
        flush();
      });
    },

    async whenOpen() {
      while (fault === 'reopening' && !closing) await reopened.promise;
      session();
    },

    close() {
      closing ??= exclusive(async () => {
        settling = true;
        if (fault === 'none') await commit();
        await abandon(current.store);
      });
      wake?.();
      return closing;
    },
  };
};
