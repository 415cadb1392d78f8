import { quantile } from '../bench/measure.ts';
import { clientOf } from '../bench/network.ts';
import { ownMemoryOf, startNetwork } from '../local-network.ts';
import { createFlooder } from './flooder.ts';

/**
 * Orders and redemptions between three real nodes, first in quiet, then while strangers pour invalid envelopes over the
 * fiduciary (fault F16). All processes share the processors of this machine, the strangers too: what an order takes
 * longer contains what the strangers take away from it by computing.
 */
export const soakFlood = async ({
  perSecond,
  seconds,
}: {
  perSecond: number;
  seconds: number;
}): Promise<void> => {
  const network = await startNetwork({
    paula: ['principal'],
    fred: ['fiduciary'],
    beth: ['beneficiary'],
  });
  try {
    const fred = network.node('fred');
    const client = await clientOf(network.node('paula'));
    const once = async (): Promise<number> => {
      const began = performance.now();
      const { orderReference } = await client.createOrder(
        { coin: 'bitcoin', beneficiaryIDDocumentCID: network.node('beth').id },
        { wait: 20 },
      );
      await client.redeemOrder({ orderReference }, { wait: 20 });
      return performance.now() - began;
    };
    const lasting = async (ms: number): Promise<number[]> => {
      const times: number[] = [];
      for (const end = performance.now() + ms; performance.now() < end;) times.push(await once());
      return times;
    };
    await lasting(5_000);
    const quiet = await lasting((seconds * 1_000) / 2);
    const before = await ownMemoryOf(fred);
    const flooder = await createFlooder(fred, network.node('paula'));
    flooder.start(perSecond);
    const flooded = await lasting(seconds * 1_000);
    const during = await ownMemoryOf(fred);
    const { sent, heldBack, thrownOut } = await flooder.stop();
    const show = (what: string, times: readonly number[]): void =>
      console.log(
        `${what}: ${times.length} orders and redemptions, ` +
          `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms`,
      );
    show('quiet', quiet);
    show('flood', flooded);
    console.log(
      `${sent} invalid envelopes sent, ${heldBack} held back by the node, ${thrownOut} connections ended`,
    );
    console.log(`memory of the fiduciary: ${before.toFixed(0)} MiB, then ${during.toFixed(0)} MiB`);
  } finally {
    await network.close();
  }
};
