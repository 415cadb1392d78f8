import type { NodeId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Envelopes of one sender: a burst, and so many per second on average. The check comes before the signature, whose
 * verification it bounds (0.1 ms each), so it must leave room for an honest sender whose name is used by others.
 */
const BURST = 4_000;
const PER_SECOND = 2_000;
const MOST_SENDERS = 10_000;

/** A token bucket per sender: true when one more may pass. A clock that goes back gives nothing away. */
export const createRateLimit = (clock: Clock): ((sender: NodeId) => boolean) => {
  const buckets = new Map<NodeId, { tokens: number; at: number }>();
  return (sender) => {
    const now = clock.now();
    const bucket = buckets.get(sender) ?? { tokens: BURST, at: now };
    const gained = (Math.max(0, now - bucket.at) * PER_SECOND) / 1_000;
    bucket.tokens = Math.min(BURST, bucket.tokens + gained);
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
