import { Args } from '@oclif/core';
import type { IdentityView } from '../../../src/domain/views.ts';
import { nodeNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { identityPage } from '../../show/identity-page.ts';

export default class IdResolve extends NodeCommand {
  static override summary = 'an identity, as peers know it now';
  static override args = {
    node: Args.string({ description: 'node id, or the name of a peer; left out: this node' }),
  };

  override async run(): Promise<IdentityView> {
    const { args, flags } = await this.parse(IdResolve);
    const { client, now } = await this.connect(flags);
    const identity = await client.resolveIdentity(await nodeNamed(client, args.node ?? 'self'));
    this.print(identityPage(identity, now));
    return identity;
  }
}
