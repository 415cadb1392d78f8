import { Flags } from '@oclif/core';
import { resolve } from 'node:path';
import { writeNewFile } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';

export default class IdExport extends NodeCommand {
  static override summary = 'the identity of this node as a file for other operators';
  static override description =
    'The file is public. Whoever gets it should compare the fingerprint with you over another channel.';
  static override flags = {
    out: Flags.string({ helpValue: 'FILE', summary: 'write a new file instead of printing' }),
  };

  override async run(): Promise<{ file: string } | { path: string }> {
    const { flags } = await this.parse(IdExport);
    const { client } = await this.connect(flags);
    const file = await client.exportIdentity();
    if (flags.out === undefined) {
      this.print(file.trimEnd());
      return { file };
    }
    const path = resolve(flags.out);
    await writeNewFile(path, file);
    this.print(`written to ${path}`);
    return { path };
  }
}
