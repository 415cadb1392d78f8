import type { Clock } from '../ports/clock.ts';
import { MAX_TOPICS_PER_PEER } from './gossip-options.ts';
import type { PeerId } from './transport.ts';

/**
 * Tells of subscriptions, each once a connection: whoever is told sends what has waited, so a peer that subscribes
 * again and again must not have it sent again and again. And not before something can be sent: a subscription may
 * arrive on its stream before ours to that peer is open.
 */
export interface SubscriptionNews {
  subscribed(peer: PeerId, topic: string): void;
  disconnected(peer: PeerId): void;
  stop(): void;
}

export interface SubscriptionNewsDeps {
  clock: Clock;
  canSendTo: (peer: PeerId) => boolean;
  tell: (topic: string, peer: PeerId) => void;
}

export const createSubscriptionNews = (deps: SubscriptionNewsDeps): SubscriptionNews => {
  const { clock, canSendTo, tell } = deps;
  const known = new Map<PeerId, Set<string>>();

  /** The stream is in place when it has been there for one interval: gossipsub notes it a moment after it opens. */
  const tellWhenReady = (peer: PeerId, topics: Set<string>, topic: string, wasReady: boolean) => {
    clock.after(POLL_MS, () => {
      if (known.get(peer) !== topics) return;
      const isReady = canSendTo(peer);
      if (isReady && wasReady) tell(topic, peer);
      else tellWhenReady(peer, topics, topic, isReady);
    });
  };

  return {
    subscribed: (peer, topic) => {
      const topics = known.get(peer) ?? new Set();
      known.set(peer, topics);
      if (topics.has(topic) || topics.size >= MAX_TOPICS_PER_PEER) return;
      topics.add(topic);
      tellWhenReady(peer, topics, topic, canSendTo(peer));
    },
    disconnected: (peer) => {
      known.delete(peer);
    },
    stop: () => known.clear(),
  };
};

const POLL_MS = 10;
