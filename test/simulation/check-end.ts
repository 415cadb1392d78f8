import { WIF } from '@scure/btc-signer';
import { publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { shortId, type NodeId, type OrderId, type Role } from '../../src/domain/ids.ts';
import { reason } from '../../src/errors.ts';
import { showsHash } from '../../src/node/shown-heads.ts';
import type { Facts } from './facts.ts';
import type { Judge } from './judge.ts';
import type { Operator } from './operator.ts';
import { plain, type Station } from './station.ts';
import type { Trace } from './trace.ts';

interface End {
  /** All that did not die for good. */
  stations: readonly Station[];
  liars: ReadonlySet<NodeId>;
  operators: readonly Operator[];
  facts: Facts;
  judge: Judge;
  trace: Trace;
  now: number;
}

/** What must be true when all faults have ended long ago. */
export const checkEnd = async (end: End): Promise<void> => {
  const { stations, operators } = end;
  for (const station of stations.filter(({ isHonest }) => isHonest)) {
    try {
      await checkLog(station, end);
    } catch (thrown) {
      station.judge.violated({ guarantee: 'G18', node: station.name, text: plain(reason(thrown)) });
    }
  }
  checkHeads(end);
  for (const operator of operators) {
    checkCourse(operator, end);
    await checkKey(operator, end);
  }
};

/** The log, read from nothing, holds all that was known and folds to the states that the node shows. */
const checkLog = async (station: Station, { trace, now }: End): Promise<void> => {
  const { name, chronicle, judge } = station;
  const node = station.node();
  const log = station.log();
  if (!node || !log) {
    judge.violated({ guarantee: 'G2', node: name, text: 'did not come up again' });
    return;
  }
  await chronicle.read(log);
  const { streams, events, stateHash } = await node.replay(null);
  trace.note(now, name, `end: ${streams} streams, ${events} records, ${stateHash}`);
  for (const order of station.shown.keys()) {
    const history = await node.logRecords(order, null);
    for (const { role, state } of (await node.order(order)).roles) {
      const last = history.findLast(({ stream }) => stream.endsWith(`/${role}`));
      if (last?.state !== state)
        judge.violated({
          guarantee: 'G18',
          node: name,
          text: `is ${state} as ${role}, but its log says ${last?.state}`,
        });
    }
  }
};

/** What a peer saw of a node's log is still there. */
const checkHeads = ({ stations, judge }: End): void => {
  const honest = stations.filter(({ isHonest }) => isHonest);
  for (const { chronicle } of honest)
    for (const { name, member, chronicle: theirs } of honest) {
      const head = chronicle.seen().get(member.id);
      const hash = head && theirs.hashAt(head.seq);
      if (head && !(hash && showsHash(head, hash)))
        judge.violated({
          guarantee: 'G1',
          node: name,
          text: `does not hold record ${head.seq} any more, which a peer saw`,
        });
    }
};

/** Every order has ended, or is ready; and who asked for the key has it. */
const checkCourse = (operator: Operator, { stations, liars, judge }: End): void => {
  const order = operator.order();
  const phase = operator.phase();
  const [principal] = stations;
  const view = order === null ? undefined : principal?.shown.get(order);
  const isLeftToLiar = view?.roles.some(({ waitingFor }) =>
    waitingFor.some(({ node }) => node !== null && liars.has(node)),
  );
  const guards = stations.filter(({ isHonest, member }) => isHonest && isGuard(member));
  const isPossible = (view?.address ?? null) === null || guards.length >= operator.wish.threshold;
  if (phase !== 'done' && principal?.isHonest && isPossible && !isLeftToLiar) {
    const waits = view?.roles.flatMap(({ role, waitingFor }) =>
      waitingFor.map((missing) => `${role} for ${missing.event} of ${missing.node}`),
    );
    judge.violated({
      guarantee: 'G15',
      node: principal?.name ?? '-',
      text: plain(`an order stays ${phase}: ${waits?.join(', ') ?? 'nothing is known of it'}`),
    });
  }
  for (const station of stations)
    for (const { role, state, waitingFor } of stationView(station, order)?.roles ?? [])
      if (waitingFor.length === 0 && !FINAL.has(state))
        station.judge.violated({
          guarantee: 'G15',
          node: station.name,
          text: `is ${state} as ${role} and does not say what it waits for`,
        });
};

const isGuard = ({ roles }: { roles: readonly Role[] }): boolean => roles.includes('fiduciary');

const FINAL: ReadonlySet<string> = new Set([
  'redeemed',
  'settled',
  'refused',
  'cancelled',
  'expired',
  'failed',
  'closed',
]);

const stationView = (station: Station, order: OrderId | null) =>
  order === null ? undefined : station.shown.get(order);

/** The beneficiary, and nobody else, can export the key, and it makes the certified wallet key. */
const checkKey = async (operator: Operator, { stations, facts, judge }: End): Promise<void> => {
  const order = operator.order();
  const certificate = order === null ? undefined : facts.certificate(order);
  if (order === null || !certificate) return;
  const redeemed = stations[0]?.isHonest && stations[0].shown.get(order)?.redemption?.receiptedAt;
  const holders = stations.filter((station) => stationView(station, order)?.keyHeld);
  const [holder] = holders;
  const violated = (text: string): void =>
    judge.violated({ guarantee: 'G12', node: holder?.name ?? '-', text });
  if (redeemed && !holder) violated(`nobody has the key of ${shortId(order)}`);
  if (holders.length > 1) violated(`${holders.length} nodes have the key of ${shortId(order)}`);
  const node = holder?.node();
  if (!holder || !node) return;
  if (!holder.member.roles.includes('beneficiary')) violated('has a key and is no beneficiary');
  const { path, format } = await node.exportKey(order);
  const text = holder.exports.get(path)?.toString('ascii') ?? '';
  const secret = format === 'WIF' ? WIF().decode(text) : Buffer.from(text, 'hex');
  if (!publicKeyOf(secret).equals(certificate.walletKey))
    violated(`exports a key that does not make the wallet of ${shortId(order)}`);
};
