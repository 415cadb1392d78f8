import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { addr, Transaction } from 'micro-eth-signer';
import { startAnvil, type Ask } from './anvil.ts';
import { redeemedKeys } from './redeemed.ts';

/** The whole way: what was paid to an ordered address is spent with the redeemed key, and an Ethereum node agrees. */

type Receipt = { readonly status: string; readonly from: string };
const ETHER = 10n ** 18n;
const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** A transaction is accepted before it is mined: until then its receipt is null. */
const receiptOf = async (ask: Ask, hash: unknown): Promise<Receipt> => {
  for (;;) {
    const receipt = (await ask('eth_getTransactionReceipt', hash)) as Receipt | null;
    if (receipt !== null) return receipt;
    await delay(50);
  }
};

test('ether at an ordered address is spent with the redeemed key, and with no other', async (t) => {
  const [[redeemed], ask] = await Promise.all([redeemedKeys(t, ['ethereum']), startAnvil(t)]);
  assert.ok(redeemed);
  const { address, key } = redeemed;
  assert.equal(addr.fromPrivateKey(key), address, 'as another library derives it');
  const balance = async (of: string): Promise<bigint> =>
    BigInt(String(await ask('eth_getBalance', of, 'latest')));
  await ask('anvil_setBalance', address, hex(2n * ETHER));

  const receiver = addr.random();
  const payment = Transaction.prepare({
    to: receiver.address,
    value: ETHER,
    maxFeePerGas: 10n ** 10n,
    nonce: 0n,
    chainId: BigInt(String(await ask('eth_chainId'))),
  });
  const foreign = payment.signBy(addr.random().privateKey);
  await assert.rejects(ask('eth_sendRawTransaction', foreign.toHex()), /[Ii]nsufficient funds/);
  assert.equal(await balance(receiver.address), 0n);

  const signed = payment.signBy(key);
  assert.equal(signed.sender, address);
  const receipt = await receiptOf(ask, await ask('eth_sendRawTransaction', signed.toHex()));
  assert.equal(receipt.status, '0x1');
  assert.equal(receipt.from, address.toLowerCase());
  assert.equal(await balance(receiver.address), ETHER);
  const rest = await balance(address);
  assert.ok(rest < ETHER && rest >= ETHER - signed.fee);
});
