import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { OrderView } from '../../src/domain/views.ts';
import { inboxTopic } from '../../src/transport/topics.ts';
import type { Transmission } from '../../src/transport/memory-network.ts';
import { eventually } from './eventually.ts';
import { memoryWorld, movableClock, type Member } from './memory-world.ts';

/** Production nodes: what a revocation in the middle of an order does to it, and what its operators are told. */

const HOUR = 3_600_000;
const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: HOUR,
};
const LONG = 60_000;

/** Nothing that `isLost` says gets through. */
const world = async (t: TestContext, fiduciaries = 1) => {
  const clock = movableClock();
  const net: { isLost: (transmission: Transmission) => boolean } = { isLost: () => false };
  const names = Array.from({ length: fiduciaries }, (_, i) => `fred${i + 1}`);
  const { members, stop } = await memoryWorld(
    {
      paula: ['principal'],
      beth: ['beneficiary'],
      ...Object.fromEntries(names.map((name) => [name, ['fiduciary' as const]])),
    },
    undefined,
    { transmit: (sent) => (net.isLost(sent) ? [] : [sent.bytes]) },
    undefined,
    clock,
  );
  const [paula, beth, fred] = [...members.values()];
  assert.ok(paula && beth && fred);
  t.after(stop);
  return { paula, beth, fred, clock, net };
};

const knowsRevoked = (member: Member, id: string): Promise<void> =>
  eventually(`${member.name} knows of the revocation`, async () =>
    (await member.node.peers()).some((peer) => peer.id === id && peer.revoked),
  );

const readyOrder = async (
  paula: Member,
  wish: Partial<typeof WISH> | { beneficiary: string; notBefore?: number },
): Promise<string> => {
  const { orderReference } = await paula.node.createOrder({ ...WISH, ...wish }, null);
  assert.ok((await paula.node.settled(orderReference, 'ready', LONG)).address);
  return orderReference;
};

const stateOf = async (member: Member, order: string): Promise<string | undefined> =>
  (await member.node.order(order)).roles[0]?.state;

const hindrance = ({ hindrances }: OrderView, node: string) =>
  hindrances.find((one) => one.node === node && one.code === 'identity/revoked');

describe('an identity is revoked', () => {
  test('the beneficiary’s, before the request: its principal cannot ask, and is told why', async (t) => {
    const { paula, beth } = await world(t);
    const order = await readyOrder(paula, { beneficiary: beth.id });
    await beth.node.revokeIdentity();
    await knowsRevoked(paula, beth.id);
    await assert.rejects(paula.node.redeemOrder(order, null, null), { code: 'identity/revoked' });
    assert.match(hindrance(await paula.node.order(order), beth.id)?.advice ?? '', /order create/);
  });

  test('the beneficiary’s, and the principal does not know: the fiduciary withholds and says so', async (t) => {
    const { paula, beth, fred, net } = await world(t);
    const order = await readyOrder(paula, { beneficiary: beth.id });
    const { peerId } = await paula.node.status();
    net.isLost = ({ to, topic }) => to === peerId && topic.endsWith('/identity');
    await beth.node.revokeIdentity();
    await knowsRevoked(fred, beth.id);
    await paula.node.redeemOrder(order, null, null);
    await eventually('fred withholds', async () => (await stateOf(fred, order)) === 'withheld');
    const [role] = (await fred.node.order(order)).roles;
    assert.deepEqual(
      role?.waitingFor.map(({ event, node }) => [event, node]),
      [['identity.revoked', beth.id]],
    );
    assert.ok(hindrance(await fred.node.order(order), beth.id));
    await eventually('paula hears of it', async () =>
      (await paula.node.order(order)).seats.some(
        ({ node, done }) => node === fred.id && done.includes('redemption.refused'),
      ),
    );
    const released = (await fred.node.logRecords(order, 'fiduciary')).map(({ type }) => type);
    assert.ok(!released.includes('share.released') && released.includes('share.withheld'));
    await fred.node.replay(order);
  });

  test('the beneficiary’s, while the fiduciary waits for the set time', async (t) => {
    const { paula, beth, fred, clock } = await world(t);
    const notBefore = clock.now() + HOUR;
    const order = await readyOrder(paula, { beneficiary: beth.id, notBefore });
    await paula.node.redeemOrder(order, null, null);
    await eventually('fred waits', async () => (await stateOf(fred, order)) === 'releasing');
    await beth.node.revokeIdentity();
    await knowsRevoked(fred, beth.id);
    clock.forward(HOUR);
    await eventually('fred withholds', async () => (await stateOf(fred, order)) === 'withheld');
  });

  test('that of one who is named at redemption: another may be named', async (t) => {
    const { paula, beth } = await world(t);
    const order = await readyOrder(paula, {});
    await beth.node.revokeIdentity();
    await knowsRevoked(paula, beth.id);
    await assert.rejects(paula.node.redeemOrder(order, beth.id, null), {
      code: 'identity/revoked',
    });
    assert.equal(await stateOf(paula, order), 'ready');
    assert.deepEqual((await paula.node.order(order)).hindrances, []);
  });

  test('the principal’s, once the order is ready: nobody can ask for the key', async (t) => {
    const { paula, beth, fred } = await world(t);
    const order = await readyOrder(paula, { beneficiary: beth.id });
    await paula.node.revokeIdentity();
    await knowsRevoked(fred, paula.id);
    await assert.rejects(paula.node.redeemOrder(order, null, null), { code: 'identity/revoked' });
    await assert.rejects(paula.node.createOrder({ ...WISH, beneficiary: beth.id }, null), {
      code: 'identity/revoked',
    });
    for (const member of [paula, fred])
      assert.ok(hindrance(await member.node.order(order), paula.id), member.name);
  });

  test('the fiduciary’s, while the order is formed: it is to be cancelled', async (t) => {
    const { paula, beth, fred, net } = await world(t);
    await readyOrder(paula, { beneficiary: beth.id });
    const inbox = inboxTopic('test', fred.id);
    net.isLost = ({ topic }) => topic === inbox;
    const { orderReference } = await paula.node.createOrder(
      { ...WISH, beneficiary: beth.id },
      null,
    );
    await fred.node.revokeIdentity();
    await knowsRevoked(paula, fred.id);
    const told = hindrance(await paula.node.order(orderReference), fred.id);
    assert.match(told?.advice ?? '', /order cancel/);
    const ended = await paula.node.cancelOrder(orderReference, 'fred is gone');
    assert.ok(ended.ended);
    assert.deepEqual(ended.hindrances, []);
  });

  test('that of one fiduciary of three: the others are enough', async (t) => {
    const { paula, beth, fred } = await world(t, 3);
    const order = await readyOrder(paula, { beneficiary: beth.id });
    await fred.node.revokeIdentity();
    for (const member of [paula, beth]) await knowsRevoked(member, fred.id);
    const told = hindrance(await paula.node.order(order), fred.id);
    assert.match(told?.text ?? '', /2 others are there, of which 2 are enough/);
    assert.equal(told?.advice, null);
    await paula.node.redeemOrder(order, null, null);
    const redeemed = await paula.node.settled(order, 'redeemed', LONG);
    assert.ok(redeemed.redemption?.receiptedAt);
    await eventually(
      'fred keeps its share',
      async () => (await stateOf(fred, order)) === 'withheld',
    );
    assert.equal((await beth.node.exportKey(order)).address, redeemed.address);
  });
});

test('a redemption names the newest keys of the beneficiary, and its old ones stay until the order ends', async (t) => {
  const { paula, beth, fred } = await world(t);
  const order = await readyOrder(paula, { beneficiary: beth.id });
  const rotated = await beth.node.rotateIdentity(['kem', 'bls']);
  await eventually('paula knows', async () =>
    (await paula.node.peers()).some(({ keyState }) => keyState === rotated.keyState),
  );
  await paula.node.redeemOrder(order, null, null);
  const { address } = await paula.node.settled(order, 'redeemed', LONG);
  assert.equal((await beth.node.exportKey(order)).address, address);
  for (const member of [paula, fred, beth]) {
    const request = (await member.node.logRecords(order, null)).find(
      ({ type, kind }) => kind === 'event' && type === 'redemption.requested',
    );
    assert.ok(JSON.stringify(request?.detail).includes(rotated.keyState), member.name);
  }
});
