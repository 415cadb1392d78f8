import { passphraseFlags } from '../inputs.ts';
import { NodeCommand } from '../node-command.ts';
import { askPassphrase } from '../passphrase.ts';
import { facts } from '../show/columns.ts';

export default class DaemonCommand extends NodeCommand {
  static override summary = 'run the node in the foreground';
  static override description =
    'It logs JSON to standard output and stops cleanly on SIGTERM or SIGINT (Ctrl-C).';
  static override enableJsonFlag = false;
  static override flags = passphraseFlags;

  override async run(): Promise<void> {
    const { flags } = await this.parse(DaemonCommand);
    const home = await this.homeOf(flags);
    const [{ environment }, { startDaemon }] = await Promise.all([
      import('../../src/config.ts'),
      import('../../src/main.ts'),
    ]);
    const source = {
      file: flags['passphrase-file'] ?? environment().passphraseFile,
      environment: flags['passphrase-env'],
      interactive: this.interactive,
    };
    // Before the start, so that a signal which comes while the log is verified is not lost.
    const asked = stopSignal();
    const daemon = await startDaemon({ home, passphrase: () => askPassphrase(source) });
    // Standard output is the log.
    this.logToStderr(
      [
        `the node runs; ${process.stderr.isTTY === true ? 'Ctrl-C stops it' : `process ${process.pid}`}`,
        facts([
          ['id', daemon.id],
          ['nodes', daemon.listening.join(' ') || 'listens nowhere'],
          ['operator', daemon.api],
        ]),
      ].join('\n'),
    );
    this.logToStderr(`stopping: ${await asked}`);
    await daemon.stop();
  }

  /** A start that failed half-way must not leave a process behind that looks like a node; the log bears a kill. */
  protected override async catch(thrown: Error): Promise<void> {
    await super.catch(thrown);
    process.exit();
  }
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The first signal asks, and takes its handlers away: the second ends the process as usual. */
const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((asked) => {
    const stop = (signal: NodeJS.Signals): void => {
      for (const each of SIGNALS) process.off(each, stop);
      asked(signal);
    };
    for (const each of SIGNALS) process.on(each, stop);
  });
