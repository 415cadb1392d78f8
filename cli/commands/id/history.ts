import { Args } from '@oclif/core';
import type { IdentityView } from '../../../src/domain/views.ts';
import { nodeNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { identityHistory } from '../../show/identity-page.ts';

export default class IdHistory extends NodeCommand {
  static override summary =
    'every state of the keys of an identity: when it was made, and what was new';
  static override description =
    'As peers know it now. Times are by the clock of its owner. A state that was made twice proves two histories.';
  static override args = {
    node: Args.string({ description: 'node id, or the name of a peer; left out: this node' }),
  };

  override async run(): Promise<IdentityView['history']> {
    const { args, flags } = await this.parse(IdHistory);
    const { client, now } = await this.connect(flags);
    const identity = await client.resolveIdentity(await nodeNamed(client, args.node ?? 'self'));
    this.print(identityHistory(identity, now));
    return identity.history;
  }
}
