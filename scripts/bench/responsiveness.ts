import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause, type LocalNode } from '../local-network.ts';
import { quantile, type Row } from './measure.ts';
import { clientOf } from './network.ts';

/** Between two requests to the watched node, ms. */
const EVERY = 10;
const GOAL = 100;

/** Asks a node for its status while others keep it busy. @param where it runs, for the reader */
export const watchNode = async (
  node: LocalNode,
  where: string,
): Promise<{ end(): Promise<Row[]> }> => {
  await delaysIn(node);
  const times: number[] = [];
  let ended = false;
  const asking = (async () => {
    const client = await clientOf(node);
    while (!ended) {
      const start = performance.now();
      await client.status();
      times.push(performance.now() - start);
      await pause(EVERY);
    }
  })();
  return {
    end: async () => {
      ended = true;
      await asking;
      const within = times.filter((ms) => ms < GOAL).length / times.length;
      const answered: Row = {
        what: `status of a fiduciary ${where}, p99`,
        value: quantile(times, 0.99),
        unit: 'ms',
        floor: null,
        note: `${(100 * within).toFixed(1)}% of ${times.length} requests within ${GOAL} ms`,
      };
      const delays = await delaysIn(node);
      if (delays === undefined) return [answered];
      const delayed: Row = {
        what: `delay of its event loop ${where}, p99`,
        value: delays.p99,
        unit: 'ms',
        floor: null,
        note: `measured in the process every 10 ms: p50 ${delays.p50.toFixed(1)}, most ${delays.max.toFixed(0)}`,
      };
      return [answered, delayed];
    },
  };
};

interface Delays {
  p50: number;
  p99: number;
  max: number;
}

const delaysIn = async ({ daemon, home }: LocalNode): Promise<Delays | undefined> => {
  if (daemon?.pid === undefined) return undefined;
  daemon.kill('SIGUSR2');
  await pause(200);
  const file = join(home, '..', `delays.${daemon.pid}`);
  return JSON.parse(await readFile(file, 'latin1')) as Delays;
};
