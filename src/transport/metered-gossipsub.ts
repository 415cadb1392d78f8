import { gossipsub } from '@libp2p/gossipsub';
import type { GossipSub, GossipSubComponents, GossipsubOpts } from '@libp2p/gossipsub';
import type { Stream } from '@libp2p/interface';
import type { Clock } from '../ports/clock.ts';
import { createFrameCounter, varintHeader } from './frame-counter.ts';
import { MAX_PACKET_BYTES } from './gossip-options.ts';
import { createSpend, paceStream } from './paced-stream.ts';
import type { TransportLimits } from './transport-config.ts';

/**
 * gossipsub whose inbound streams are read no faster than `messagesPerSecond` packets, before any of them is parsed.
 * (libp2p's own stream middleware would do, but in 3.3 its list grows by a handler with every stream.)
 */
export const meteredGossipsub =
  (options: Partial<GossipsubOpts>, clock: Clock, limits: TransportLimits) =>
  (components: GossipSubComponents): GossipSub =>
    gossipsub(options)({
      privateKey: components.privateKey,
      peerId: components.peerId,
      peerStore: components.peerStore,
      connectionManager: components.connectionManager,
      logger: components.logger,
      registrar: meteredRegistrar(components.registrar, (stream) => meter(stream, clock, limits)),
    });

type Registrar = GossipSubComponents['registrar'];

const meteredRegistrar = (registrar: Registrar, onStream: (stream: Stream) => void): Registrar => ({
  handle: (protocol, handler, options) => {
    const metered: typeof handler = (stream, connection) => {
      onStream(stream);
      return handler(stream, connection);
    };
    return registrar.handle(protocol, metered, options);
  },
  unhandle: (protocol, options) => registrar.unhandle(protocol, options),
  getProtocols: () => registrar.getProtocols(),
  getHandler: (protocol) => registrar.getHandler(protocol),
  use: (protocol, middleware) => registrar.use(protocol, middleware),
  unuse: (protocol) => registrar.unuse(protocol),
  getMiddleware: (protocol) => registrar.getMiddleware(protocol),
  register: (protocol, topology, options) => registrar.register(protocol, topology, options),
  unregister: (id) => registrar.unregister(id),
  getTopologies: (protocol) => registrar.getTopologies(protocol),
});

const meter = (stream: Stream, clock: Clock, { messagesPerSecond }: TransportLimits): void => {
  const spend = createSpend(clock, { perSecond: messagesPerSecond, burst: 2 * messagesPerSecond });
  const count = createFrameCounter(varintHeader, MAX_PACKET_BYTES);
  paceStream(stream, clock, spend, (data) => {
    const packets = count(data);
    const length = data.reduce((sum, bytes) => sum + bytes.length, 0);
    return packets === undefined || isStuffed(packets, length) ? undefined : packets;
  });
};

/** A piece of the stream is handled in one go: thousands of empty packets in it would hold up everybody else. */
const isStuffed = (packets: number, length: number): boolean => packets > 64 + length / 64;
