import { Flags } from '@oclif/core';
import type { PeerView } from '../../../src/domain/views.ts';
import { NodeCommand } from '../../node-command.ts';
import { peerList, peerPage } from '../../show/peer-list.ts';

export default class PeerList extends NodeCommand {
  static override summary = 'the nodes that this one trusts, and for what';
  static override flags = {
    long: Flags.boolean({ char: 'l', summary: 'with whole ids, fingerprints and addresses' }),
  };

  override async run(): Promise<{ peers: PeerView[] }> {
    const { flags } = await this.parse(PeerList);
    const { client, now } = await this.connect(flags);
    const peers = await client.peers();
    const long = flags.long && peers.length > 0;
    this.print(long ? peers.map((peer) => peerPage(peer, now)).join('\n\n') : peerList(peers, now));
    return { peers };
  }
}
