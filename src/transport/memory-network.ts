import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Faults } from './network-faults.ts';
import type { PeerId, Transport, Verdict } from './transport.ts';

/** What a test or the simulator can do with a network inside one process (memory-transport.ts makes it). */
export interface MemoryNetworkDeps {
  clock: Clock;
  random: Random;
  faults?: Partial<Faults>;
  hooks?: Hooks;
}

export interface MemoryNetwork {
  /** The transport of a peer. Asking again is a restart: the earlier one is dead from now on, as after a crash. */
  transport(peer: PeerId): Transport;
  /** Of everything sent from now on. */
  setFaults(faults: Partial<Faults>): void;
  /** Loses everything one way, in flight included. A connection ends when both ways are cut. */
  cut(from: PeerId, to: PeerId): void;
  /** Cuts both ways between the members of different groups. */
  partition(...groups: (readonly PeerId[])[]): void;
  /** Mends every cut. */
  heal(): void;
  /** Takes a running peer off the network, and puts it back. */
  unplug(peer: PeerId): void;
  plug(peer: PeerId): void;
}

/** See, change, or record everything. */
export interface Hooks {
  /** Returns what to send in the place of a message: nothing, itself, or anything else. Must not change `bytes`. */
  transmit?(transmission: Transmission): readonly Uint8Array[];
  delivered?(delivery: Transmission & { verdict: Verdict }): void;
}

export interface Transmission {
  from: PeerId;
  to: PeerId;
  topic: string;
  bytes: Uint8Array;
}
