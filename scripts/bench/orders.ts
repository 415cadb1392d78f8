import { orderFloors, type Floors } from './order-floor.ts';
import { median, quantile, type Row } from './measure.ts';
import { benchNetwork, clientOf, cpuOf, favour, type BenchNetwork } from './network.ts';
import { watchNode } from './responsiveness.ts';

/** Orders and redemptions over real processes, as a client of the principal's API sees them. */

/** Orders that are not counted: code is compiled in them. */
const warmUpOf = (runs: number): number => Math.min(5, Math.ceil(runs / 5));
const AT_ONCE = 32;
/** Whose operator asks it something all the time, in runs that are not measured otherwise. */
const WATCHED = 'fiduciary-0';
/** s: with many processes on few cores an order takes its time. */
const WAIT = 60;

export const orderRows = async (
  fiduciaries: number,
  threshold: number,
  runs: number,
): Promise<Row[]> => {
  const floors = await orderFloors(fiduciaries, threshold);
  const guards = Array.from({ length: fiduciaries }, (_, i) => `fiduciary-${i}`);
  const network = await benchNetwork(WATCHED, {
    principal: ['principal'],
    beneficiary: ['beneficiary'],
    ...Object.fromEntries(guards.map((name) => [name, ['fiduciary']])),
  });
  try {
    const mode = `${threshold} of ${fiduciaries}`;
    const rows = await measure(network, threshold, runs, floors);
    return rows.map((row) => ({ ...row, what: `${mode}: ${row.what}` }));
  } finally {
    await network.close();
  }
};

const measure = async (
  network: BenchNetwork,
  threshold: number,
  runs: number,
  floors: Floors,
): Promise<Row[]> => {
  const client = await clientOf(network.node('principal'));
  const beneficiary = network.node('beneficiary').id;
  const order = () =>
    client.createOrder(
      { beneficiaryIDDocumentCID: beneficiary, threshold, coin: 'bitcoin' },
      { wait: WAIT },
    );
  const orders: number[] = [];
  const redemptions: number[] = [];
  const cpu = { orders: 0, redemptions: 0 };
  const warmUp = warmUpOf(runs);
  for (let i = 0; i < runs + warmUp; i++) {
    const before = await cpuOf(network.nodes);
    const start = performance.now();
    const { orderReference } = await order();
    const ready = performance.now();
    const between = await cpuOf(network.nodes);
    const again = performance.now();
    await client.redeemOrder({ orderReference }, { wait: WAIT });
    const redeemed = performance.now();
    if (i < warmUp) continue;
    orders.push(ready - start);
    redemptions.push(redeemed - again);
    cpu.orders += between - before;
    cpu.redemptions += (await cpuOf(network.nodes)) - between;
  }
  const responsiveness = async (where: string): Promise<Row[]> => {
    const watched = await watchNode(network.node(WATCHED), where);
    for (let i = 0; i < Math.ceil(runs / 3); i++) await order();
    return watched.end();
  };
  const sharing = await responsiveness('meanwhile');
  const many = network.nodes.length > 5 ? [] : [await manyAtOnce(runs, order)];
  await favour(network.node(WATCHED), network.nodes);
  const alone = await responsiveness('on its own');
  return [
    row('order, p50', median(orders), floors.order, 'from the request to the certified address'),
    ...p99('order, p99', orders),
    ...partsOf(floors, median(orders)),
    row(
      'redemption, p50',
      median(redemptions),
      floors.redemption,
      'from the request to the receipt',
    ),
    ...p99('redemption, p99', redemptions),
    row('CPU per order', cpu.orders / runs, null, 'all processes together'),
    row('CPU per redemption', cpu.redemptions / runs, null, 'all processes together'),
    ...sharing,
    ...many,
    ...alone,
  ];
};

const manyAtOnce = async (runs: number, order: () => Promise<unknown>): Promise<Row> => {
  const start = performance.now();
  const batches = Math.max(1, Math.floor(runs / 10));
  for (let i = 0; i < batches; i++) await Promise.all(Array.from({ length: AT_ONCE }, order));
  const perSecond = (batches * AT_ONCE * 1_000) / (performance.now() - start);
  return { ...row(`orders, ${AT_ONCE} at once`, perSecond, null, ''), unit: '/s' };
};

const row = (what: string, value: number, floor: number | null, note: string): Row => ({
  what,
  value,
  unit: 'ms',
  floor,
  note,
});

/** Of less than fifty the highest says nothing. */
const p99 = (what: string, times: readonly number[]): Row[] =>
  times.length < 50 ? [] : [row(what, quantile(times, 0.99), null, '')];

/** The arithmetic of the key generation at one fiduciary, measured alone, and what part of an order's time it is. */
const partsOf = ({ keyGeneration }: Floors, latency: number): Row[] => {
  if (!keyGeneration) return [];
  const { draw, check, deal, finish } = keyGeneration;
  const part = (what: string, ms: number): Row =>
    row(what, ms, null, `alone, at one fiduciary: ${((100 * ms) / latency).toFixed(0)}% of p50`);
  return [
    part('round 1 of the key generation', draw),
    part('check of one contribution', check),
    part('round 2', deal),
    part('round 3', finish),
  ];
};
