import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createApi, listen } from '../../src/api/server.ts';
import { writeConfig } from '../../src/config.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { TOKEN } from '../api/small-api.ts';
import { smallService } from '../api/small-service.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.js');

/** Halves what a start costs; for tests only, as whoever can write there decides what runs. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/compile');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  stdout: AsyncIterable<string>;
  /** Resolves when standard error has said so; rejects when the command ends without. */
  said(what: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Outcome>;
}

/** Starts the real command line as a process of its own, without a terminal. */
export const start = (
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Running => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      NODE_COMPILE_CACHE: CACHE,
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    stdout: child.stdout as AsyncIterable<string>,
    said: (what) =>
      new Promise((resolve, reject) => {
        child.stderr.on('data', () => what.test(stderr) && resolve());
        child.once('close', () => reject(new Error(`never said ${what}: ${stderr}`)));
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
};

export const temporary = async (t: TestContext): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'milagro-cli-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
};

/** A home whose API is answered by the small service, and commands run against it. */
export const nodeWithHome = async (t: TestContext) => {
  const home = await temporary(t);
  const service = smallService({ now: systemClock.now });
  const api = createApi({
    service,
    token: TOKEN,
    clock: systemClock,
    limits: { wait: 0 },
    orders: { coin: 'bitcoin', expiresIn: 86_400_000 },
  });
  const url = await listen(api, '127.0.0.1', 0);
  t.after(() => api.close());
  await writeConfig(home, {
    network: 'test',
    name: 'ada',
    roles: ['principal', 'beneficiary'],
    api: { port: Number(new URL(url).port) },
  });
  await writeFile(join(home, 'api.token'), TOKEN, { mode: 0o600 });
  const env = { MILAGRO_HOME: home };
  return {
    home,
    service,
    api,
    env,
    run: (args: readonly string[], input?: string) =>
      start(args, { env, ...(input !== undefined && { input }) }).ended,
    start: (args: readonly string[]) => start(args, { env }),
  };
};
