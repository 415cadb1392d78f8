import { envelopeRows } from './bench/envelopes.ts';
import { identityRows } from './bench/identities.ts';
import { logRows } from './bench/log.ts';
import { table, type Row } from './bench/measure.ts';
import { orderRows } from './bench/orders.ts';
import { processRows } from './bench/process.ts';

/**
 * `npm run bench [PART …]`: what things cost, each beside its floor measured in the same run. Times of one machine at
 * one moment: read the ratios.
 */
const parts: Record<string, () => Promise<Row[]> | Row[]> = {
  envelopes: envelopeRows,
  log: logRows,
  identities: identityRows,
  process: processRows,
  'orders-1-of-1': () => orderRows(1, 1, 60),
  'orders-2-of-3': () => orderRows(3, 2, 30),
  'orders-3-of-5': () => orderRows(5, 3, 20),
  'orders-11-of-16': () => orderRows(16, 11, 5),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n${name}\n${table(await measure())}`);
  }
}
