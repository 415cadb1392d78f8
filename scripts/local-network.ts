import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Milagro nodes as an operator runs them: one process each, a home of their own, real sockets on loopback, driven by
 * the command line only. For the demo, the end-to-end tests and the benchmarks.
 */

/** What the first line of the program says to the system that starts it. */
const AS_INSTALLED = ['--max-semi-space-size=4'];
const MILAGRO = fileURLToPath(new URL('../cli/main.js', import.meta.url));
/** Orders come faster here than any principal means them. */
const LIMITS = 'policy:\n  maxOrdersPerMinute: 100000\n  maxOpenOrders: 1000000\n';
/** A daemon that does not answer by then is broken, ms. */
const START_LIMIT = 120_000;

export interface LocalNode {
  name: string;
  roles: readonly string[];
  home: string;
  port: number;
  apiPort: number;
  id: string;
  daemon: ChildProcess | undefined;
  /** What the daemon wrote to its log. */
  output: string[];
}

export interface LocalNetwork {
  directory: string;
  nodes: ReadonlyMap<string, LocalNode>;
  node(name: string): LocalNode;
  /** Ends every daemon and removes every home. */
  close(): Promise<void>;
}

export interface Completed {
  code: number;
  stdout: string;
  stderr: string;
}

/** One call of the command line. */
export const milagro = (node: { home: string }, ...words: string[]): Promise<Completed> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MILAGRO, ...words, '--home', node.home], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });

/** The same, which must succeed, with its answer. */
export const ask = async <T>(node: { home: string }, ...words: string[]): Promise<T> => {
  const { code, stdout, stderr } = await milagro(node, ...words, '--json');
  if (code !== 0) throw new Error(`milagro ${words.join(' ')}: exit ${code}\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
};

/**
 * Makes homes, starts daemons, and lets every node trust every other for the roles it plays.
 * @param introduce `files`: identities are handed over as files. `ids`: every node knows the address of the first one,
 * and is told the ids of the others; all else it finds out from its peers.
 */
export const startNetwork = async (
  parties: Record<string, readonly string[]>,
  introduce: 'files' | 'ids' = 'files',
): Promise<LocalNetwork> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-'));
  const nodes = new Map<string, LocalNode>();
  const network: LocalNetwork = {
    directory,
    nodes,
    node: (name) => {
      const found = nodes.get(name);
      if (!found) throw new Error(`no node ${name}`);
      return found;
    },
    close: async () => {
      await Promise.all([...nodes.values()].map((node) => stopNode(node, 'SIGKILL')));
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    for (const [name, roles] of Object.entries(parties))
      nodes.set(name, await createNode(directory, name, roles));
    const [first, ...others] = [...nodes.values()];
    if (first) await startNode(first);
    if (first && introduce === 'ids') await bootstrapFrom(first, others);
    await Promise.all(others.map((node) => startNode(node)));
    await (introduce === 'ids' ? introduceByIds(network) : introduceByFiles(network));
    return network;
  } catch (thrown) {
    await network.close();
    throw thrown;
  }
};

export const createNode = async (
  directory: string,
  name: string,
  roles: readonly string[],
): Promise<LocalNode> => {
  const [port, apiPort] = await freePorts(2);
  if (port === undefined || apiPort === undefined) throw new Error('no free port');
  const home = join(directory, name);
  const { id } = await ask<{ id: string }>(
    { home },
    ...['init', '--yes', '--network', 'local', '--name', name, '--unlock', 'keyfile'],
    ...['--port', String(port), '--api-port', String(apiPort)],
    ...roles.flatMap((role) => ['--role', role]),
  );
  await appendFile(join(home, 'config.yaml'), LIMITS);
  return { name, roles, home, port, apiPort, id, daemon: undefined, output: [] };
};

/** Starts the daemon and waits until it answers. @param flags for Node.js itself */
export const startNode = async (node: LocalNode, flags: readonly string[] = []): Promise<void> => {
  const daemon = spawn(
    process.execPath,
    [...AS_INSTALLED, ...flags, MILAGRO, 'daemon', '--home', node.home],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  node.daemon = daemon;
  for (const stream of [daemon.stdout, daemon.stderr])
    stream.on('data', (chunk: Buffer) => node.output.push(chunk.toString()));
  const deadline = Date.now() + START_LIMIT;
  while (!node.output.join('').includes('the node runs')) {
    if (daemon.exitCode !== null || Date.now() > deadline)
      throw new Error(`${node.name} did not start:\n${node.output.join('')}`);
    await pause(20);
  }
};

/** Ends the daemon: SIGTERM asks, SIGKILL does not. */
export const stopNode = async (node: LocalNode, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  const { daemon } = node;
  if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill(signal);
  await ended;
  node.daemon = undefined;
  node.output.length = 0;
};

/** All that a newcomer is told of a network: where one of its nodes listens. */
const bootstrapFrom = async (first: LocalNode, others: readonly LocalNode[]): Promise<void> => {
  const { peerId } = await ask<{ peerId: string }>(first, 'id', 'show');
  const address = `/ip4/127.0.0.1/tcp/${first.port}/p2p/${peerId}`;
  for (const { home } of others)
    await appendFile(join(home, 'config.yaml'), `bootstrap:\n  - ${address}\n`);
};

const introduceByIds = async ({ nodes }: LocalNetwork): Promise<void> => {
  const all = [...nodes.values()];
  await Promise.all(
    all.map(async (node) => {
      for (const other of all)
        if (other !== node)
          await ask(
            node,
            ...['peer', 'add', other.id, '--name', other.name],
            ...other.roles.flatMap((role) => ['--role', role]),
          );
    }),
  );
};

const introduceByFiles = async ({ directory, nodes }: LocalNetwork): Promise<void> => {
  const files = new Map<string, string>();
  for (const node of nodes.values()) {
    const file = join(directory, `${node.name}.identity`);
    const { stdout } = await milagro(node, 'id', 'export');
    await writeFile(file, stdout);
    files.set(node.name, file);
  }
  for (const node of nodes.values())
    for (const other of nodes.values())
      if (other !== node)
        await ask(
          node,
          ...['peer', 'add', files.get(other.name) ?? '', '--name', other.name],
          ...other.roles.flatMap((role) => ['--role', role]),
        );
};

/** Ports that the system has just handed out and taken back. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    if (typeof address === 'object' && address !== null) ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
};

/** Resident set of a daemon, MiB. */
export const residentOf = (node: LocalNode): Promise<number> => memoryOf(node, 'VmRSS');

/**
 * What of it is the process's own, MiB: LevelDB maps its tables into memory, and those pages are the system's, which
 * takes them back when it needs them.
 */
export const ownMemoryOf = (node: LocalNode): Promise<number> => memoryOf(node, 'RssAnon');

const memoryOf = async ({ daemon }: LocalNode, kind: string): Promise<number> => {
  const status = await readFile(`/proc/${daemon?.pid}/status`, 'latin1');
  return Number(new RegExp(`${kind}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024;
};

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
