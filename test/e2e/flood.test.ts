import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clientOf } from '../../scripts/bench/network.ts';
import { ownMemoryOf, startNetwork, type LocalNetwork } from '../../scripts/local-network.ts';
import { createFlooder, type Flood } from '../../scripts/soak/flooder.ts';

/** `npm run soak -- flood` measures for a minute what is only seen to hold here for a few seconds. */
const ORDERS = 5;
const PER_SECOND = 5_000;
/** Invalid envelopes, however long a busy machine takes to offer them. */
const FLOOD = 4_000;
/** MiB. */
const MOST_GROWTH = 96;

const offered = ({ sent, heldBack }: Flood): number => sent + heldBack;

let network: LocalNetwork;
before(async () => {
  network = await startNetwork({
    paula: ['principal'],
    fred: ['fiduciary'],
    beth: ['beneficiary'],
  });
});
after(() => network.close());

test('fault/F16 orders are made and redeemed in a flood of invalid envelopes', async () => {
  const fred = network.node('fred');
  const client = await clientOf(network.node('paula'));
  const makeOne = async (): Promise<void> => {
    const { orderReference } = await client.createOrder(
      { coin: 'bitcoin', beneficiaryIDDocumentCID: network.node('beth').id },
      { wait: 20 },
    );
    const { order } = await client.redeemOrder({ orderReference }, { wait: 20 });
    assert.ok(order.redemption?.receiptedAt);
  };
  for (let made = 0; made < ORDERS; made++) await makeOne();
  const before = await ownMemoryOf(fred);

  const flooder = await createFlooder(fred, network.node('paula'));
  flooder.start(PER_SECOND);
  for (let made = 0; made < ORDERS || offered(flooder.soFar()) < FLOOD; made++) await makeOne();
  const { thrownOut } = await flooder.stop();

  assert.ok(thrownOut > 0, 'who sends what must be forged is thrown out');
  assert.ok(fred.output.join('').includes('peer.banned'));
  const growth = (await ownMemoryOf(fred)) - before;
  assert.ok(growth < MOST_GROWTH, `grew by ${growth.toFixed(0)} MiB`);
});
