import type { Clock } from '../ports/clock.ts';
import type { TransportLimits } from './transport-config.ts';
import type { PeerId } from './transport.ts';

/** Who has sent too much that nobody honest sends. Outlives connections, unlike the score of gossipsub. */
export interface PeerBans {
  /** Counts one rejected message. @returns is the peer banned now, because of this one? */
  reject(peer: PeerId): boolean;
  has(peer: PeerId): boolean;
}

export const createPeerBans = (clock: Clock, limits: TransportLimits): PeerBans => {
  const records = new Map<PeerId, { rejects: number; at: number; until: number }>();

  const recordOf = (peer: PeerId) => {
    const now = clock.now();
    const record = records.get(peer) ?? { rejects: 0, at: now, until: 0 };
    // A clock that was set back forgives nothing, and makes no ban longer than a ban is.
    const forgiven = Math.max(0, Math.floor((now - record.at) / FORGIVE_MS));
    record.rejects = Math.max(0, record.rejects - forgiven);
    record.at = record.at > now ? now : record.at + forgiven * FORGIVE_MS;
    record.until = Math.min(record.until, now + limits.ban);
    return record;
  };

  /** The oldest record goes first: who fills the table with new names loses those names. */
  const remember = (peer: PeerId, record: ReturnType<typeof recordOf>): void => {
    records.delete(peer);
    records.set(peer, record);
    const [oldest] = records.keys();
    if (records.size > MAX_RECORDS && oldest !== undefined) records.delete(oldest);
  };

  return {
    reject: (peer) => {
      const record = recordOf(peer);
      record.rejects++;
      const isBanned = record.rejects >= limits.rejects;
      if (isBanned) {
        record.until = clock.now() + limits.ban;
        record.rejects = 0;
      }
      remember(peer, record);
      return isBanned;
    },
    has: (peer) => records.has(peer) && recordOf(peer).until > clock.now(),
  };
};

const FORGIVE_MS = 60_000;
const MAX_RECORDS = 4_096;
