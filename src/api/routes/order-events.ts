import { Readable } from 'node:stream';
import { ApiError } from '../../errors.ts';
import type { NodeService } from '../../node/service.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OrderId } from '../../domain/ids.ts';
import { type Api, type RouteDeps } from '../api.ts';
import { OrderParams } from '../schemas.ts';

/** The changes of one order as they happen: server-sent events (HTML standard, section 9.2), one `order` each. */
export const orderEventRoutes = (api: Api, { service, clock, limits }: RouteDeps): void => {
  const open = new Set<AbortController>();
  api.addHook('preClose', async () => {
    for (const stream of open) stream.abort();
  });

  api.get(
    '/v1/order/:orderReference/events',
    { schema: { operationId: 'watchOrder', params: OrderParams } },
    async ({ params: { orderReference }, raw }, reply) => {
      await service.order(orderReference);
      if (open.size >= limits.streams)
        throw new ApiError('api/rate', `more than ${limits.streams} event streams`);
      const gone = new AbortController();
      open.add(gone);
      raw.once('close', () => gone.abort());
      gone.signal.addEventListener('abort', () => open.delete(gone), { once: true });
      const events = changesOf({ service, clock, orderReference, gone: gone.signal });
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .send(Readable.from(events));
    },
  );
};

/** A comment now and then shows both ends that the other is there. */
const HEARTBEAT = 15_000;

async function* changesOf(deps: {
  service: NodeService;
  clock: Clock;
  orderReference: OrderId;
  gone: AbortSignal;
}): AsyncGenerator<string> {
  const { service, clock, orderReference, gone } = deps;
  let changed = true;
  let wake = (): void => undefined;
  const stop = service.watch((order) => {
    if (order !== orderReference) return;
    changed = true;
    wake();
  });
  gone.addEventListener('abort', () => wake(), { once: true });
  const pause = async (): Promise<void> => {
    const woken = new Promise<void>((resume) => {
      wake = resume;
    });
    const cancel = clock.after(HEARTBEAT, () => wake());
    await woken;
    cancel();
  };
  try {
    for (let last = ''; !gone.aborted;) {
      // Several changes while the client was slow are one event: only the newest state counts.
      if (changed) {
        changed = false;
        const order = JSON.stringify(await service.order(orderReference));
        if (order !== last) yield `event: order\ndata: ${order}\n\n`;
        last = order;
      } else {
        await pause();
        if (!changed && !gone.aborted) yield ': still here\n\n';
      }
    }
  } finally {
    stop();
  }
}
