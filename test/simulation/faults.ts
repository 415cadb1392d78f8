import type { MemoryNetwork } from '../../src/transport/memory-network.ts';
import type { Plan } from './plan.ts';
import type { Station, StationDeps } from './station.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Lets the faults of a plan happen, and ends them all at its time. */
export interface Faulty {
  ofNode(name: string): Pick<StationDeps, 'onBatch' | 'onOpen'>;
  /** Starts every node and everything that goes wrong. */
  begin(network: MemoryNetwork): void;
  /** Probability that an envelope is lost now. */
  loss(): number;
  healed(): boolean;
  /** An order is shown as ready: who is to die for good dies. */
  ready(): void;
  isDead(name: string): boolean;
  someDied(): boolean;
}

export const createFaults = (deps: {
  plan: Plan;
  stations: ReadonlyMap<string, Station>;
  time: VirtualTime;
  trace: Trace;
}): Faulty => {
  const { plan, stations, time, trace } = deps;
  const dead = new Set<string>();
  const closed = new Map<string, number>();
  let healed = false;

  const station = (name: string): Station => {
    const found = stations.get(name);
    if (!found) throw new RangeError(`nobody is called ${name}`);
    return found;
  };
  const note = (who: string, what: string): void => trace.note(time.now(), who, what);
  const during = (fault: { at: number; down: number }, begin: () => void, end: () => void) => {
    time.after(fault.at, () => {
      if (healed) return;
      begin();
      time.after(fault.down, () => {
        if (!healed) end();
      });
    });
  };

  const heal = (network: MemoryNetwork): void => {
    healed = true;
    note('-', 'all faults end');
    network.setFaults({ duplicate: 0, reorder: 0, delay: { kind: 'fixed', mean: 5 } });
    network.heal();
    for (const one of stations.values()) {
      one.time.setError(0);
      one.setKeystoreAvailable(true);
      one.start();
    }
  };

  const beginCuts = (network: MemoryNetwork): void => {
    const cut = new Map<string, number>();
    for (const { from, to, ...when } of plan.cuts) {
      const way = `${from} ${to}`;
      const ends = [station(from).member.peer, station(to).member.peer] as const;
      during(
        when,
        () => {
          note(from, `nothing gets through to ${to}`);
          cut.set(way, (cut.get(way) ?? 0) + 1);
          network.cut(...ends);
        },
        () => {
          // A network mends all cuts at once: the others are made again.
          cut.set(way, (cut.get(way) ?? 0) - 1);
          network.heal();
          for (const [other, count] of cut) {
            const [one = '', two = ''] = other.split(' ');
            if (count > 0) network.cut(station(one).member.peer, station(two).member.peer);
          }
          note(from, `gets through to ${to} again`);
        },
      );
    }
  };

  return {
    ofNode: (name) => ({
      onBatch: (batch) => {
        if (healed) return 'done';
        const crash = plan.crashes.find(({ node, write }) => node === name && write === batch);
        if (crash) {
          time.after(crash.down, () => station(name).start());
          return crash.how === 'lost' ? 'crash, lost' : 'crash, applied';
        }
        const failure = plan.failures.find(({ node, write }) => node === name && write === batch);
        if (failure) closed.set(name, failure.closed);
        return failure?.outcome ?? 'done';
      },
      onOpen: () => {
        const left = closed.get(name) ?? 0;
        closed.set(name, left - 1);
        return left > 0 && !healed ? 'failed' : 'done';
      },
    }),

    begin: (network) => {
      for (const [index, one] of [...stations.values()].entries())
        time.after(index * 20, () => one.start());
      for (const kill of plan.kills)
        during(
          kill,
          () => station(kill.node).crash('killed'),
          () => station(kill.node).start(),
        );
      for (const { node, at, error } of plan.jumps)
        time.after(at, () => {
          if (healed) return;
          station(node).time.setError(error);
          note(node, `clock is wrong by ${error} ms`);
        });
      for (const absence of plan.absences)
        during(
          absence,
          () => {
            note(absence.node, 'keystore away');
            station(absence.node).setKeystoreAvailable(false);
          },
          () => {
            note(absence.node, 'keystore back');
            station(absence.node).setKeystoreAvailable(true);
          },
        );
      beginCuts(network);
      time.after(plan.healAt, () => heal(network));
    },

    loss: () => (healed ? 0 : plan.network.loss),
    healed: () => healed,
    ready: () => {
      for (const name of plan.die ?? []) {
        if (dead.has(name)) continue;
        dead.add(name);
        station(name).bury();
      }
    },
    isDead: (name) => dead.has(name),
    someDied: () => dead.size > 0,
  };
};
