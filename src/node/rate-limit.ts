import type { NodeId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';

/** What one sender may send: so much at once, and so much per second on average. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/**
 * Of envelopes. The check comes before the signature, whose verification it bounds (0.1 ms each), so it must leave room
 * for an honest sender whose name is used by others.
 */
export const ENVELOPES: Rate = { burst: 4_000, perSecond: 2_000 };
const MOST_SENDERS = 10_000;

/** A token bucket per sender: true when one more may pass. A clock that goes back gives nothing away. */
export const createRateLimit = (
  clock: Clock,
  { burst, perSecond }: Rate,
): ((sender: NodeId) => boolean) => {
  const buckets = new Map<NodeId, { tokens: number; at: number }>();
  return (sender) => {
    const now = clock.now();
    const bucket = buckets.get(sender) ?? { tokens: burst, at: now };
    const gained = (Math.max(0, now - bucket.at) * perSecond) / 1_000;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    if (!buckets.has(sender) && buckets.size >= MOST_SENDERS) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    buckets.set(sender, bucket);
    return true;
  };
};
