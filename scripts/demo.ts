import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { WIF, p2wpkh } from '@scure/btc-signer';
import { pubECDSA } from '@scure/btc-signer/utils.js';
import {
  ask,
  milagro,
  pause,
  startNetwork,
  startNode,
  stopNode,
  type LocalNetwork,
  type LocalNode,
} from './local-network.ts';

/** The main job, told as a story. Everything in it is real: processes, sockets, disks, keys. */

const FIDUCIARIES = ['fiona', 'felix', 'frida', 'frank', 'flora', 'fabio', 'fritz'];

interface Order {
  orderReference: string;
  address: string | null;
  redemption: { receiptedAt: number | null } | null;
}

const story = async ({
  fiduciaries,
  threshold,
}: {
  fiduciaries: number;
  threshold: number;
}): Promise<void> => {
  const guards = FIDUCIARIES.slice(0, fiduciaries);
  title('Milagro: a wallet key that no single server ever holds');
  say(
    `Paula orders a wallet for Ben. ${guards.map(capital).join(', ')} ${guards.length === 1 ? 'guards' : 'guard'} it until Ben is to have it.`,
    'Each of them runs a node: a process of its own, a disk of its own, a port of its own.',
  );
  const network = await startNetwork(
    {
      paula: ['principal'],
      ben: ['beneficiary'],
      ...Object.fromEntries(guards.map((guard) => [guard, ['fiduciary']])),
    },
    'ids',
  );
  process.once('SIGINT', () => void network.close().then(() => process.exit(130)));
  // Whoever read along has left: nothing may stay behind.
  process.stdout.once('error', () => void network.close().then(() => process.exit(1)));
  try {
    await tell(network, guards, threshold);
  } finally {
    await network.close();
  }
};

const tell = async (
  network: LocalNetwork,
  guards: readonly string[],
  threshold: number,
): Promise<void> => {
  for (const node of network.nodes.values())
    fact(
      `${capital(node.name)}, ${node.roles.join(' and ')}`,
      `process ${node.daemon?.pid}  ${node.id}`,
    );
  say(
    'Each knows where one node of the network listens, and the ids of those it trusts. An id is the hash of a signed',
    'document: the nodes fetched the documents from each other, checked every signature in them, and found each other.',
  );

  const paula = network.node('paula');
  const ben = network.node('ben');
  const first = network.node(guards[0] ?? '');

  title('1  The order, and a crash in the middle of it');
  say(
    `${capital(first.name)}'s machine loses power: its process is killed with SIGKILL. Paula does not know, and orders.`,
  );
  await stopNode(first, 'SIGKILL');
  const { orderReference } = await ask<Order>(
    paula,
    ...['order', 'create', '--coin', 'bitcoin', '--beneficiary', 'ben', '--wait', '0', '--yes'],
    ...guards.flatMap((guard) => ['--fiduciary', guard]),
    ...['--threshold', String(threshold)],
  );
  await show(paula, 'order', 'show', orderReference);
  say(
    `No address yet: nobody can be cheated into paying to a wallet that is not finished. ${capital(first.name)} starts again.`,
  );
  await startNode(first);
  const { address } = await until(paula, orderReference, (order) => order.address !== null);
  if (address === null) throw new Error('no address');
  await show(paula, 'order', 'show', orderReference);
  say(
    'Every party has proven that it knows its part, seen that the others did, and signed the same address.',
    `Ben's addend and the key of ${guards.length === 1 ? 'the fiduciary' : 'the fiduciaries'} add up to the wallet key, but nobody has added them: the key exists nowhere.`,
  );

  title('2  New keys in the middle');
  say(
    "Ben's operator replaces the keys of his node, as one does now and then. The order goes on, although it began with the",
    'old ones; they are destroyed when it has ended. Whoever steals the new keys could not take the identity over either:',
    'the next ones are committed to already, and kept apart.',
  );
  await milagro(ben, 'id', 'rotate', '--yes');
  await show(paula, 'id', 'resolve', 'ben');
  say('Whatever is released to Ben from now on is sealed to state 1 of his keys.');

  if (threshold < guards.length) {
    const dead = guards.slice(threshold).map((guard) => network.node(guard));
    title(
      `3  ${dead.map(({ name }) => capital(name)).join(' and ')} ${dead.length === 1 ? 'is' : 'are'} gone for good`,
    );
    for (const node of dead) await stopNode(node, 'SIGKILL');
    say(
      `Any ${threshold} of the ${guards.length} fiduciaries are enough. Paula asks them to release the key to Ben.`,
    );
  } else {
    title('3  Redemption');
    say('Paula asks for the key to be released to Ben.');
  }
  await milagro(paula, 'order', 'redeem', orderReference, '--yes', '--wait', '0');
  await until(paula, orderReference, (order) => typeof order.redemption?.receiptedAt === 'number');
  await show(ben, 'order', 'show', orderReference);
  say(
    "The shares were sealed to Ben's node, which checked each one and put the key together. No other node ever saw it.",
  );

  title('4  The key makes the address');
  const { path } = await ask<{ path: string }>(ben, 'key', 'export', orderReference, '--yes');
  const mode = ((await stat(path)).mode & 0o777).toString(8);
  fact('exported to', `${path} (mode ${mode})`);
  fact('address of the order', address);
  fact('address of the key', await addressOf(path));
  if ((await addressOf(path)) !== address) throw new Error('the key does not make the address');
  say('They are equal: who holds this file can spend from the address, and only Ben holds it.');

  title('5  What happened, from the logs');
  say(
    'Each node wrote every step to its own log, encrypted and chained by hashes. This is how it went at Ben’s:',
  );
  await show(ben, 'log', 'show', orderReference);
  for (const node of network.nodes.values()) {
    if (!node.daemon) await startNode(node);
    const verified = await ask<{ records: number }>(node, 'log', 'verify');
    const replayed = await ask<{ stateHash: string }>(node, 'log', 'replay');
    fact(
      capital(node.name),
      `${verified.records} records verified, replayed to state ${replayed.stateHash.slice(0, 16)}`,
    );
  }
  say('', 'That was the main job. All processes are stopped and all their data removed.');
};

/** Independent of this project's own code: from the exported text to the address by another library. */
const addressOf = async (file: string): Promise<string> => {
  const wif = (await readFile(file, 'utf8')).trim();
  const { address } = p2wpkh(pubECDSA(WIF().decode(wif)));
  return address ?? '';
};

const until = async (
  node: LocalNode,
  reference: string,
  done: (order: Order) => boolean,
): Promise<Order> => {
  for (let tries = 0; tries < 120; tries++) {
    const order = await ask<Order>(node, 'order', 'show', reference);
    if (done(order)) return order;
    await pause(250);
  }
  throw new Error('the order makes no progress');
};

const show = async (node: LocalNode, ...words: string[]): Promise<void> => {
  console.log(
    `\n  ${node.name}$ milagro ${words.map((word) => (word.length > 50 ? `…${word.slice(-8)}` : word)).join(' ')}`,
  );
  const { stdout, stderr } = await milagro(node, ...words);
  for (const line of (stdout + stderr).trimEnd().split('\n')) console.log(`  | ${line}`);
  console.log();
};

const title = (text: string): void => console.log(`\n\u001B[1m${text}\u001B[0m\n`);
const say = (...lines: string[]): void => {
  for (const line of lines) console.log(line);
};
const fact = (name: string, value: string): void => console.log(`  ${name.padEnd(24)} ${value}`);
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const { values } = parseArgs({
  options: {
    fiduciaries: { type: 'string', default: '1' },
    threshold: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'scripts/demo.sh [--fiduciaries N] [--threshold T]   N from 1 to 7; T more than half where left out',
  );
} else {
  const fiduciaries = Number(values.fiduciaries);
  const threshold = Number(values.threshold ?? Math.floor(fiduciaries / 2) + 1);
  if (!(
    fiduciaries >= 1 &&
    fiduciaries <= FIDUCIARIES.length &&
    threshold >= 1 &&
    threshold <= fiduciaries
  )) {
    console.error(`N lies between 1 and ${FIDUCIARIES.length}, T between 1 and N`);
    process.exitCode = 2;
  } else {
    await story({ fiduciaries, threshold });
  }
}
