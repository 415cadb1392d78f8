import type { Connection, Stream } from '@libp2p/interface';
import type { Clock } from '../ports/clock.ts';
import { createSpend, paceStream, type Allowance, type Spend } from './paced-stream.ts';

/**
 * Reads streams no faster than an allowance of bytes for each connection, however many streams a peer takes for it: of
 * protocols that handle each byte at more than its cost on the wire.
 * @returns may the stream be read at all? Else it was reset: the peer is far in debt, and each new stream adds to it.
 */
export type StreamMeter = (stream: Stream, connection: Connection) => boolean;

export const createStreamMeter = (clock: Clock, allowance: Allowance): StreamMeter => {
  const spends = new WeakMap<Connection, Spend>();
  return (stream, connection) => {
    const spend = spends.get(connection) ?? createSpend(clock, allowance);
    spends.set(connection, spend);
    if (spend(0) > LONGEST_WAIT) {
      stream.abort(new Error('too much for one peer'));
      return false;
    }
    paceStream(stream, clock, spend, (data) =>
      data.reduce((sum, { length }) => sum + length, STREAM_COST),
    );
    return true;
  };
};

/** Milliseconds. */
const LONGEST_WAIT = 2_000;
/** What a piece of a stream costs besides its bytes. */
const STREAM_COST = 512;
