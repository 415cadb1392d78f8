import type { IdentityAnswer } from '../../../src/api/schemas.ts';
import { NodeCommand } from '../../node-command.ts';
import { facts } from '../../show/columns.ts';

export default class IdShow extends NodeCommand {
  static override summary = 'the identity of this node';

  override async run(): Promise<IdentityAnswer> {
    const { flags } = await this.parse(IdShow);
    const { client } = await this.connect(flags);
    const own = await client.identity();
    this.print(
      [
        own.name,
        facts([
          ['id', own.idDocumentCID],
          ['fingerprint', own.fingerprint],
          ['peer id', own.peerId],
          ['network', own.network],
          ['addresses', own.addrs.join(' ') || '-'],
        ]),
      ].join('\n'),
    );
    return own;
  }
}
