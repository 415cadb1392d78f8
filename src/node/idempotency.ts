import { NodeError } from '../errors.ts';
import type { Answer, EventLog } from '../log/event-log.ts';

/**
 * One effect for one idempotency key, however often and however concurrently it is asked for. The answer is written
 * in the same batch as the effect, so a crash between the two cannot happen.
 */
export interface Idempotency {
  /**
   * Runs `act` unless its answer is known. `act` receives what must be written together with its effect.
   * @param key null: no protection wanted
   * @param request hash of what is asked, 32 bytes
   * @throws NodeError node/idempotency-conflict when the key was used for another request
   */
  once(
    key: string | null,
    request: Buffer,
    act: (answer: Omit<Answer, 'response'> | undefined) => Promise<unknown>,
  ): Promise<unknown>;
}

export const createIdempotency = (log: Pick<EventLog, 'answer'>): Idempotency => {
  const running = new Map<string, { request: Buffer; result: Promise<unknown> }>();

  const check = (known: Uint8Array, request: Buffer): void => {
    if (!request.equals(known))
      throw new NodeError(
        'node/idempotency-conflict',
        'this idempotency key was used for another request',
      );
  };

  return {
    once: async (key, request, act) => {
      if (key === null) return act(undefined);
      const other = running.get(key);
      if (other) {
        check(other.request, request);
        return other.result;
      }
      const result = (async () => {
        const known = await log.answer(key);
        if (!known) return act({ key, request });
        check(known.request, request);
        return known.response;
      })();
      running.set(key, { request, result });
      try {
        return await result;
      } finally {
        running.delete(key);
      }
    },
  };
};
