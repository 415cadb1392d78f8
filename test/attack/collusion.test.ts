import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as libsecp256k1 from 'tiny-secp256k1';
import { verificationShareOf } from '../../src/crypto/dkg-shares.ts';
import { dkgContributions } from '../../src/custody/contribution.ts';
import { orderContext } from '../../src/custody/order-id.ts';
import type { SeatedContribution } from '../../src/domain/messages.ts';
import type { Member } from '../node/memory-world.ts';
import { eventsOf, makes, overheardWorld, pool, type Holdings } from './holdings.ts';

/**
 * Production nodes make a wallet, 2 of 3, and redeem it. Before and after, parties pool all that they ever held, and
 * try every value and every pair of values, added and subtracted, on what they would need: the private key of the
 * wallet, or of what is left of the wallet key once everything is subtracted that they know in sum.
 */

type Point = Uint8Array;

const plus = (a: Point, b: Point): Point => {
  const sum = libsecp256k1.pointAdd(a, b, true);
  assert.ok(sum);
  return sum;
};
const minus = (a: Point, b: Point): Point =>
  plus(a, Uint8Array.of(b[0] === 2 ? 3 : 2, ...b.subarray(1)));

const subsets = <T>([first, ...rest]: readonly T[]): T[][] =>
  first === undefined ? [[]] : subsets(rest).flatMap((some) => [some, [first, ...some]]);

let world: Awaited<ReturnType<typeof overheardWorld>>;
let order: string;
/** W = B + A1 + A2 + A3, by the certificate and the contributions. */
let wallet: Point;
let addend: Point;
/** By fiduciary: its part of the group key, and the public key of its share. */
let guarded: { name: string; part: Point; share: Point }[];

const member = (name: string): Member => {
  const found = world.members.get(name);
  assert.ok(found);
  return found;
};
const holdings = (...names: string[]): Promise<Holdings> => pool(world, names.map(member));

const FIDUCIARIES = ['fred', 'fiona', 'frank'];
const OTHERS = ['paula', ...FIDUCIARIES];

const seated = async (): Promise<SeatedContribution[]> =>
  (await eventsOf(member('paula'))).flatMap((event) =>
    event.type === 'order.contributed'
      ? [{ role: event.role, node: event.node, contribution: event.contribution }]
      : [],
  );

/** All that the fiduciaries and the principal lack, whatever they subtract of what they know in sum. */
const lacking = (): Point[] =>
  subsets(guarded).map((known) => known.reduce((rest, { part }) => minus(rest, part), wallet));

before(async () => {
  world = await overheardWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
    frank: ['fiduciary'],
    beth: ['beneficiary'],
  });
  const created = await member('paula').node.createOrder(
    {
      coin: 'bitcoin',
      beneficiary: member('beth').id,
      fiduciaries: [],
      threshold: 2,
      notBefore: null,
      expiresIn: 3_600_000,
    },
    null,
  );
  order = created.orderReference;
  const ready = await member('paula').node.settled(order, 'ready', 60_000);
  wallet = Buffer.from(ready.walletKey ?? '', 'hex');
  const contributions = await seated();
  const ctx = orderContext('test', order);
  guarded = FIDUCIARIES.map((name) => {
    const node = member(name).id;
    const made = contributions.find((one) => one.node === node)?.contribution;
    assert.ok(made?.kind === 'polynomial' && made.commitments[0]);
    const share = verificationShareOf({
      ctx,
      contributions: dkgContributions(contributions),
      node,
    });
    return { name, part: made.commitments[0], share };
  });
  addend = guarded.reduce((rest, { part }) => minus(rest, part), wallet);
});
after(() => world.stop());

describe('before the redemption', () => {
  test('attack/K14: all fiduciaries, the principal and their disks cannot make the key', async () => {
    const held = await holdings(...OTHERS);
    for (const { part, share } of guarded) {
      assert.ok(makes(held, part), 'a search that misses what they do know shows nothing');
      assert.ok(makes(held, share));
    }
    for (const target of lacking()) assert.equal(makes(held, target), false);
    // With all that the beneficiary has, the same search finds the way.
    assert.ok(makes(await holdings(...OTHERS, 'beth'), addend));
  });

  test('attack/K15: the beneficiary and one fiduciary cannot make the key', async () => {
    for (const { name, part } of guarded) {
      const held = await holdings('beth', name);
      assert.ok(makes(held, addend));
      assert.ok(makes(held, part));
      const group = minus(wallet, addend);
      const others = guarded.filter((one) => one.name !== name);
      const foreign = others.flatMap((other) => [other.part, other.share]);
      for (const target of [wallet, group, minus(group, part), minus(wallet, part), ...foreign])
        assert.equal(makes(held, target), false);
    }
  });
});

describe('after the redemption', () => {
  before(async () => {
    await member('paula').node.redeemOrder(order, null, null);
    await member('paula').node.settled(order, 'redeemed', 60_000);
  });

  test('attack/K14: all fiduciaries, the principal and their disks still cannot', async () => {
    const held = await holdings(...OTHERS);
    for (const target of lacking()) assert.equal(makes(held, target), false);
  });

  test('the beneficiary alone can', async () => {
    assert.ok(makes(await holdings('beth'), wallet));
  });
});
