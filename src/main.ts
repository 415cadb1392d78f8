import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { createApi, listen } from './api/server.ts';
import {
  addressesOf,
  loadConfig,
  parseConfig,
  writeConfig,
  type Config,
  type Settings,
} from './config.ts';
import { encapsulate } from './crypto/kem.ts';
import type { NodeId } from './domain/ids.ts';
import { createCounters } from './envelope/counters.ts';
import { createHome, createToken, pathsOf, readToken, type Paths } from './home.ts';
import { fingerprint } from './identity/fingerprint.ts';
import { createFileKeystore, openFileKeystore } from './keystore/file-keystore.ts';
import type { Keystore } from './keystore/keystore.ts';
import { createSecretFile } from './keystore/secret-file.ts';
import { createKeyFile, type Unlock } from './keystore/unlock-key.ts';
import type { Verified } from './log/event-log.ts';
import { levelStore } from './log/level-store.ts';
import { openEventLog } from './log/open-event-log.ts';
import { assembleNode, type World } from './node/assemble.ts';
import type { CustodyPolicy } from './node/effects/deps.ts';
import { createNetworkStack } from './network-stack.ts';
import { createVault, openVault } from './node/vault.ts';
import type { Compute } from './ports/compute.ts';
import { systemClock } from './ports/clock.ts';
import { systemRandom } from './ports/random.ts';
import { workerCompute } from './ports/worker-compute.ts';
import { VERSION } from './version.ts';

/** The composition root: the only place where adapters are made. What it makes, the command line starts and stops. */

export interface Initialized {
  home: string;
  id: NodeId;
  fingerprint: string;
}

/**
 * Makes the home of a new node. Every file is created, none is ever overwritten: where a node is already, nothing changes.
 * @param passphrase SECRET, wiped; null: a key file is drawn and used
 * @throws ConfigError config/exists, config/invalid, config/permissions; KeystoreError keystore/exists
 */
export const initHome = async (options: {
  home: string;
  settings: Settings;
  passphrase: Buffer | null;
}): Promise<Initialized> => {
  const { home, settings, passphrase } = options;
  const paths = pathsOf(home);
  const config = parseConfig(settings);
  await createHome(home);
  const unlock = await newUnlock(config, passphrase);
  const keystore = await createFileKeystore({ path: paths.keystore, unlock, random: systemRandom });
  const store = await levelStore({ directory: paths.node })();
  try {
    const id = await createVault({
      store,
      keystore,
      random: systemRandom,
      name: config.name,
      addrs: addressesOf(config),
      at: systemClock.now(),
    });
    await createToken({ home, random: systemRandom });
    // Last: a home with a config.yaml is a whole node.
    await writeConfig(home, settings);
    return { home, id, fingerprint: fingerprint(id) };
  } finally {
    await store.close();
    await keystore.close();
  }
};

const newUnlock = async ({ keystore }: Config, passphrase: Buffer | null): Promise<Unlock> => {
  if (keystore.keyFile === undefined) return { passphrase: passphrase ?? Buffer.alloc(0) };
  await createKeyFile({ path: keystore.keyFile, random: systemRandom });
  return { keyFile: keystore.keyFile };
};

const openKeystore = async (
  home: string,
  config: Config,
  passphrase: (() => Promise<Buffer>) | null,
): Promise<Keystore> => {
  const { keyFile } = config.keystore;
  const unlock: Unlock =
    keyFile === undefined ? { passphrase: (await passphrase?.()) ?? Buffer.alloc(0) } : { keyFile };
  return openFileKeystore({ path: pathsOf(home).keystore, unlock, random: systemRandom });
};

export interface Daemon {
  id: NodeId;
  /** Multiaddrs where other nodes reach it. */
  listening: readonly string[];
  /** Where its operator reaches it. */
  api: string;
  stop(): Promise<void>;
}

/**
 * Starts the node in `home`: opens its keys, verifies its log, joins its network, and offers the API.
 * @param passphrase asked for only where the keystore wants one; its Buffer is wiped
 * @throws ConfigError, KeystoreError, LogError log/in-use, log/corrupt; TransportError transport/start
 */
export const startDaemon = async (options: {
  home: string;
  passphrase: (() => Promise<Buffer>) | null;
  logger?: Logger;
}): Promise<Daemon> => {
  const { home } = options;
  const config = await loadConfig(home);
  const logger = options.logger ?? createLogger(config);
  const paths = pathsOf(home);
  const keystore = await openKeystore(home, config, options.passphrase);
  const compute = workerCompute({ threads: 1 });
  // Undone in the opposite order, at the end or when the start fails half-way.
  const undo: (() => Promise<void>)[] = [() => compute.close()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const node = await assembleNode(worldOf({ paths, config, logger, keystore, compute }));
    undo.push(() => node.stop());
    await node.start();
    const api = createApi({
      service: node,
      token: await readToken(home),
      clock: systemClock,
      logger,
      limits: { wait: config.api.waitSeconds * 1_000, perSecond: config.api.requestsPerSecond },
      orders: { coin: config.orders.coin, expiresIn: config.orders.expiresInSeconds * 1_000 },
    });
    undo.push(() => api.close());
    const address = await listen(api, config.api.host, config.api.port);
    const status = await node.status();
    return { id: status.nodeCID, listening: status.listening, api: address, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
};

/** Writes without making a turn wait; what is not written yet when the process ends in order, is then. */
const createLogger = ({ log: { level } }: Config): Logger =>
  pino(
    { level, redact: ['*.token', 'req.headers.authorization'] },
    pino.destination({ sync: false }),
  );

/** The real world around one node. */
const worldOf = (real: {
  paths: Paths;
  config: Config;
  logger: Logger;
  keystore: Keystore;
  compute: Compute;
}): World => {
  const { paths, config, logger, keystore, compute } = real;
  return {
    network: config.network,
    name: config.name,
    roles: config.roles,
    version: VERSION,
    clock: systemClock,
    random: systemRandom,
    keystore,
    openNodeStore: levelStore({ directory: paths.node }),
    openLogStore: levelStore({ directory: paths.log }),
    createNetwork: ({ node: self, seed }) =>
      createNetworkStack({
        config: {
          network: config.network,
          node: self,
          seed,
          listen: config.listen,
          announce: config.announce,
          bootstrap: config.bootstrap,
          discovery: config.discovery,
        },
        clock: systemClock,
        random: systemRandom,
        openDocuments: levelStore({ directory: paths.documents }),
        report: (incident) => logger.warn(incident),
      }),
    encapsulate,
    compute,
    policy: policyOf(config),
    counters: createCounters(),
    writeExport: async (name, content) => {
      await mkdir(paths.exports, { recursive: true, mode: 0o700 });
      const path = join(paths.exports, name);
      await createSecretFile(path, content);
      return path;
    },
    notice: ({ level, event, ...details }) => logger[level]({ event, ...details }),
  };
};

/** Checks every row of the log of a node that is not running. @throws LogError log/corrupt, log/in-use */
export const verifyHome = async (options: {
  home: string;
  passphrase: (() => Promise<Buffer>) | null;
}): Promise<Verified> => {
  const { home } = options;
  const paths = pathsOf(home);
  const config = await loadConfig(home);
  const keystore = await openKeystore(home, config, options.passphrase);
  const store = await levelStore({ directory: paths.node })();
  try {
    const { self, dataKey } = await openVault({ store, keystore, random: systemRandom });
    const log = await openEventLog({
      openStore: levelStore({ directory: paths.log }),
      node: self,
      dataKey,
      clock: systemClock,
      random: systemRandom,
    });
    try {
      return await log.verify();
    } finally {
      await log.close();
    }
  } finally {
    await store.close();
    await keystore.close();
  }
};

const policyOf = ({ policy }: Config): CustodyPolicy => ({
  principals: policy.principals === 'pinned' ? null : policy.principals,
  coins: policy.coins ?? null,
  fiduciaries: { least: policy.fiduciaries.min, most: policy.fiduciaries.max },
  leastThreshold: policy.minThreshold,
  openOrders: policy.maxOpenOrders,
  ordersPerMinute: policy.maxOrdersPerMinute,
  longestForming: THIRTY_DAYS,
  destroyReleased: policy.afterReceipt === 'destroy',
});

const THIRTY_DAYS = 2_592_000_000;
