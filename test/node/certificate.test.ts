import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCertificateFile } from '../../src/custody/certificate-file.ts';
import { NodeError } from '../../src/errors.ts';
import { readExport } from '../../src/identity/export-file.ts';
import { memoryWorld } from './memory-world.ts';

const WISH = {
  coin: 'ethereum',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};
const refusedAs = (code: string) => (thrown: unknown) =>
  thrown instanceof NodeError && thrown.code === code;

test('every party gives the same certificate file, which verifies, and no other node gives one', async (t) => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
    beth: ['beneficiary'],
    carl: ['beneficiary'],
  });
  t.after(stop);
  const [paula, fred, fiona, beth, carl] = [...members.values()];
  assert.ok(paula && fred && fiona && beth && carl);
  const { orderReference: order } = await paula.node.createOrder(WISH, null);
  const ready = await paula.node.settled(order, 'ready', 10_000);
  await fred.node.settled(order, 'ready', 10_000);
  const file = await paula.node.exportCertificate(order);
  assert.equal(await fred.node.exportCertificate(order), file);

  await assert.rejects(carl.node.exportCertificate(order), refusedAs('node/order-unknown'));
  await paula.node.redeemOrder(order, beth.id, null);
  await paula.node.settled(order, 'redeemed', 10_000);
  assert.equal(await beth.node.exportCertificate(order), file, 'named late, it has it too');

  const own = readExport(await fred.node.exportIdentity());
  const verified = verifyCertificateFile(file, [own]);
  assert.deepEqual([verified.address, verified.walletKey], [ready.address, ready.walletKey]);
  assert.deepEqual(
    verified.seats.filter(({ known }) => known).map(({ node }) => node),
    [fred.id],
  );
});

test('there is no certificate before the order is ready', async (t) => {
  const { members, stop } = await memoryWorld({ paula: ['principal'], fred: ['fiduciary'] });
  t.after(stop);
  const [paula, fred] = [...members.values()];
  assert.ok(paula && fred);
  await fred.node.removePeer(paula.id);
  const { orderReference: order } = await paula.node.createOrder(WISH, null);
  await assert.rejects(paula.node.exportCertificate(order), refusedAs('node/order-state'));
  await paula.node.settled(order, 'ready', 10_000);
  await assert.rejects(paula.node.exportCertificate(order), refusedAs('node/order-state'));
});
