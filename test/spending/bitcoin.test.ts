import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORK, p2pkh, p2tr, p2wpkh, Transaction as Signing, WIF } from '@scure/btc-signer';
import * as bitcoin from 'bitcoinjs-lib';
import * as libsecp256k1 from 'tiny-secp256k1';
import { refusal } from './interpreter.ts';
import { redeemedKeys, type Redeemed } from './redeemed.ts';

/**
 * What was paid to an ordered address is spent with the redeemed key: a script interpreter says so that is not the
 * signer's (@scure/btc-signer on noble). What these three standard scripts demand is checked a second time, by parts that
 * share nothing with either: addresses, parsing and signature hashes (BIP 143, BIP 341) are those of bitcoinjs-lib,
 * signatures (ECDSA with low s, BIP 340) are verified by libsecp256k1, Bitcoin Core's own, compiled to WebAssembly. What
 * a node of the network demands beside the script, fees and limits, is not shown.
 */
bitcoin.initEccLib(libsecp256k1);

const AMOUNT = 100_000n;
const FEE = 1_000n;

/** A transaction that pays to the address, out of nothing. */
const paying = (address: string): bitcoin.Transaction => {
  const transaction = new bitcoin.Transaction();
  transaction.addInput(Buffer.alloc(32, 7), 0);
  transaction.addOutput(bitcoin.address.toOutputScript(address), AMOUNT);
  return transaction;
};

const RECEIVER = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2';

const secretOf = (key: string): Uint8Array => WIF(NETWORK).decode(key);

const paymentTo = (coin: string, key: string) => {
  const publicKey = libsecp256k1.pointFromScalar(secretOf(key), true);
  assert.ok(publicKey);
  const payment = {
    bitcoin: p2wpkh(publicKey),
    'bitcoin:p2pkh': p2pkh(publicKey),
    'bitcoin:p2tr': p2tr(publicKey.subarray(1)),
  }[coin];
  assert.ok(payment?.address);
  return { ...payment, address: payment.address };
};

/** What a wallet does with the imported key. @throws when the key is not the one of the address */
const spend = (coin: string, { address, key }: Redeemed): bitcoin.Transaction => {
  const funding = paying(address);
  const script = bitcoin.address.toOutputScript(address);
  const transaction = new Signing();
  transaction.addInput({
    ...paymentTo(coin, key),
    txid: funding.getId(),
    index: 0,
    ...(coin === 'bitcoin:p2pkh'
      ? { nonWitnessUtxo: funding.toBuffer() }
      : { witnessUtxo: { script, amount: AMOUNT } }),
  });
  transaction.addOutputAddress(RECEIVER, AMOUNT - FEE);
  transaction.sign(secretOf(key));
  transaction.finalize();
  return bitcoin.Transaction.fromBuffer(transaction.extract());
};

/** Does the first input fulfil the script that the address stands for? Interpreter and libraries say the same. */
const spends = (spending: bitcoin.Transaction, address: string, amount = AMOUNT): boolean => {
  const script = bitcoin.address.toOutputScript(address);
  const refused = refusal(spending.toBuffer(), { script, amount });
  assert.equal(fulfils(spending, address, amount), refused === null, refused ?? 'not refused');
  return refused === null;
};

const fulfils = (spending: bitcoin.Transaction, address: string, amount: bigint): boolean => {
  const script = bitcoin.address.toOutputScript(address);
  const [input] = spending.ins;
  if (!input) return false;
  const stack = bitcoin.script.decompile(input.script) ?? [];
  switch (script.length) {
    case 25: {
      // OP_DUP OP_HASH160 <20 bytes> OP_EQUALVERIFY OP_CHECKSIG
      const { hash } = bitcoin.payments.p2pkh({ output: script });
      return (
        input.witness.length === 0 &&
        isSigned(hash, stack, (type) => spending.hashForSignature(0, script, type))
      );
    }
    case 22: {
      // 0 <20 bytes>, BIP 141; what is signed is the script above, BIP 143
      const { hash } = bitcoin.payments.p2wpkh({ output: script });
      const { output: code } = bitcoin.payments.p2pkh({ hash: hash ?? Buffer.alloc(20) });
      return (
        input.script.length === 0 &&
        isSigned(hash, input.witness, (type) =>
          spending.hashForWitnessV0(0, code ?? script, amount, type),
        )
      );
    }
    case 34: {
      // 1 <32 bytes>, BIP 341; spent by key, with the default signature hash
      const [signature, ...rest] = input.witness;
      const signed = spending.hashForWitnessV1(0, [script], [amount], 0);
      return (
        input.script.length === 0 &&
        rest.length === 0 &&
        signature?.length === 64 &&
        libsecp256k1.verifySchnorr(signed, script.subarray(2), signature)
      );
    }
    default:
      return false;
  }
};

const isSigned = (
  hash: Uint8Array | undefined,
  [signature, publicKey, ...rest]: readonly (number | Uint8Array)[],
  hashOf: (type: number) => Uint8Array,
): boolean => {
  if (!(signature instanceof Uint8Array) || !(publicKey instanceof Uint8Array)) return false;
  if (rest.length > 0 || hash === undefined) return false;
  if (Buffer.compare(bitcoin.crypto.hash160(publicKey), hash) !== 0) return false;
  const { signature: rs, hashType } = bitcoin.script.signature.decode(signature);
  return libsecp256k1.verify(hashOf(hashType), publicKey, rs, true);
};

const COINS = ['bitcoin:p2pkh', 'bitcoin', 'bitcoin:p2tr'];

test('coins at an ordered address are spent with the redeemed key, and with no other', async (t) => {
  const redeemed = await redeemedKeys(t, COINS);
  for (const [i, coin] of COINS.entries()) {
    const [own, other] = [redeemed[i], redeemed[(i + 1) % COINS.length]];
    assert.ok(own && other);
    await t.test(coin, () => {
      const spending = spend(coin, own);
      assert.ok(spends(spending, own.address));

      assert.throws(() => spend(coin, { ...own, key: other.key }), 'the key of another order');
      assert.equal(spends(spending, other.address), false, 'another script');
      const foreign = { key: other.key, address: paymentTo(coin, other.key).address };
      const stolen = spend(coin, foreign);
      assert.ok(spends(stolen, foreign.address));
      assert.equal(spends(stolen, own.address), false, 'signed by another key');
      const more = spending.clone();
      more.outs[0]!.value += 1n;
      assert.equal(spends(more, own.address), false, 'another payment');
      if (coin !== 'bitcoin:p2pkh')
        assert.equal(spends(spending, own.address, AMOUNT + 1n), false, 'another amount');
      const damaged = bitcoin.Transaction.fromBuffer(spending.toBuffer());
      const [input] = damaged.ins;
      const place = coin === 'bitcoin:p2pkh' ? input?.script : input?.witness[0];
      assert.ok(place);
      place[20]! ^= 1;
      assert.equal(spends(damaged, own.address), false, 'a damaged signature');
    });
  }
});
