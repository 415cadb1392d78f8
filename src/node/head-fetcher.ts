import type { IdentityHead } from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { reason } from '../errors.ts';
import type { Notice } from './notice.ts';

/**
 * Fetches the chains of heads that somebody told of, a few at once. What strangers announce and what pinned peers tell
 * wait apart: however many heads without blocks a stranger makes up, the way of the others stays free.
 */
export interface HeadFetcher {
  /** @param by who told of it: in an announcement, whoever it says it is from, which anybody can */
  add(head: Pick<IdentityHead, 'id' | 'cid'>, by: NodeId, way: Way): void;
  stop(): void;
}

export type Way = 'announced' | 'told';

const FETCHES_AT_ONCE = 8;
/** A pinned peer tells of what it was asked for: as many identities as there may be pinned, and their forks. */
const MOST_TOLD = 16_384;
const MOST_ANNOUNCED = 512;

interface Lane {
  most: number;
  waiting: Map<KeyStateId, { id: NodeId; by: NodeId }>;
  fetching: Map<KeyStateId, AbortController>;
}

export const createHeadFetcher = (deps: {
  pull(wanted: { id: NodeId; head: KeyStateId }, signal: AbortSignal): Promise<unknown>;
  isKnown(cid: KeyStateId): boolean;
  /** What somebody told of was not fetched. */
  missed(by: NodeId): void;
  notice(notice: Notice): void;
}): HeadFetcher => {
  const lanes = { announced: newLane(MOST_ANNOUNCED), told: newLane(MOST_TOLD) };
  let stopped = false;

  const next = (lane: Lane): void => {
    for (const [cid, { id, by }] of lane.waiting) {
      if (stopped || lane.fetching.size >= FETCHES_AT_ONCE) return;
      lane.waiting.delete(cid);
      if (!deps.isKnown(cid)) void work(lane, cid, id, by);
    }
  };

  const work = async (lane: Lane, cid: KeyStateId, id: NodeId, by: NodeId): Promise<void> => {
    const controller = new AbortController();
    lane.fetching.set(cid, controller);
    try {
      await deps.pull({ id, head: cid }, controller.signal);
    } catch (thrown) {
      deps.missed(by);
      const event = 'identity.not-fetched';
      deps.notice({ level: 'debug', event, id, cid, reason: reason(thrown) });
    } finally {
      lane.fetching.delete(cid);
      next(lane);
    }
  };

  return {
    add: ({ id, cid }, by, way) => {
      const lane = lanes[way];
      if (stopped || deps.isKnown(cid) || lane.fetching.has(cid)) return;
      if (lane.waiting.size < lane.most) lane.waiting.set(cid, { id, by });
      else deps.missed(by);
      next(lane);
    },
    stop: () => {
      stopped = true;
      for (const { fetching } of Object.values(lanes))
        for (const controller of fetching.values()) controller.abort();
    },
  };
};

const newLane = (most: number): Lane => ({ most, waiting: new Map(), fetching: new Map() });
