import type { Connection, Libp2p, Stream } from '@libp2p/interface';

/** What bitswap uses of libp2p, with a say in which streams of peers it reads, and how fast. */
export type BitswapLibp2p = Pick<
  Libp2p,
  | 'handle'
  | 'unhandle'
  | 'register'
  | 'unregister'
  | 'getConnections'
  | 'isDialable'
  | 'dial'
  | 'dialProtocol'
>;

/** Asked before a stream is read. A stream that is not admitted is left to whoever was asked. */
export type Admit = (stream: Stream, connection: Connection) => boolean;

export const admittingLibp2p = (libp2p: Libp2p, admit: Admit): BitswapLibp2p => ({
  handle: (protocols, handler, options) => {
    const admitted: typeof handler = (stream, connection) =>
      admit(stream, connection) ? handler(stream, connection) : undefined;
    return libp2p.handle(protocols, admitted, options);
  },
  unhandle: (protocols, options) => libp2p.unhandle(protocols, options),
  register: (protocol, topology, options) => libp2p.register(protocol, topology, options),
  unregister: (id) => libp2p.unregister(id),
  getConnections: (peer) => libp2p.getConnections(peer),
  isDialable: (address, options) => libp2p.isDialable(address, options),
  dial: (peer, options) => libp2p.dial(peer, options),
  dialProtocol: (peer, protocols, options) => libp2p.dialProtocol(peer, protocols, options),
});
