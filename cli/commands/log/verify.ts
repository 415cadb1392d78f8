import { Flags } from '@oclif/core';
import type { VerifiedView } from '../../../src/domain/views.ts';
import { passphraseFlags } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { askPassphrase } from '../../passphrase.ts';
import { facts } from '../../show/columns.ts';
import { counted } from '../../show/words.ts';

export default class LogVerify extends NodeCommand {
  static override summary = 'check every record of the log against its hash and its seal';
  static override description =
    'With --offline the node must be stopped; its keystore is opened here.';
  static override flags = {
    offline: Flags.boolean({ summary: 'read the files of a node that does not run' }),
    ...passphraseFlags,
  };

  override async run(): Promise<VerifiedView> {
    const { flags } = await this.parse(LogVerify);
    const verified = flags.offline
      ? await this.#offline(flags)
      : await (await this.connect(flags)).client.verifyLog();
    const { records, streams, envelopes, secrets, head } = verified;
    this.print(
      [
        'the log is whole',
        facts([
          ['records', `${records} in ${counted(streams, 'stream')}`],
          ['envelopes', String(envelopes)],
          ['secrets', `${secrets}, each sealed`],
          ['head', head === null ? 'none' : `record ${head.seq}, ${head.hash}`],
        ]),
      ].join('\n'),
    );
    return verified;
  }

  async #offline(flags: {
    home?: string | undefined;
    'passphrase-file'?: string | undefined;
    'passphrase-env': boolean;
  }): Promise<VerifiedView> {
    const home = await this.homeOf(flags);
    const [{ environment }, { verifyHome }] = await Promise.all([
      import('../../../src/config.ts'),
      import('../../../src/main.ts'),
    ]);
    const source = {
      file: flags['passphrase-file'] ?? environment().passphraseFile,
      environment: flags['passphrase-env'],
      interactive: this.interactive,
    };
    const verified = await verifyHome({ home, passphrase: () => askPassphrase(source) });
    const { head } = verified;
    const shown = head && { seq: head.seq, hash: Buffer.from(head.hash).toString('hex') };
    return { ...verified, head: shown };
  }
}
