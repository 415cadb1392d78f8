import { Command, Flags } from '@oclif/core';
import { resolve } from 'node:path';
import type { Client } from '../src/api/client.ts';
import type { Config } from '../src/config.ts';
import { ConfigError, MilagroError, reason } from '../src/errors.ts';
import { plain } from './show/plain.ts';

/** 0 is success. A script can tell "no" from "asked wrongly" from "nobody there". */
export const EXIT = { refused: 1, usage: 2, unreachable: 3 } as const;

/** What all commands share: the node they speak to, how they print, and how they fail. */
export abstract class NodeCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    home: Flags.string({
      summary: 'directory of the node [default: $MILAGRO_HOME, else ~/.milagro]',
      helpValue: 'DIR',
      helpGroup: 'GLOBAL',
    }),
  };

  /** Absolute path of the node's directory. */
  protected async homeOf(flags: { home?: string | undefined }): Promise<string> {
    const { environment } = await import('../src/config.ts');
    return flags.home === undefined ? environment().home : resolve(flags.home);
  }

  /** The running node of this home, seen through its API. */
  protected async connect(flags: {
    home?: string | undefined;
  }): Promise<{ client: Client; config: Config; now: number }> {
    const home = await this.homeOf(flags);
    const [{ loadConfig }, { readToken }, { createClient }, { systemClock }] = await Promise.all([
      import('../src/config.ts'),
      import('../src/home.ts'),
      import('../src/api/client.ts'),
      import('../src/ports/clock.ts'),
    ]);
    const config = await loadConfig(home).catch((thrown: unknown) => {
      throw noNode(home, thrown);
    });
    const { host, port } = config.api;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const client = createClient({ url, token: await readToken(home) });
    return { client, config, now: systemClock.now() };
  }

  /** For people; with --json it says nothing. */
  protected print(text: string): void {
    this.log(plain(text));
  }

  /** A mistake in how the command was called, which no schema of oclif shows. */
  protected misused(message: string): never {
    return this.error(message, { exit: EXIT.usage });
  }

  /** Somebody sits at a terminal and can be asked. */
  protected get interactive(): boolean {
    return !this.jsonEnabled() && process.stdin.isTTY === true && process.stderr.isTTY === true;
  }

  /** Asks before something that cannot be undone. Without a terminal only --yes says yes. */
  protected async confirm(question: string, flags: { yes: boolean }): Promise<void> {
    if (flags.yes) return;
    if (!this.interactive) this.misused(`${question} There is nobody to ask: say --yes`);
    const { confirm } = await import('@inquirer/prompts');
    const agreed = await confirm(
      { message: plain(question), default: false },
      { output: process.stderr },
    );
    if (!agreed) this.error('not done', { exit: EXIT.refused });
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }

  protected override async catch(thrown: Error & { exitCode?: number }): Promise<void> {
    const failure = failureOf(thrown);
    process.exitCode = failure.exit;
    if (this.jsonEnabled()) {
      this.logJson({ error: { code: failure.code, message: failure.message, ...failure.more } });
      return;
    }
    // oclif found it while parsing: it shows the usage beside it.
    if (failure.code === 'usage' && 'parse' in thrown) throw thrown;
    process.stderr.write(`${this.config.bin}: ${plain(failure.message)}\n`);
    if (failure.code.includes('/')) process.stderr.write(`  ${plain(failure.code)}\n`);
  }
}

/** Whoever looks in the wrong directory should be told that, not which file is missing there. */
const noNode = (home: string, thrown: unknown): unknown =>
  thrown instanceof ConfigError && thrown.code === 'config/missing'
    ? new ConfigError('config/missing', `no node is in ${home}: milagro init makes one`)
    : thrown;

interface Failure {
  exit: number;
  code: string;
  message: string;
  more?: object;
}

const failureOf = (thrown: Error): Failure => {
  const message = reason(thrown);
  if (thrown instanceof MilagroError) {
    const exit = thrown.code === 'api/unreachable' ? EXIT.unreachable : EXIT.refused;
    const more = 'problem' in thrown ? { problem: thrown.problem } : {};
    return { exit, code: thrown.code, message, more };
  }
  if (thrown.name === 'ExitPromptError')
    return { exit: EXIT.refused, code: 'cancelled', message: 'not done' };
  const exit = oclifExit(thrown);
  if (exit === EXIT.usage) return { exit, code: 'usage', message };
  return { exit: EXIT.refused, code: exit === undefined ? 'unexpected' : 'refused', message };
};

const oclifExit = (thrown: Error): number | undefined => {
  const oclif: unknown = 'oclif' in thrown ? thrown.oclif : undefined;
  const exit =
    typeof oclif === 'object' && oclif !== null && 'exit' in oclif ? oclif.exit : undefined;
  return typeof exit === 'number' ? exit : undefined;
};
