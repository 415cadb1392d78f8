import { Flags } from '@oclif/core';
import type { IdentityView } from '../../../src/domain/views.ts';
import { yesFlag } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { identityPage } from '../../show/identity-page.ts';

export default class IdRotate extends NodeCommand {
  static override summary = 'new keys for this node; its id stays';
  static override description =
    'The pre-committed key signs from now on. Open orders go on with the keys that they began with, which are destroyed after the last of them.';
  static override flags = {
    key: Flags.option({
      options: ['kem', 'bls', 'peer'] as const,
      multiple: true,
      summary: 'replace only these besides the sign key; left out: kem and bls',
    })(),
    yes: yesFlag,
  };

  override async run(): Promise<IdentityView> {
    const { flags } = await this.parse(IdRotate);
    const { client, now } = await this.connect(flags);
    await this.confirm('Replace the keys of this node?', flags);
    const identity = await client.rotateIdentity(flags.key ?? ['kem', 'bls']);
    this.print(identityPage(identity, now));
    return identity;
  }
}
