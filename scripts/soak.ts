import { parseArgs } from 'node:util';
import { soakFlood } from './soak/flood.ts';
import { soakOpenOrders } from './soak/open-orders.ts';

/**
 * `npm run soak -- WHAT`: what only shows after a while, with real nodes. Each prints its figures as it goes.
 *
 *     orders  [--orders 10000] [--heap 128]     open orders on a node with little heap (fault F20)
 *     flood   [--rate 5000] [--seconds 60]      orders while strangers send invalid envelopes (fault F16)
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    orders: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
    heap: { type: 'string', default: '128' },
  },
});

const soaks: Record<string, () => Promise<void>> = {
  orders: () => soakOpenOrders({ orders: Number(values.orders), heap: Number(values.heap) }),
  flood: () => soakFlood({ perSecond: Number(values.rate), seconds: Number(values.seconds) }),
};

const [what = ''] = positionals;
const soak = Object.hasOwn(soaks, what) ? soaks[what] : undefined;
if (soak) await soak();
else {
  console.error(`say what: ${Object.keys(soaks).join(', ')}`);
  process.exitCode = 2;
}
