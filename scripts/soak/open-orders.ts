import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf } from '../bench/network.ts';
import { createNode, ownMemoryOf, startNode, stopNode } from '../local-network.ts';

/**
 * One real node in all roles, on LevelDB, with so little heap that it ends if it keeps its orders in memory: it makes
 * wallets that nobody redeems, starts again with all of them, and redeems the first and the last (fault F20).
 */
const AT_ONCE = 8;
const STEPS = 10;

export const soakOpenOrders = async ({
  orders,
  heap,
}: {
  orders: number;
  /** MiB. */
  heap: number;
}): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-soak-'));
  const node = await createNode(directory, 'solo', ['principal', 'fiduciary', 'beneficiary']);
  const flags = [`--max-old-space-size=${heap}`];
  try {
    await startNode(node, flags);
    const client = await clientOf(node);
    console.log(`     0 orders  ${(await ownMemoryOf(node)).toFixed(0)} MiB`);
    const references: string[] = [];
    const order = async (): Promise<void> => {
      const { orderReference } = await client.createOrder({ coin: 'bitcoin' }, { wait: 20 });
      references.push(orderReference);
    };
    for (let step = 0; step < STEPS; step++) {
      const began = performance.now();
      const share = Math.floor(orders / STEPS);
      for (let made = 0; made < share; made += AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, share - made) }, order));
      const each = (performance.now() - began) / share;
      const own = (await ownMemoryOf(node)).toFixed(0);
      console.log(
        `${String(references.length).padStart(6)} orders  ${own} MiB  ${each.toFixed(1)} ms each`,
      );
    }
    await stopNode(node, 'SIGTERM');
    const began = performance.now();
    await startNode(node, flags);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const again = await clientOf(node);
    for (const orderReference of [references[0], references.at(-1)])
      if (orderReference !== undefined) {
        const { order: redeemed } = await again.redeemOrder(
          { orderReference, beneficiaryIDDocumentCID: node.id },
          { wait: 20 },
        );
        if ((redeemed.redemption?.receiptedAt ?? null) === null) throw new Error('not redeemed');
      }
    const own = (await ownMemoryOf(node)).toFixed(0);
    console.log(`started again in ${seconds} s  ${own} MiB  first and last redeemed`);
  } finally {
    console.log(node.daemon?.exitCode ? node.output.join('').slice(-2_000) : '');
    await stopNode(node, 'SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
};
