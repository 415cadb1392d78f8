import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNode, pause, residentOf, startNode, stopNode } from '../local-network.ts';
import { median, type Row } from './measure.ts';

const RUNS = 5;

/** What a person waits for and a machine holds: help, start of a node, memory of an idle one. */
export const processRows = async (): Promise<Row[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'milagro-bench-'));
  try {
    const bare = await runs(['--version']);
    const help = await runs([
      fileURLToPath(new URL('../../cli/main.js', import.meta.url)),
      '--help',
    ]);
    const node = await createNode(directory, 'idle', ['principal']);
    const starts: number[] = [];
    let memory = 0;
    for (let i = 0; i < RUNS; i++) {
      const start = performance.now();
      await startNode(node);
      starts.push(performance.now() - start);
      if (i === RUNS - 1) {
        await pause(3_000);
        memory = await residentOf(node);
      }
      await stopNode(node, 'SIGTERM');
    }
    return [
      { what: 'milagro --help', value: help, unit: 'ms', floor: bare, note: 'node --version' },
      {
        what: 'start of a node',
        value: median(starts),
        unit: 'ms',
        floor: null,
        note: 'until its API answers, key derivation included',
      },
      {
        what: 'memory of an idle node',
        value: memory,
        unit: 'MB',
        floor: null,
        note: 'resident set',
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const runs = async (words: string[]): Promise<number> => {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await new Promise((ended) =>
      spawn(process.execPath, words, { stdio: 'ignore' }).once('exit', ended),
    );
    times.push(performance.now() - start);
  }
  return median(times);
};
