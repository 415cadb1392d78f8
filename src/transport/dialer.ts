import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { drawUnit } from './network-faults.ts';
import type { Contact, PeerId } from './transport.ts';

/**
 * Keeps one connection to each contact: dials at once, then again and again, after a pause that doubles and has
 * jitter, so that nodes that lost each other together do not come back together.
 */
export interface Dialer {
  start(): void;
  stop(): void;
  connect(target: Target): void;
  forget(peer: PeerId): void;
  has(peer: PeerId): boolean;
  connected(peer: PeerId): void;
  disconnected(peer: PeerId): void;
  /** Sets every contact going that is neither connected nor about to be dialled. */
  review(): void;
}

/** Whom to reach, and where it may be. */
export type Target = Pick<Contact, 'peer' | 'addrs'>;

export interface DialerDeps {
  clock: Clock;
  random: Random;
  /** Resolves when connected. */
  dial: (target: Target, signal: AbortSignal) => Promise<void>;
  isConnected: (peer: PeerId) => boolean;
}

/** Milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
const DIAL_TIMEOUT = 20_000;
/** A connection that lasted this long was a good one: the next pause is a short one. */
const GOOD_CONNECTION = 30_000;

export const createDialer = ({ clock, random, dial, isConnected }: DialerDeps): Dialer => {
  const entries = new Map<PeerId, Entry>();
  let running = false;

  const attempt = async (entry: Entry): Promise<void> => {
    entry.wait = undefined;
    if (!running || isConnected(entry.target.peer)) return;
    const dialing = new AbortController();
    const cancelTimeout = clock.after(DIAL_TIMEOUT, () => dialing.abort());
    entry.dialing = dialing;
    await dial(entry.target, dialing.signal).catch(() => undefined);
    cancelTimeout();
    if (entry.dialing !== dialing) return;
    entry.dialing = undefined;
    if (!isConnected(entry.target.peer)) retry(entry);
  };

  const retry = (entry: Entry): void => {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** entry.failures);
    entry.failures++;
    entry.wait = clock.after(pause * (0.5 + drawUnit(random) / 2), () => void attempt(entry));
  };

  const drop = (entry: Entry): void => {
    entry.wait?.();
    entry.wait = undefined;
    entry.dialing?.abort();
    entry.dialing = undefined;
  };

  const isIdle = (entry: Entry): boolean =>
    running &&
    entry.wait === undefined &&
    entry.dialing === undefined &&
    !isConnected(entry.target.peer);

  return {
    start: () => {
      running = true;
      for (const entry of entries.values()) void attempt(entry);
    },
    stop: () => {
      running = false;
      for (const entry of entries.values()) drop(entry);
    },
    connect: (target) => {
      const before = entries.get(target.peer);
      if (before !== undefined && sameAddresses(before.target, target)) return;
      if (before !== undefined) drop(before);
      const entry: Entry = { ...newEntry(target), connectedAt: before?.connectedAt ?? 0 };
      entries.set(target.peer, entry);
      if (running) void attempt(entry);
    },
    forget: (peer) => {
      const entry = entries.get(peer);
      entries.delete(peer);
      if (entry !== undefined) drop(entry);
    },
    has: (peer) => entries.has(peer),
    connected: (peer) => {
      const entry = entries.get(peer);
      if (entry !== undefined) entry.connectedAt = clock.now();
    },
    disconnected: (peer) => {
      const entry = entries.get(peer);
      if (entry === undefined || !isIdle(entry)) return;
      if (clock.now() - entry.connectedAt >= GOOD_CONNECTION) entry.failures = 0;
      retry(entry);
    },
    review: () => {
      for (const entry of entries.values()) if (isIdle(entry)) retry(entry);
    },
  };
};

interface Entry {
  target: Target;
  failures: number;
  connectedAt: number;
  /** Cancels the wait for the next attempt. */
  wait: (() => void) | undefined;
  dialing: AbortController | undefined;
}

const newEntry = (target: Target): Entry => ({
  target,
  failures: 0,
  connectedAt: 0,
  wait: undefined,
  dialing: undefined,
});

const sameAddresses = (one: Target, other: Target): boolean =>
  one.addrs.length === other.addrs.length &&
  one.addrs.every((addr, index) => addr === other.addrs[index]);
