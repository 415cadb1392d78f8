import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WIF } from '@scure/btc-signer';
import { pathsOf } from '../../src/home.ts';
import { openFileKeystore } from '../../src/keystore/file-keystore.ts';
import { levelStore } from '../../src/log/level-store.ts';
import { openSeed } from '../../src/node/vault.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { clientOf } from '../../scripts/bench/network.ts';
import {
  ask,
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
  type LocalNode,
} from '../../scripts/local-network.ts';

/** Looks for secrets in every byte that the nodes leave behind, and in everything that they say. */

const HOUR = 3_600;

describe('no secret in clear, anywhere', () => {
  let network: LocalNetwork;
  before(async () => {
    network = await startNetwork({
      paula: ['principal'],
      fred: ['fiduciary'],
      ben: ['beneficiary'],
    });
  });
  after(() => network.close());

  for (const named of [true, false]) {
    test(`beneficiary ${named ? 'named in the order' : 'named at redemption'}`, async () => {
      const [paula, ben] = [network.node('paula'), network.node('ben')];
      const said: string[] = [];
      const client = await clientOf(paula);
      const wish = { ...(named && { beneficiaryIDDocumentCID: ben.id }), expiresIn: HOUR };
      const ordered = await client.createOrder(wish, { wait: 20 });
      const { orderReference } = ordered;
      said.push(JSON.stringify(ordered));
      const redeemed = await client.redeemOrder(
        { orderReference, beneficiaryIDDocumentCID: ben.id },
        { wait: 20 },
      );
      said.push(JSON.stringify(redeemed));
      for (const node of network.nodes.values())
        said.push(...(await everythingSaid(node, orderReference)));

      const { path } = await ask<{ path: string }>(ben, 'key', 'export', orderReference, '--yes');
      const key = Buffer.from(WIF().decode(await readFile(path, 'utf8')));
      await rm(path);
      assert.equal(redeemed.secret, '');
      for (const text of said) assertAbsent(key, Buffer.from(text), 'an answer of the API');
      for (const node of network.nodes.values()) {
        assertAbsent(key, Buffer.from(node.output.join('')), `the log output of ${node.name}`);
        for (const [file, bytes] of await filesOf(node.home)) assertAbsent(key, bytes, file);
      }
    });
  }

  test('nor are the seeds of an identity on its disk', async () => {
    for (const node of network.nodes.values()) {
      await stopNode(node, 'SIGTERM');
      const seeds = await seedsOf(node);
      for (const [file, bytes] of await filesOf(node.home))
        for (const seed of seeds) assertAbsent(seed, bytes, file);
      await startNode(node);
    }
  });
});

const everythingSaid = async (node: LocalNode, order: string): Promise<string[]> => {
  const client = await clientOf(node);
  return [
    JSON.stringify(await client.order(order)),
    JSON.stringify(await client.records(order, null)),
    JSON.stringify(await client.status()),
    JSON.stringify(await client.peers()),
  ];
};

/** The bytes themselves, and every text that they are usually written as. */
const assertAbsent = (secret: Buffer, bytes: Buffer, where: string): void => {
  const forms = [
    secret,
    Buffer.from(secret.toString('hex')),
    Buffer.from(secret.toString('hex').toUpperCase()),
    Buffer.from(secret.toString('base64').replaceAll('=', '')),
    Buffer.from(secret.toString('base64url')),
    Buffer.from(WIF().encode(secret)),
  ];
  for (const form of forms) assert.equal(bytes.indexOf(form), -1, `a secret is in ${where}`);
};

const filesOf = async (home: string): Promise<[string, Buffer][]> => {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
      const path = join(parentPath, name);
      return [path, await readFile(path)];
    }),
  );
};

/** The seeds, opened as the node itself does. */
const seedsOf = async (node: LocalNode): Promise<Buffer[]> => {
  const paths = pathsOf(node.home);
  const keystore = await openFileKeystore({
    path: paths.keystore,
    unlock: { keyFile: join(node.home, 'unlock.key') },
    random: systemRandom,
  });
  const store = await levelStore({ directory: paths.node })();
  try {
    const names = ['sign', 'next', 'kem', 'bls', 'peer'] as const;
    return await Promise.all(names.map((name) => openSeed({ store, keystore }, node.id, name)));
  } finally {
    await store.close();
    await keystore.close();
  }
};
