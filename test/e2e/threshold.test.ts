import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { WIF, p2wpkh } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import { clientOf } from '../../scripts/bench/network.ts';
import {
  pause,
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
  type LocalNode,
} from '../../scripts/local-network.ts';

/** Several fiduciaries in processes of their own: some are killed on the way, and as many as may be are lost for good. */

const PATIENCE = { wait: 30 };
/** Kills while 2-of-3 orders are made and redeemed. */
const KILLS = 30;

describe('wallets guarded by t of n, over real processes', () => {
  let network: LocalNetwork;
  before(async () => {
    network = await startNetwork({
      paula: ['principal'],
      ben: ['beneficiary'],
      f1: ['fiduciary'],
      f2: ['fiduciary'],
      f3: ['fiduciary'],
      f4: ['fiduciary'],
      f5: ['fiduciary'],
    });
  });
  after(() => network.close());

  const order = async (
    names: readonly string[],
    threshold: number,
    key: string,
  ): Promise<string> => {
    for (;;) {
      try {
        const client = await clientOf(network.node('paula'));
        const { orderReference, extension } = await client.createOrder(
          {
            beneficiaryIDDocumentCID: network.node('ben').id,
            fiduciaries: names.map((name) => network.node(name).id),
            threshold,
          },
          { ...PATIENCE, idempotencyKey: key },
        );
        if (extension.address !== undefined) return orderReference;
      } catch {
        await pause(100);
      }
    }
  };

  const redeem = async (reference: string, key: string): Promise<void> => {
    for (;;) {
      try {
        const client = await clientOf(network.node('paula'));
        const { order: view } = await client.redeemOrder(
          { orderReference: reference },
          { ...PATIENCE, idempotencyKey: key },
        );
        if (typeof view.redemption?.receiptedAt === 'number') return;
      } catch {
        await pause(100);
      }
    }
  };

  const rightKey = async (reference: string): Promise<void> => {
    const [ben, paula] = [network.node('ben'), network.node('paula')];
    const { address } = await (await clientOf(paula)).order(reference);
    const { path } = await (await clientOf(ben)).exportKey(reference);
    const wif = await readFile(path, 'utf8');
    await rm(path);
    assert.equal(p2wpkh(pubECDSA(WIF().decode(wif))).address, address);
    for (const node of [ben, paula])
      assert.deepEqual((await (await clientOf(node)).order(reference)).blames, []);
  };

  const kill = async (node: LocalNode, moment: number): Promise<void> => {
    await pause(moment);
    await stopNode(node, 'SIGKILL');
    await startNode(node);
  };

  test(`fault/F6: ${KILLS} kills in the key generation and the redemption of 2-of-3`, async () => {
    const victims = ['paula', 'f1', 'f2', 'f3', 'ben'].map((name) => network.node(name));
    for (let round = 0; round < KILLS / 2; round++) {
      const ordering = order(['f1', 'f2', 'f3'], 2, `killed-${round}`);
      await kill(victims[round % 5]!, round * 12);
      const reference = await ordering;
      const redeeming = redeem(reference, `killed-redemption-${round}`);
      await kill(victims[(round + 2) % 5]!, round * 6);
      await redeeming;
      await rightKey(reference);
    }
  });

  test('2-of-3 and 3-of-5 are redeemed when n-t fiduciaries are lost for good', async () => {
    const small = await order(['f1', 'f2', 'f3'], 2, 'small');
    const large = await order(['f1', 'f2', 'f3', 'f4', 'f5'], 3, 'large');
    await stopNode(network.node('f3'), 'SIGKILL');
    await redeem(small, 'small-redemption');
    await stopNode(network.node('f5'), 'SIGKILL');
    await redeem(large, 'large-redemption');
    await rightKey(small);
    await rightKey(large);
  });
});
