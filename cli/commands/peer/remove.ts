import type { NodeId } from '../../../src/domain/ids.ts';
import { peerArgument, yesFlag } from '../../inputs.ts';
import { nodeNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';

export default class PeerRemove extends NodeCommand {
  static override summary = 'trust a node no longer';
  static override description = 'Orders that are open keep the parties they have.';
  static override args = { peer: peerArgument };
  static override flags = { yes: yesFlag };

  override async run(): Promise<{ removed: NodeId }> {
    const { args, flags } = await this.parse(PeerRemove);
    const { client } = await this.connect(flags);
    const removed = await nodeNamed(client, args.peer);
    await this.confirm(`Trust ${args.peer} no longer?`, flags);
    await client.removePeer(removed);
    this.print(`${args.peer} is removed`);
    return { removed };
  }
}
