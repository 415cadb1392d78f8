import type { StreamId } from '../domain/ids.ts';
import { LogError, reason } from '../errors.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Notice } from './notice.ts';

/**
 * After a failed write (guarantee G6): a turn that the log holds all the same has been told to nobody. Its envelopes
 * wait in the log without being sent, its deadlines are not watched. Once the log has reopened and read what is there,
 * they are taken up as after a start; where the turn is not there, its cause comes again by itself.
 */
export const createRecovery = (deps: {
  log: Pick<EventLog, 'whenOpen'>;
  takeUp(stream: StreamId): Promise<void>;
  notice(notice: Notice): void;
}): ((stream: StreamId) => Promise<void>) => {
  const { log, takeUp, notice } = deps;

  /** False: the log was closed, or is damaged. */
  const opened = (): Promise<boolean> =>
    log.whenOpen().then(
      () => true,
      () => false,
    );

  return async (stream) => {
    while (await opened()) {
      try {
        return await takeUp(stream);
      } catch (thrown) {
        // Another write failed meanwhile: once more, when the log is open again.
        if (thrown instanceof LogError && thrown.code === 'log/sealed') continue;
        notice({ level: 'error', event: 'log.not-taken-up', stream, reason: reason(thrown) });
        return;
      }
    }
  };
};
