import { setImmediate } from 'node:timers/promises';
import { createMemoryDocuments } from '../../src/docstore/memory-document-store.ts';
import { LogError, reason } from '../../src/errors.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { DEFAULT_POLICY } from '../../src/node/effects/deps.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { createMemoryNetwork } from '../../src/transport/memory-transport.ts';
import { drawnLie } from '../byzantine/drawn-lies.ts';
import { createLiar, type Lie } from '../byzantine/liar.ts';
import { NETWORK, type Cast } from './cast.ts';
import { checkEnd } from './check-end.ts';
import { checkView } from './check-view.ts';
import { createFacts, type Facts } from './facts.ts';
import { createFaults } from './faults.ts';
import { createJudge, type Violation } from './judge.ts';
import { createOperator, type Operator, type Phase } from './operator.ts';
import type { Plan } from './plan.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { createRotations, type Rotation } from './rotations.ts';
import { createDice, seededRandom } from './seeded-random.ts';
import { createSplices } from './splices.ts';
import { createStation, plain, type Station } from './station.ts';
import { createTrace } from './trace.ts';
import { createVirtualTime, EPOCH } from './virtual-time.ts';
import { createWire } from './wire.ts';

/**
 * One run of a seed: production nodes over memory adapters in one process, until everything has come to its end.
 * After each step in which something changed, every guarantee that can be judged from what is durable and what is
 * shown is judged. Nothing here reads the time, draws randomness or waits but through the seed: the same seed and
 * plan give the same trace, byte for byte.
 */
export interface Run {
  seed: number;
  plan: Plan;
  cast: Cast;
  keepTrace?: boolean;
  /** How long everything may take to come to its end, ms after all faults have ended. */
  patience?: number;
  /** Makes the mistake of one station. */
  bug?: () => PlantedBug;
  /** Nodes that are not honest, by name, and what they say; instead of the liars of the plan. */
  lies?: ReadonlyMap<string, Lie>;
}

export interface Outcome {
  violation: Violation | null;
  /** Lives of nodes that ended before their time. */
  crashes: number;
  /** Wakes that were run. */
  steps: number;
  /** Virtual ms. */
  lasted: number;
  /** Envelopes that somebody on the way put together of two. */
  spliced: number;
  /** Facts that became durable, at all nodes together. */
  facts: number;
  rotated: number;
  turns: readonly Rotation[];
  /** Batches asked of each node's log, by name. */
  batches: ReadonlyMap<string, number>;
  /** How far each order came. */
  orders: readonly Course[];
  trace: readonly string[];
  /** Of the whole trace, states at the end included. */
  digest: string;
}

/** How far an order came, and how everybody shows it. */
export interface Course {
  phase: Phase;
  redeemed: boolean;
  address: string | null;
  views: ReadonlyMap<string, OrderView>;
  releases: ReturnType<Facts['releases']>;
}

/** After healing: longer than the longest pause between two repetitions, several times over. */
const PATIENCE = 3_600_000;
const MOST_STEPS = 100_000;
const CHECK_PAUSE = 1_000;
/** What liars began may be found out when the order itself is over: longer than a dispute lasts. */
const AFTERMATH = 120_000;

export const simulate = async (run: Run): Promise<Outcome> => {
  const { seed, plan, cast, bug } = run;
  const time = createVirtualTime();
  const trace = createTrace(run.keepTrace ?? false);
  const judge = createJudge();
  const lies = run.lies ?? liesOf(run, (name, what) => trace.note(time.now(), name, what));
  const liars = new Set(
    cast.members.filter(({ name }) => lies.has(name)).map(({ id }): NodeId => id),
  );
  const stations = new Map<string, Station>();
  const rotations = createRotations({
    rotations: plan.rotations,
    wrong: plan.jumps.map(({ node }) => node),
    stations,
    time,
    trace,
    judge,
  });
  const facts = rotations.counting(createFacts(judge, liars));
  const faults = createFaults({ plan, stations, time, trace });
  const splices = plan.spliced && createSplices();
  const wire = createWire({
    random: seededRandom(seed, 'loss'),
    loss: () => faults.loss(),
    stations,
    time,
    trace,
    judge,
    ...(splices && { splices }),
  });
  const network = createMemoryNetwork({
    clock: time,
    random: seededRandom(seed, 'network'),
    faults: { ...plan.network, loss: 0 },
    hooks: wire.hooks,
  });
  const documents = createMemoryDocuments({ clock: time });
  for (const member of cast.members) {
    const lie = lies.get(member.name);
    const random = seededRandom(seed, `${member.name} liar`);
    const states = (key: string): KeyState => stateIn(cast, key);
    stations.set(
      member.name,
      createStation({
        seed,
        member,
        world: {
          verify: cast.verify,
          policy: plan.refuses === member.name ? { ...DEFAULT_POLICY, coins: [] } : DEFAULT_POLICY,
        },
        encapsulations: cast.encapsulations,
        time,
        network,
        documents,
        trace,
        judge: lie ? createJudge() : judge,
        facts,
        bug: bug?.(),
        liar: lie && createLiar({ network: NETWORK, lie, random, states }),
        ...faults.ofNode(member.name),
      }),
    );
  }
  const all = [...stations.values()];
  faults.begin(network);
  rotations.begin();
  const operators = startOperators(run, { stations: all, time, ready: faults.ready });

  let steps = 0;
  let nextCheck = 0;
  let quietSince: number | undefined;
  const over = async (): Promise<boolean> => {
    if (!faults.healed() || !rotations.over() || operators.some(({ phase }) => phase() !== 'done'))
      return false;
    if (time.now() < nextCheck) return false;
    nextCheck = time.now() + CHECK_PAUSE;
    quietSince ??= time.now();
    if (liars.size > 0 && time.now() < quietSince + AFTERMATH) return false;
    return isDrained(
      all.filter(({ name }) => !faults.isDead(name)),
      faults.someDied() || liars.size > 0,
    );
  };

  const end = EPOCH + plan.healAt + (run.patience ?? PATIENCE);
  while (judge.found() === null && time.next() <= end) {
    await time.step();
    await lookAround(all, facts, liars);
    wire.settle();
    if (++steps > MOST_STEPS)
      judge.violated({ guarantee: 'G15', node: '-', text: `no rest after ${steps} steps` });
    if (await over()) break;
  }
  const rested = time.now() + rotations.rest;
  while (judge.found() === null && time.next() <= rested) {
    await time.step();
    await lookAround(all, facts, liars);
  }
  if (judge.found() === null)
    await checkEnd({
      stations: all.filter(({ name }) => !faults.isDead(name)),
      liars,
      operators,
      facts,
      judge,
      trace,
      now: time.now(),
    });

  if (judge.found() === null) rotations.checkKeys(all.filter(({ name }) => !faults.isDead(name)));

  const found = judge.found();
  if (found) trace.note(time.now(), found.node, `VIOLATION of ${found.guarantee}: ${found.text}`);
  return {
    violation: found,
    crashes: all.reduce((sum, station) => sum + station.crashes(), 0),
    steps,
    lasted: time.now() - EPOCH,
    spliced: splices?.count() ?? 0,
    facts: rotations.facts(),
    rotated: rotations.done(),
    turns: rotations.turns(),
    batches: new Map(all.map((station) => [station.name, station.batches()])),
    orders: operators.map((operator) => courseOf(operator, all, facts)),
    trace: trace.lines(),
    digest: trace.digest(),
  };
};

const liesOf = (
  { seed, plan, cast }: Run,
  note: (name: string, what: string) => void,
): ReadonlyMap<string, Lie> =>
  new Map(
    plan.liars?.map(({ node, lies }) => [
      node,
      drawnLie({
        lies,
        dice: createDice(seededRandom(seed, `${node} lies`)),
        random: seededRandom(seed, `${node} makes up`),
        everybody: cast.members.map(({ id }) => id),
        note: (what) => note(node, what),
      }),
    ]),
  );

const startOperators = (
  { seed, plan, cast }: Run,
  deps: Pick<Parameters<typeof createOperator>[0], 'time' | 'ready'> & {
    stations: readonly Station[];
  },
): Operator[] => {
  const [principal] = deps.stations;
  const having = (role: 'beneficiary' | 'fiduciary') =>
    cast.members.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);
  const [beneficiary] = having('beneficiary');
  if (!principal || beneficiary === undefined) throw new RangeError('a cast without a principal');
  return plan.orders.map((wish, number) =>
    createOperator({
      ...deps,
      judge: principal.judge,
      number,
      wish,
      principal,
      beneficiary,
      fiduciaries: having('fiduciary'),
      dice: createDice(seededRandom(seed, `operator ${number}`)),
    }),
  );
};

/** Brings what is known of every node up to date, and judges what changed. */
const lookAround = async (
  stations: readonly Station[],
  facts: Facts,
  liars: ReadonlySet<NodeId>,
): Promise<void> => {
  for (const station of stations) {
    const { chronicle, changed } = station;
    const log = station.log();
    const node = station.node();
    if (!log || !node) continue;
    if (chronicle.unsure())
      for (const order of (await unlessSealed(chronicle.read(log))) ?? []) changed.add(order);
    for (const order of changed) {
      const view = await soon(unlessSealed(node.order(order))).catch((thrown: unknown) =>
        station.judge.violated({
          guarantee: 'G2',
          node: station.name,
          text: plain(reason(thrown)),
        }),
      );
      // The log is being reopened, or a turn is under way: it is looked at again after the next step.
      if (!view) continue;
      changed.delete(order);
      checkView({ station, view, facts, liars });
      station.shown.set(order, view);
    }
  }
};

const unlessSealed = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof LogError && thrown.code === 'log/sealed') return undefined;
    throw thrown;
  }
};

const stateIn = ({ states }: Cast, key: string): KeyState => {
  const state = states.get(key);
  if (!state) throw new RangeError('a key state of nobody');
  return state;
};

/** The answer if it needs no time. */
const soon = <T>(answer: Promise<T>): Promise<T | undefined> =>
  Promise.race([answer, setImmediate().then(() => undefined)]);

/** Nobody waits for an acknowledgement any more; a node that died for good would be waited for in vain. */
const isDrained = async (stations: readonly Station[], someDied: boolean): Promise<boolean> => {
  for (const station of stations) {
    const node = station.node();
    if (!node || station.chronicle.unsure() || station.changed.size > 0) return false;
    if (!someDied && (await node.status()).unacknowledged > 0) return false;
  }
  return true;
};

const courseOf = (operator: Operator, stations: readonly Station[], facts: Facts): Course => {
  const order = operator.order();
  const view = order === null ? undefined : stations[0]?.shown.get(order);
  return {
    phase: operator.phase(),
    redeemed: (view?.redemption?.receiptedAt ?? null) !== null,
    address: view?.address ?? null,
    views: new Map(
      stations.flatMap(({ name, shown }) => {
        const theirs = order === null ? undefined : shown.get(order);
        return theirs ? [[name, theirs] as const] : [];
      }),
    ),
    releases: order === null ? [] : facts.releases(order),
  };
};

/** For people: what went wrong, and how to see it again. */
export const describe = (seed: number, plan: Plan, { violation }: Outcome): string =>
  violation === null
    ? `seed ${seed} (${plan.name}): every guarantee held`
    : `seed ${seed} (${plan.name}): ${violation.node} violates ${violation.guarantee}: ${violation.text}`;
