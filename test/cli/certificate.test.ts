import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCertificateFile } from '../../src/custody/certificate-file.ts';
import { writeExport } from '../../src/identity/export-file.ts';
import { id } from '../api/small-service.ts';
import { beth, find, freds, hold, idOf, mallory, NETWORK, paula } from '../custody/ceremony.ts';
import type { Person } from '../identity/people.ts';
import { nodeWithHome, start, temporary } from './milagro.ts';

const order = hold({ n: 3 });
const blocksOf = ({ blocks }: Person) => blocks.map(({ bytes }) => bytes);
const file = writeCertificateFile({ ...order, network: NETWORK }, (state) =>
  blocksOf(find([paula, beth, ...freds], (one) => one.state.keyId === state)),
);

test('a certificate is verified without a node, and what is left to compare is said', async (t) => {
  const folder = await temporary(t);
  const path = join(folder, 'wallet.certificate');
  await writeFile(path, file);
  const identities = [paula, mallory].map((one) => join(folder, `${one.state.name}.identity`));
  for (const [i, one] of [paula, mallory].entries())
    await writeFile(identities[i]!, writeExport(idOf(one), blocksOf(one)));

  const nowhere = join(folder, 'nowhere');
  const run = (args: string[], input?: string) =>
    start([...args, '--home', nowhere], input === undefined ? {} : { input }).ended;
  const [changed, stranger, none, plain, known] = await Promise.all([
    run(
      ['certificate', 'verify', '-'],
      file.replace('milagro-certificate 1\np', 'milagro-certificate 1\nq'),
    ),
    run(['certificate', 'verify', path, '--identity', identities[1]!]),
    run(['certificate', 'verify', join(folder, 'none')]),
    run(['certificate', 'verify', path]),
    run(['certificate', 'verify', path, '--identity', identities[0]!, '--json']),
  ]);
  assert.equal(changed.code, 1);
  assert.equal(changed.stdout, '');
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /mallory.*has no seat[^]*node\/not-party/);
  assert.match(none.stderr, /config\/missing/);

  assert.equal(plain.code, 0, plain.stderr);
  assert.match(plain.stdout, new RegExp(`address +${order.wallet.address}\n`));
  assert.match(plain.stdout, new RegExp(`wallet key +${order.wallet.walletKey.toString('hex')}\n`));
  assert.match(plain.stdout, /threshold +2 of 3 fiduciaries\n/);
  assert.match(plain.stdout, new RegExp(`compare with their owners[^]*paula +${idOf(paula)}`));
  const { seats } = JSON.parse(known.stdout);
  assert.deepEqual(
    seats.map((seat: { known: boolean }) => seat.known),
    [true, false, false, false, false],
  );
});

test('the certificate of an order goes to a new file, once it is ready', async (t) => {
  const { run, home, service } = await nodeWithHome(t);
  service.prompt = false;
  await run(['order', 'create', '--yes']);
  const early = await run(['certificate', 'export', id(100)]);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /node\/order-state/);
  service.change(id(100), { address: order.wallet.address });
  const out = join(home, 'wallet.certificate');
  assert.equal((await run(['certificate', 'export', id(100), '--out', out])).code, 0);
  assert.equal(await readFile(out, 'utf8'), `milagro-certificate 1\n${id(100)}\n`);
  const again = await run(['certificate', 'export', id(100), '--out', out]);
  assert.match(again.stderr, /config\/exists/);
});
