import type { PeerView } from '../../../src/domain/views.ts';
import { peerArgument, yesFlag } from '../../inputs.ts';
import { nodeNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { peerPage } from '../../show/peer-list.ts';

export default class PeerClear extends NodeCommand {
  static override summary = 'work again with a node that was blamed';
  static override description =
    'A node is blamed when signed evidence shows that it cheated: `milagro order blame` prints it.';
  static override args = { peer: peerArgument };
  static override flags = { yes: yesFlag };

  override async run(): Promise<PeerView> {
    const { args, flags } = await this.parse(PeerClear);
    const { client, now } = await this.connect(flags);
    const id = await nodeNamed(client, args.peer);
    await this.confirm(`Forgive ${args.peer}, which was caught cheating?`, flags);
    const peer = await client.clearBlame(id);
    this.print(peerPage(peer, now));
    return peer;
  }
}
