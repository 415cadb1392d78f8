import { Args } from '@oclif/core';
import { readPublicFile } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { facts } from '../../show/columns.ts';

export default class IdVerify extends NodeCommand {
  static override summary = 'check an identity file; needs no node';
  static override args = {
    file: Args.string({ required: true, description: 'identity file; - for standard input' }),
  };

  override async run(): Promise<{
    id: string;
    fingerprint: string;
    seq: number;
    revoked: boolean;
  }> {
    const { args } = await this.parse(IdVerify);
    const [{ readExport }, { fingerprint }] = await Promise.all([
      import('../../../src/identity/export-file.ts'),
      import('../../../src/identity/fingerprint.ts'),
    ]);
    const { state } = readExport(await readPublicFile(args.file));
    const checked = {
      id: state.id,
      fingerprint: fingerprint(state.id),
      seq: state.seq,
      revoked: state.revoked,
    };
    this.print(
      [
        `every block of ${state.name} is signed and proven`,
        facts([
          ['id', checked.id],
          ['fingerprint', checked.fingerprint],
          ['keys', `state ${checked.seq}${checked.revoked ? ', revoked' : ''}`],
        ]),
        '',
        'a file shows what its giver knows: newer states may exist',
      ].join('\n'),
    );
    return checked;
  }
}
