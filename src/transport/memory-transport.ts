import { TransportError } from '../errors.ts';
import type { MemoryNetwork, MemoryNetworkDeps } from './memory-network.ts';
import { drawChance, drawDelay, drawIndex, NO_FAULTS } from './network-faults.ts';
import type { Faults } from './network-faults.ts';
import { MAX_MESSAGE_BYTES } from './transport.ts';
import type { Connection, Contact, PeerId, Receive, Transport } from './transport.ts';

/**
 * A network inside one process, for tests and the simulator. Deterministic: whenever something happens is the clock's
 * choice, whatever is decided by chance is drawn from `random`, in an order that depends on nothing else.
 * It behaves as gossipsub does: a message goes to the connected peers whose subscription is known, a receiver that
 * accepts passes it on, connections appear when both ends are up and one of them has the other's contact.
 */
export const createMemoryNetwork = (deps: MemoryNetworkDeps): MemoryNetwork => {
  const { clock, random, hooks = {} } = deps;
  const faults: Faults = { ...NO_FAULTS, ...deps.faults };
  const stations = new Map<PeerId, Station>();
  const unplugged = new Set<PeerId>();
  const cuts = new Set<string>();

  const later = (wake: () => void): void => {
    clock.after(drawDelay(random, faults.delay), wake);
  };

  // --- connections

  const isUp = (station: Station): boolean =>
    station.phase === 'running' && !unplugged.has(station.peer);
  const isCut = (from: Station, to: Station): boolean => cuts.has(way(from.peer, to.peer));
  const dials = (from: Station, to: Station): boolean =>
    from.contacts.get(to.peer)?.addrs.some((addr) => sameAddress(addr, to.peer)) === true;

  /** A connection is made over a link that works both ways; once made it survives a cut of one way. */
  const canConnect = (a: Station, b: Station): boolean =>
    isUp(a) && isUp(b) && !isCut(a, b) && !isCut(b, a);
  const canStay = (a: Station, b: Station): boolean =>
    isUp(a) && isUp(b) && !(isCut(a, b) && isCut(b, a));

  /** Closes what can no longer be, dials what is wanted. Called after every change of who can reach whom. */
  const settle = (): void => {
    const all = [...stations.values()];
    for (const [index, a] of all.entries())
      for (const b of all.slice(index + 1)) {
        if (a.links.has(b.peer) && !canStay(a, b)) disconnect(a, b);
        if (!a.links.has(b.peer) && canConnect(a, b) && (dials(a, b) || dials(b, a)))
          later(() => connectIfStillWanted(a, b));
      }
  };

  const connectIfStillWanted = (a: Station, b: Station): void => {
    if (a.links.has(b.peer) || !canConnect(a, b) || !(dials(a, b) || dials(b, a))) return;
    const dialer = dials(a, b) ? a : b;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.links.set(to.peer, {
        from,
        to,
        direction: from === dialer ? 'outbound' : 'inbound',
        known: new Set(),
        queue: [],
      });
    }
    for (const topic of a.joined.keys()) announce(a, b, topic);
    for (const topic of b.joined.keys()) announce(b, a, topic);
  };

  const disconnect = (a: Station, b: Station): void => {
    a.links.delete(b.peer);
    b.links.delete(a.peer);
  };

  const leave = (station: Station): void => {
    station.phase = 'stopped';
    for (const link of station.links.values()) disconnect(station, link.to);
  };

  /** Tells `to` that `from` takes part in a topic. Never lost while the connection lasts, as over TCP. */
  const announce = (from: Station, to: Station, topic: string): void => {
    const link = to.links.get(from.peer);
    later(() => {
      if (link === undefined || to.links.get(from.peer) !== link) return;
      link.known.add(topic);
      for (const listener of to.listeners) listener(topic, from.peer);
    });
  };

  // --- messages

  const send = (link: Link, message: Message, original: Uint8Array): void => {
    const passed = hooks.transmit?.({
      from: link.from.peer,
      to: link.to.peer,
      topic: message.topic,
      bytes: original,
    }) ?? [original];
    for (const [index, bytes] of passed.entries()) {
      if (drawChance(random, faults.loss)) continue;
      const copies = drawChance(random, faults.duplicate) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        link.queue.push({ message, bytes: Uint8Array.from(bytes), extra: index + copy > 0 });
        later(() => deliverNext(link));
      }
    }
  };

  const deliverNext = (link: Link): void => {
    const { from, to, queue } = link;
    if (from.links.get(to.peer) !== link) return;
    const [arrived] = queue.splice(
      drawIndex(random, Math.min(faults.reorder + 1, queue.length)),
      1,
    );
    if (arrived === undefined || isCut(from, to)) return;

    const { message, bytes, extra } = arrived;
    const receive = to.joined.get(message.topic);
    if (receive === undefined || (message.seenBy.has(to.peer) && !extra)) return;
    message.seenBy.add(to.peer);

    const verdict = receive(bytes, from.peer);
    hooks.delivered?.({ from: from.peer, to: to.peer, topic: message.topic, bytes, verdict });
    if (verdict === 'accept') spread(to, message, bytes);
  };

  /** Sends to every subscriber who has not had it. @returns how many */
  const spread = (from: Station, message: Message, bytes: Uint8Array): number => {
    const targets = [...from.links.values()].filter(
      ({ known, to }) => known.has(message.topic) && !message.seenBy.has(to.peer),
    );
    for (const link of targets) send(link, message, bytes);
    return targets.length;
  };

  // --- one node's view

  const transportOf = (station: Station): Transport => ({
    start: async () => {
      if (station.phase === 'stopped') throw stopped();
      if (station.phase === 'running')
        throw new TransportError('transport/start', 'the transport is already running');
      station.phase = 'running';
      settle();
    },
    stop: async () => leave(station),
    join: (topic, receive) => {
      if (station.phase === 'stopped') throw stopped();
      const isNew = !station.joined.has(topic);
      station.joined.set(topic, receive);
      if (isNew) for (const link of station.links.values()) announce(station, link.to, topic);
    },
    publish: async (topic, bytes) => {
      if (!isUp(station) || bytes.length > MAX_MESSAGE_BYTES) return 0;
      return spread(station, { topic, seenBy: new Set([station.peer]) }, bytes);
    },
    onSubscribed: (listener) => {
      station.listeners.push(listener);
    },
    connect: (contact) => {
      station.contacts.set(contact.peer, contact);
      settle();
    },
    forget: (peer) => {
      station.contacts.delete(peer);
      const link = station.links.get(peer);
      if (link !== undefined) disconnect(station, link.to);
      settle();
    },
    peers: () => [...station.links.keys()],
    connections: () =>
      [...station.links.values()].map(({ to, direction }) => ({
        peer: to.peer,
        address: memoryAddress(to.peer),
        direction,
      })),
    addresses: () => (station.phase === 'running' ? [memoryAddress(station.peer)] : []),
  });

  return {
    transport: (peer) => {
      const before = stations.get(peer);
      if (before !== undefined) leave(before);
      const station = newStation(peer);
      stations.set(peer, station);
      return transportOf(station);
    },
    setFaults: (changed) => {
      Object.assign(faults, changed);
    },
    cut: (from, to) => {
      cuts.add(way(from, to));
      settle();
    },
    partition: (...groups) => {
      for (const [index, group] of groups.entries())
        for (const other of groups.filter((_, position) => position !== index))
          for (const from of group) for (const to of other) cuts.add(way(from, to));
      settle();
    },
    heal: () => {
      cuts.clear();
      settle();
    },
    unplug: (peer) => {
      unplugged.add(peer);
      settle();
    },
    plug: (peer) => {
      unplugged.delete(peer);
      settle();
    },
  };
};

/** One publication and who has had it: publishing the same bytes again is another one. */
interface Message {
  topic: string;
  seenBy: Set<PeerId>;
}

/** One way of a connection. A new connection has new ones: what was in flight on the old is lost. */
interface Link {
  from: Station;
  to: Station;
  direction: Connection['direction'];
  /** Topics `to` is known by `from` to take part in. */
  known: Set<string>;
  /** `extra`: a copy made by a fault or a hook, which arrives although the message has been seen. */
  queue: { message: Message; bytes: Uint8Array; extra: boolean }[];
}

interface Station {
  peer: PeerId;
  phase: 'new' | 'running' | 'stopped';
  joined: Map<string, Receive>;
  contacts: Map<PeerId, Contact>;
  links: Map<PeerId, Link>;
  listeners: ((topic: string, peer: PeerId) => void)[];
}

const newStation = (peer: PeerId): Station => ({
  peer,
  phase: 'new',
  joined: new Map(),
  contacts: new Map(),
  links: new Map(),
  listeners: [],
});

const way = (from: PeerId, to: PeerId): string => `${from} ${to}`;
const memoryAddress = (peer: PeerId): string => `/memory/${peer}/p2p/${peer}`;
/** With or without the peer id, as an operator may write it. */
const sameAddress = (addr: string, peer: PeerId): boolean =>
  addr === memoryAddress(peer) || addr === `/memory/${peer}`;
const stopped = (): TransportError =>
  new TransportError('transport/stopped', 'the transport has been stopped');
