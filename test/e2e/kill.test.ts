import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { WIF, p2wpkh } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import type { Client } from '../../src/api/client.ts';
import type { OrderAnswer, SecretAnswer } from '../../src/api/schemas.ts';
import { clientOf } from '../../scripts/bench/network.ts';
import {
  pause,
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
  type LocalNode,
} from '../../scripts/local-network.ts';

/**
 * SIGKILL to real processes, at moments spread over an order and its redemption. A client repeats what was not
 * answered, with the same idempotency key; nothing else is done by hand.
 */
const ROUNDS = 20;
/** Kills: one while the order is made, one while it is redeemed, one right after. */
const KILLS_A_ROUND = 3;
/** Moments lie between 0 and this, ms: about as long as an order takes. */
const SPAN = 120;

describe(`fault/F6: ${ROUNDS * KILLS_A_ROUND} kills of real processes`, () => {
  let network: LocalNetwork;
  before(async () => {
    network = await startNetwork({
      paula: ['principal'],
      fred: ['fiduciary'],
      ben: ['beneficiary'],
    });
  });
  after(() => network.close());

  test('always the same address, the key for the beneficiary, nothing twice', async () => {
    const [paula, fred, ben] = [network.node('paula'), network.node('fred'), network.node('ben')];
    const victims = [paula, fred, ben];
    const orders = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const moment = Math.round((round * SPAN) / ROUNDS);
      const named = round % 2 === 0;
      const [first, second, third] = [0, 1, 2].map((turn) => victims[(round + turn) % 3]);
      assert.ok(first && second && third);

      const creating = createOrder(paula, named ? ben.id : undefined, `order-${round}`);
      await killAndRestart(first, moment);
      const created = await creating;
      orders.add(created.orderReference);
      const redeeming = redeem(paula, created.orderReference, ben.id, `redemption-${round}`);
      await killAndRestart(second, moment);
      const redeemed = await redeeming;
      await killAndRestart(third, 0);
      const again = await createOrder(paula, named ? ben.id : undefined, `order-${round}`);

      assert.equal(again.orderReference, created.orderReference);
      for (const answer of [redeemed, again])
        assert.equal(answer.extension.address, created.extension.address);
      assert.equal(await exportedAddress(ben, created.orderReference), created.extension.address);
      for (const node of victims) {
        const view = await (await clientOf(node)).order(created.orderReference);
        assert.deepEqual(view.blames, []);
      }
    }
    for (const node of victims) {
      const client = await clientOf(node);
      assert.ok((await client.verifyLog()).records > 0);
      assert.ok((await client.replayLog(null)).streams >= ROUNDS);
      assert.equal((await client.orders({})).total, orders.size);
      await nothingTwice(client, [...orders]);
    }
  });
});

const killAndRestart = async (node: LocalNode, moment: number): Promise<void> => {
  await pause(moment);
  await stopNode(node, 'SIGKILL');
  await startNode(node);
};

const PATIENCE = { wait: 20 };

const createOrder = (
  node: LocalNode,
  beneficiary: string | undefined,
  key: string,
): Promise<OrderAnswer> =>
  insist(async () => {
    const client = await clientOf(node);
    const wish = { ...(beneficiary !== undefined && { beneficiaryIDDocumentCID: beneficiary }) };
    const answer = await client.createOrder(wish, { ...PATIENCE, idempotencyKey: key });
    return answer.extension.address === undefined ? undefined : answer;
  });

const redeem = (
  node: LocalNode,
  order: string,
  beneficiary: string,
  key: string,
): Promise<SecretAnswer> =>
  insist(async () => {
    const client = await clientOf(node);
    const request = { orderReference: order, beneficiaryIDDocumentCID: beneficiary };
    const answer = await client.redeemOrder(request, { ...PATIENCE, idempotencyKey: key });
    return typeof answer.order.redemption?.receiptedAt === 'number' ? answer : undefined;
  });

/** As a client does whose connection broke: the same again, until it is answered. */
const insist = async <T>(attempt: () => Promise<T | undefined>): Promise<T> => {
  const deadline = Date.now() + 120_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await attempt();
      if (answer !== undefined) return answer;
    } catch (thrown) {
      last = thrown;
    }
    await pause(100);
  }
  throw new Error('no progress', { cause: last });
};

const exportedAddress = async (node: LocalNode, order: string): Promise<string | undefined> => {
  const { path } = await (await clientOf(node)).exportKey(order);
  const wif = await readFile(path, 'utf8');
  await rm(path);
  return p2wpkh(pubECDSA(WIF().decode(wif))).address;
};

const nothingTwice = async (client: Client, orders: readonly string[]): Promise<void> => {
  for (const order of orders) {
    const sent = (await client.records(order, null))
      .filter(({ kind }) => kind === 'sealed')
      .map(({ stream, type }) => `${stream} ${type}`)
      // Two envelopes, to different recipients, when the principal hands its addend over.
      .filter((what) => !what.endsWith('redemption.requested'));
    assert.equal(new Set(sent).size, sent.length, sent.join('\n'));
  }
};
