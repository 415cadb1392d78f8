import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { memoryWorld, type Member } from '../node/memory-world.ts';

/** Production nodes, of which two of three fiduciaries suffice, and what the beneficiary exports after redemption. */

export interface Redeemed {
  address: string;
  /** As it stands in the exported file: what a wallet imports. */
  key: string;
}

export const redeemedKeys = async (
  t: TestContext,
  coins: readonly string[],
): Promise<Redeemed[]> => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
    frank: ['fiduciary'],
    beth: ['beneficiary'],
  });
  t.after(stop);
  const [paula, , , , beth] = [...members.values()];
  assert.ok(paula && beth);
  const redeemed: Redeemed[] = [];
  for (const coin of coins) redeemed.push(await redeem(coin, paula, beth));
  return redeemed;
};

const redeem = async (coin: string, paula: Member, beth: Member): Promise<Redeemed> => {
  const wish = {
    coin,
    beneficiary: beth.id,
    fiduciaries: [],
    threshold: 2,
    notBefore: null,
    expiresIn: 3_600_000,
  };
  const { orderReference } = await paula.node.createOrder(wish, null);
  const { address } = await paula.node.settled(orderReference, 'ready', 30_000);
  await paula.node.redeemOrder(orderReference, null, null);
  await paula.node.settled(orderReference, 'redeemed', 30_000);
  const exported = await beth.node.exportKey(orderReference);
  assert.equal(exported.address, address);
  const file = beth.exports.get(exported.path);
  assert.ok(address !== null && file);
  return { address, key: file.toString('ascii').trim() };
};
