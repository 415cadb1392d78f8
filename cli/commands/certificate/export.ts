import { Flags } from '@oclif/core';
import { resolve } from 'node:path';
import { orderArgument, writeNewFile } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';

export default class CertificateExport extends NodeCommand {
  static override summary = 'the certificate of a wallet as a file that anybody can check';
  static override description =
    'The file is public, and holds the terms of the order, its certificate and the identities of its parties.';
  static override args = { order: orderArgument };
  static override flags = {
    out: Flags.string({ helpValue: 'FILE', summary: 'write a new file instead of printing' }),
  };

  override async run(): Promise<{ file: string } | { path: string }> {
    const { args, flags } = await this.parse(CertificateExport);
    const { client } = await this.connect(flags);
    const file = await client.certificate(await orderNamed(client, args.order));
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
