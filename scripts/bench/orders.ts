import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from '../../src/api/client.ts';
import { startNetwork, type LocalNetwork, type LocalNode } from '../local-network.ts';
import { orderFloors } from './order-floor.ts';
import { median, quantile, type Row } from './measure.ts';

/** Orders and redemptions over real processes, as a client of the principal's API sees them. */

const WARM_UP = 5;
const RUNS = 60;
const AT_ONCE = 32;

export const orderRows = async (
  fiduciaries: number,
  threshold: number,
  runs = RUNS,
): Promise<Row[]> => {
  // With several fiduciaries, their key generation would have to be in it.
  const floors = fiduciaries === 1 ? await orderFloors() : null;
  const guards = Array.from({ length: fiduciaries }, (_, i) => `fiduciary-${i}`);
  const network = await startNetwork({
    principal: ['principal'],
    beneficiary: ['beneficiary'],
    ...Object.fromEntries(guards.map((name) => [name, ['fiduciary']])),
  });
  try {
    return withFloors(
      await measure(network, `${threshold} of ${fiduciaries}`, threshold, runs),
      floors,
    );
  } finally {
    await network.close();
  }
};

const withFloors = (rows: Row[], floors: { order: number; redemption: number } | null): Row[] =>
  rows.map((row) => {
    if (row.what.endsWith('order, p50')) return { ...row, floor: floors?.order ?? null };
    if (row.what.endsWith('redemption, p50')) return { ...row, floor: floors?.redemption ?? null };
    return row;
  });

const measure = async (
  network: LocalNetwork,
  mode: string,
  threshold: number,
  runs: number,
): Promise<Row[]> => {
  const principal = network.node('principal');
  const client = await clientOf(principal);
  const beneficiary = network.node('beneficiary').id;
  const order = () =>
    client.createOrder(
      { beneficiaryIDDocumentCID: beneficiary, threshold, coin: 'bitcoin' },
      { wait: 20 },
    );
  const orders: number[] = [];
  const redemptions: number[] = [];
  const cpu = cpuOf(network);
  for (let i = 0; i < runs + WARM_UP; i++) {
    const start = performance.now();
    const { orderReference } = await order();
    const ready = performance.now();
    await client.redeemOrder({ orderReference }, { wait: 20 });
    const redeemed = performance.now();
    if (i < WARM_UP) continue;
    orders.push(ready - start);
    redemptions.push(redeemed - ready);
  }
  const spent = (await cpuOf(network)) - (await cpu);
  const many = performance.now();
  const batches = Math.max(1, Math.floor(runs / 10));
  for (let i = 0; i < batches; i++) await Promise.all(Array.from({ length: AT_ONCE }, order));
  const perSecond = (batches * AT_ONCE * 1_000) / (performance.now() - many);
  const row = (what: string, value: number, unit: Row['unit'], note: string): Row => ({
    what: `${mode}: ${what}`,
    value,
    unit,
    floor: null,
    note,
  });
  return [
    row('order, p50', median(orders), 'ms', 'from the request to the certified address'),
    row('order, p99', quantile(orders, 0.99), 'ms', ''),
    row('redemption, p50', median(redemptions), 'ms', 'from the request to the receipt'),
    row('redemption, p99', quantile(redemptions, 0.99), 'ms', ''),
    row('CPU per order and redemption', spent / (runs + WARM_UP), 'ms', 'all processes together'),
    row(`orders, ${AT_ONCE} at once`, perSecond, '/s', ''),
  ];
};

export const clientOf = async ({ home, apiPort }: LocalNode): Promise<Client> => {
  const token = (await readFile(join(home, 'api.token'), 'latin1')).trim();
  return createClient({ url: `http://127.0.0.1:${apiPort}`, token });
};

/** User and system time of all daemons so far, ms. */
const cpuOf = async ({ nodes }: LocalNetwork): Promise<number> => {
  let ticks = 0;
  for (const { daemon } of nodes.values()) {
    const stat = await readFile(`/proc/${daemon?.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
};
