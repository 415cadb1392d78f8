import type { IdentityView } from '../../../src/domain/views.ts';
import { yesFlag } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { identityPage } from '../../show/identity-page.ts';

export default class IdRevoke extends NodeCommand {
  static override summary = 'end the identity of this node, for good';
  static override description =
    'For keys that were stolen. Nobody believes anything this node signs afterwards: what it has still to release stays with it.';
  static override flags = { yes: yesFlag };

  override async run(): Promise<IdentityView> {
    const { flags } = await this.parse(IdRevoke);
    const { client, now } = await this.connect(flags);
    await this.confirm('This cannot be undone, by nobody. End the identity of this node?', flags);
    const identity = await client.revokeIdentity();
    this.print(identityPage(identity, now));
    return identity;
  }
}
