import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clientOf } from '../../scripts/bench/network.ts';
import {
  ask,
  createNode,
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
  type LocalNode,
} from '../../scripts/local-network.ts';
import { eventually } from '../node/eventually.ts';

/** Real processes that know one address and each other’s ids: identities change while some are down. */

const PATIENCE = { wait: 60 };

describe('identities over real processes', () => {
  let network: LocalNetwork;
  before(async () => {
    network = await startNetwork(
      { fred: ['fiduciary'], paula: ['principal'], ben: ['beneficiary'] },
      'ids',
    );
  });
  after(() => network.close());

  const seqAt = async (node: LocalNode, id: string): Promise<number | undefined> =>
    (await (await clientOf(node)).peers()).find((peer) => peer.id === id)?.seq;

  const order = async (): Promise<string> => {
    const client = await clientOf(network.node('paula'));
    const { orderReference, extension } = await client.createOrder(
      { beneficiaryIDDocumentCID: network.node('ben').id },
      PATIENCE,
    );
    assert.ok(extension.address);
    return orderReference;
  };

  const redeem = async (orderReference: string): Promise<void> => {
    const client = await clientOf(network.node('paula'));
    const { order: view } = await client.redeemOrder({ orderReference }, PATIENCE);
    assert.ok(view.redemption?.receiptedAt);
  };

  test('resolve, verify, order, redeem', async () => redeem(await order()));

  test('an order goes on while everybody rotates, and who was down during five rotations catches up', async () => {
    const [fred, paula, ben] = [network.node('fred'), network.node('paula'), network.node('ben')];
    const open = await order();
    await stopNode(ben, 'SIGTERM');
    for (let seq = 1; seq <= 5; seq++)
      for (const node of [fred, paula])
        assert.equal((await (await clientOf(node)).rotateIdentity(['kem', 'bls'])).seq, seq);
    await startNode(ben);
    for (const { id, name } of [fred, paula])
      await eventually(`ben knows ${name}`, async () => (await seqAt(ben, id)) === 5);
    const rotated = await (await clientOf(ben)).rotateIdentity(['kem', 'bls']);
    await eventually('paula knows ben', async () => (await seqAt(paula, ben.id)) === rotated.seq);
    await redeem(open);
    await redeem(await order());
  });

  test('a node that joins later finds all by their ids, and guards the next wallet', async (t) => {
    const fred = network.node('fred');
    const gil = await createNode(network.directory, 'gil', ['fiduciary']);
    t.after(() => stopNode(gil, 'SIGKILL'));
    const { peerId } = await ask<{ peerId: string }>(fred, 'id', 'show');
    const address = `/ip4/127.0.0.1/tcp/${fred.port}/p2p/${peerId}`;
    await appendFile(join(gil.home, 'config.yaml'), `bootstrap:\n  - ${address}\n`);
    await startNode(gil);
    const others = [fred, network.node('paula'), network.node('ben')];
    for (const { id, name, roles } of others)
      await ask(
        gil,
        'peer',
        'add',
        id,
        '--name',
        name,
        ...roles.flatMap((role) => ['--role', role]),
      );
    for (const { id, name } of others)
      await eventually(`gil knows ${name}`, async () => ((await seqAt(gil, id)) ?? 0) >= 1);
    for (const node of others)
      await ask(node, 'peer', 'add', gil.id, '--name', 'gil', '--role', 'fiduciary');
    await redeem(await order());
  });

  test('attack/I3: a node that was away keeps what it saw, and all agree', async () => {
    const [fred, paula, ben] = [network.node('fred'), network.node('paula'), network.node('ben')];
    await stopNode(paula, 'SIGKILL');
    await startNode(paula);
    for (const node of [paula, ben]) {
      const client = await clientOf(node);
      const { seq, duplicity, history } = await client.resolveIdentity(fred.id);
      assert.deepEqual([seq, duplicity.length, history.length], [5, 0, 6]);
      assert.deepEqual(history.at(-1)?.changed, ['sign key', 'kem key', 'bls key']);
    }
  });
});
