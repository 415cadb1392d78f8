import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '../../src/api/client.ts';
import { createNode, startNode, stopNode, type LocalNode } from '../local-network.ts';

/**
 * Nodes in processes of their own that trust each other, as local-network.ts makes them, but for how they get there:
 * eighteen of them would call the command line three hundred times.
 */
export interface BenchNetwork {
  nodes: readonly LocalNode[];
  node(name: string): LocalNode;
  close(): Promise<void>;
}

/** Tells what the node's own clock says of its event loop. */
const WATCH = fileURLToPath(new URL('./loop-delay.ts', import.meta.url));

/** @param watched the node that tells about its event loop */
export const benchNetwork = async (
  watched: string,
  parties: Record<string, readonly string[]>,
): Promise<BenchNetwork> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-bench-'));
  process.env['MILAGRO_BENCH_DELAYS'] = join(directory, 'delays');
  const nodes: LocalNode[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => stopNode(node, 'SIGKILL')));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const [name, roles] of Object.entries(parties))
      nodes.push(await createNode(directory, name, roles));
    for (const node of nodes)
      await startNode(node, node.name === watched ? ['--import', WATCH] : []);
    await introduce(nodes);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    nodes,
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (!found) throw new Error(`no node ${name}`);
      return found;
    },
    close,
  };
};

export const clientOf = async ({ home, apiPort }: LocalNode): Promise<Client> => {
  const token = (await readFile(join(home, 'api.token'), 'latin1')).trim();
  return createClient({ url: `http://127.0.0.1:${apiPort}`, token });
};

const ROLES = ['principal', 'beneficiary', 'fiduciary'] as const;

const introduce = async (nodes: readonly LocalNode[]): Promise<void> => {
  const files = new Map<LocalNode, string>();
  for (const node of nodes) files.set(node, await (await clientOf(node)).exportIdentity());
  for (const node of nodes) {
    const client = await clientOf(node);
    for (const [other, file] of files)
      if (other !== node)
        await client.addPeer({
          file,
          name: other.name,
          roles: ROLES.filter((role) => other.roles.includes(role)),
        });
  }
};

/**
 * From now on the others get the processor only when `watched` does not want it: so it is as fast as on a machine of its
 * own, where nodes are that trust each other with money.
 */
export const favour = async (watched: LocalNode, nodes: readonly LocalNode[]): Promise<void> => {
  for (const { daemon } of nodes.filter((node) => node !== watched))
    for (const thread of await readdir(`/proc/${daemon?.pid}/task`))
      setPriority(Number(thread), constants.priority.PRIORITY_LOW);
};

/** User and system time of all daemons so far, ms. */
export const cpuOf = async (nodes: readonly LocalNode[]): Promise<number> => {
  let ticks = 0;
  for (const { daemon } of nodes) {
    const stat = await readFile(`/proc/${daemon?.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
};
