import { SUCCESSION } from '../../src/node/directory.ts';
import { reason } from '../../src/errors.ts';
import type { Facts } from './facts.ts';
import type { Judge } from './judge.ts';
import type { Dice } from './seeded-random.ts';
import { isTransient, plain, type Station } from './station.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A node replaces its keys: `at` ms after the start, or right after so many facts are durable anywhere. */
export interface Rotation {
  node: string;
  at?: number;
  fact?: number;
}

/** Lets the operators of nodes rotate, and judges at the end what has become of the former keys. */
export interface Rotations {
  /** Tells how many facts there are. */
  counting(facts: Facts): Facts;
  begin(): void;
  /** Facts that became durable, and rotations that were done. */
  facts(): number;
  done(): number;
  /** For each node, the first and the last fact of each type in its log: between them it went through all its states. */
  turns(): Rotation[];
  /** Nobody is still about to rotate. */
  over(): boolean;
  /** Long enough after the last order for all former keys to go, ms; 0 when nobody rotates. */
  readonly rest: number;
  checkKeys(stations: readonly Station[]): void;
}

/** Between two attempts while a node is down or its disk or keystore are away, ms. */
const RETRY = 500;

export const createRotations = (deps: {
  rotations: readonly Rotation[];
  /** Nodes whose clock is wrong for a while: keys that they replaced then may go later. */
  wrong: readonly string[];
  stations: ReadonlyMap<string, Station>;
  time: VirtualTime;
  trace: Trace;
  judge: Judge;
}): Rotations => {
  const { rotations, wrong, stations, time, trace, judge } = deps;
  const firsts = new Map<string, Rotation>();
  const lasts = new Map<string, Rotation>();
  let count = 0;
  let waiting = rotations.length;
  let done = 0;

  const rotate = (name: string): void => {
    const station = stations.get(name);
    const node = station?.node();
    const again = (): void => void time.after(RETRY, () => rotate(name));
    if (!station || !node) return again();
    const life = station.lives();
    node.rotateIdentity(['kem', 'bls']).then(
      ({ seq }) => {
        trace.note(time.now(), name, `rotated to state ${seq}`);
        done += 1;
        waiting -= 1;
      },
      (thrown: unknown) => {
        if (station.lives() !== life || isTransient(thrown)) return again();
        const text = `cannot rotate: ${plain(reason(thrown))}`;
        judge.violated({ guarantee: 'G13', node: name, text });
      },
    );
  };

  return {
    counting: (facts) => ({
      ...facts,
      recorded: (fact) => {
        facts.recorded(fact);
        count += 1;
        const { name, role, event } = fact;
        const kind = `${name} ${role} ${event.type}`;
        const turn = { node: name, fact: count };
        if (!firsts.has(kind)) firsts.set(kind, turn);
        lasts.set(kind, turn);
        for (const { node, fact: wanted } of rotations)
          if (wanted === count) time.after(0, () => rotate(node));
      },
    }),
    begin: () => {
      for (const { node, at } of rotations)
        if (at !== undefined) time.after(at, () => rotate(node));
    },
    facts: () => count,
    turns: () => [...new Set([...firsts.values(), ...lasts.values()])],
    done: () => done,
    over: () => waiting === 0,
    rest: rotations.length === 0 ? 0 : SUCCESSION + 60_000,
    checkKeys: (all) => {
      for (const station of rotations.length === 0 ? [] : all) {
        const held = station.heldStates();
        if (held.length > 1 && !isBusy(station) && !wrong.includes(station.name))
          judge.violated({
            guarantee: 'G13',
            node: station.name,
            text: `still holds keys that no order needs: ${plain(held.join(' '))}`,
          });
      }
    },
  };
};

/** Others may still hear of a certificate, or be asked for the key. */
const OVER: ReadonlySet<string> = new Set(['redeemed', 'closed', 'refused', 'expired']);

const isBusy = ({ shown }: Station): boolean =>
  [...shown.values()].some(({ roles, ended }) =>
    roles.some(({ role, state }) => !OVER.has(state) && !(role === 'principal' && ended !== null)),
  );

/** Rotations as a plan draws them: in most runs nobody rotates, in the others one or two do, at any time. */
export const drawRotations = (dice: Dice, nodes: readonly string[], until: number): Rotation[] =>
  nodes.length > 0 && dice.chance(0.15)
    ? Array.from({ length: dice.between(1, 2) }, () => ({
        node: dice.pick(nodes),
        at: dice.chance(0.5) ? dice.between(0, 3_000) : dice.between(0, until),
      }))
    : [];
