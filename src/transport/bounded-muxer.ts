import type { StreamMuxerFactory } from '@libp2p/interface';
import { yamux } from '@libp2p/yamux';
import type { Clock } from '../ports/clock.ts';
import { createFrameCounter, yamuxHeader } from './frame-counter.ts';
import { createSpend, paceStream } from './paced-stream.ts';
import type { TransportLimits } from './transport-config.ts';

/**
 * yamux that a peer cannot make hold more than its windows. On its own it stores a frame until it is complete, and a
 * header may announce 4 GiB (@libp2p/yamux 8.0); it also answers as many pings as it is sent.
 */
export const boundedYamux = (clock: Clock, limits: TransportLimits) => (): StreamMuxerFactory => {
  const factory = yamux({
    maxInboundStreams: MAX_STREAMS,
    maxOutboundStreams: MAX_STREAMS,
    streamOptions: {
      initialStreamWindowSize: WINDOW_BYTES,
      maxStreamWindowSize: WINDOW_BYTES,
      maxReadBufferLength: 4 * WINDOW_BYTES,
    },
  })();
  const createStreamMuxer = factory.createStreamMuxer.bind(factory);
  factory.createStreamMuxer = (connection) => {
    const { bytesPerSecond } = limits;
    const spend = createSpend(clock, { perSecond: bytesPerSecond, burst: 2 * bytesPerSecond });
    const count = createFrameCounter(yamuxHeader, WINDOW_BYTES);
    paceStream(connection, clock, spend, (data) => {
      const frames = count(data);
      return frames === undefined ? undefined : totalLength(data) + frames * FRAME_COST;
    });
    return createStreamMuxer(connection);
  };
  return factory;
};

/** Bytes that a peer may send before they are read, for each stream: the smallest that yamux allows. */
const WINDOW_BYTES = 256 * 1_024;
/** Of all protocols, each way, for each connection. */
const MAX_STREAMS = 64;
/** What handling a frame costs, in bytes that could be read in its place. */
const FRAME_COST = 512;

const totalLength = (data: readonly Uint8Array[]): number =>
  data.reduce((sum, { length }) => sum + length, 0);
