import type { StatusAnswer } from '../../src/api/schemas.ts';
import { NodeCommand } from '../node-command.ts';
import { facts } from '../show/columns.ts';
import { counted } from '../show/words.ts';

export default class Status extends NodeCommand {
  static override summary = 'how the node is';

  override async run(): Promise<StatusAnswer> {
    const { flags } = await this.parse(Status);
    const { client } = await this.connect(flags);
    const status = await client.status();
    this.print(
      [
        `${status.name}, ${status.nodeType} on network ${status.network}`,
        facts([
          ['id', status.nodeCID],
          ['fingerprint', status.fingerprint],
          ['peer id', status.peerId],
          ['listens at', status.listening.join(' ') || 'nowhere'],
          ['connected to', counted(status.connections, 'peer')],
          ['orders', String(status.orders)],
          ['unconfirmed', counted(status.unacknowledged, 'message')],
          ['log', `${counted(status.log.records, 'record')}, ${status.log.state}`],
          ['version', status.version],
        ]),
      ].join('\n'),
    );
    return status;
  }
}
