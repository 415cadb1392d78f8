import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { dkgRound1 } from '../../src/crypto/dkg.ts';
import { orderContext } from '../../src/custody/order-id.ts';
import type { Contribution } from '../../src/domain/messages.ts';
import type { OrderView } from '../../src/domain/views.ts';
import type { MilagroNode } from '../../src/node/node.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createCheat, type Cheat } from './cheat.ts';
import { memoryWorld, type Member } from './memory-world.ts';

/** Real nodes with one party that cheats: nothing becomes ready, and everybody names the same culprit. */

let world: Awaited<ReturnType<typeof memoryWorld>>;
let cheat: Cheat;
let all: Member[];
let order: string;
let draw: () => Contribution;

const member = (name: string): Member => {
  const found = world.members.get(name);
  assert.ok(found);
  return found;
};

before(async () => {
  world = await memoryWorld({
    paula: ['principal'],
    beth: ['beneficiary'],
    fred: ['fiduciary'],
    fay: ['fiduciary'],
  });
  all = [...world.members.values()];
  cheat = await createCheat('a fiduciary that cheats', ['fiduciary'], all, world.network);
});

after(async () => {
  await cheat.stop();
  await world.stop();
});

beforeEach(async () => {
  // Everybody gives the cheat another chance.
  for (const { node } of all) await node.clearBlame(cheat.id);
  const fiduciaries = [member('fred').id, member('fay').id, cheat.id];
  const created = await member('paula').node.createOrder(
    {
      coin: 'bitcoin',
      beneficiary: member('beth').id,
      fiduciaries,
      threshold: 2,
      notBefore: null,
      expiresIn: 60_000,
    },
    null,
  );
  order = created.orderReference;
  for (const { node } of all) await known(node);
  const group = {
    ctx: orderContext('test', order),
    roster: fiduciaries,
    self: cheat.id,
    threshold: 2,
    random: systemRandom,
  };
  draw = () => {
    const { commitments, proof } = dkgRound1(group);
    return { kind: 'polynomial', commitments, proof };
  };
});

const known = async (node: MilagroNode): Promise<void> => {
  const page = { page: 0, perPage: 100, newestFirst: true };
  while (!(await node.orders(page)).orders.some((view) => view.orderReference === order))
    await setTimeout(10);
};

const contribute = (contribution: Contribution, to: Member[], seq?: number): Promise<void> =>
  cheat.send(order, 'order.contributed', { role: 'fiduciary', contribution }, to, seq);

/** The order at each node, once it has ended there. */
const endings = async (at: readonly Member[] = all): Promise<OrderView[]> => {
  const views: OrderView[] = [];
  for (const { node } of at) views.push(await node.settled(order, 'ready', 10_000));
  return views;
};
const blamed = (views: readonly OrderView[], code: string): void => {
  for (const view of views) {
    assert.equal(view.address, null);
    const verdicts = view.blames.filter(({ upheld }) => upheld);
    assert.deepEqual(
      verdicts.map(({ node, code: named }) => [node, named]),
      [[cheat.id, code]],
    );
  }
};

describe('attack/K10: a fiduciary contributes differently to different parties', () => {
  it('is found by comparing what they certify, and named by all', async () => {
    await contribute(draw(), [member('paula'), member('fred')]);
    await contribute(draw(), [member('beth'), member('fay')]);
    blamed(await endings(), 'fault/equivocation');
  });

  it('is found at once where one party receives both', async () => {
    await contribute(draw(), all);
    await contribute(draw(), [member('fay')]);
    blamed(await endings(), 'fault/equivocation');
  });

  it('is found by the number under which both were sent', async () => {
    await contribute(draw(), all, 7);
    await contribute(draw(), [member('beth')], 7);
    blamed(await endings(), 'fault/equivocation');
  });
});

describe('attack/K1: a fiduciary contributes what it cannot prove to one party', () => {
  it('is named by all', async () => {
    await contribute({ ...draw(), proof: new Uint8Array(65).fill(2) }, [member('fay')]);
    blamed(await endings(), 'fault/proof-invalid');
  });
});

describe('attack/K9: a fiduciary', () => {
  it('deals a wrong share to one party, and is named by all', async () => {
    await contribute(draw(), all);
    await cheat.send(order, 'order.dealt', { share: Buffer.alloc(32, 1) }, [member('fred')]);
    blamed(await endings(), 'fault/share-dealt-wrong');
  });

  it('accuses falsely, and is named by all', async () => {
    const evidence = [{ envelope: new Uint8Array(100) }];
    const accusation = { accused: member('fred').id, code: 'fault/proof-invalid', evidence };
    await cheat.send(order, 'order.accused', accusation, all);
    blamed(await endings(), 'fault/accusation-false');
  });
});
