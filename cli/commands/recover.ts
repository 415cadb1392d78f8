import type { RecoverAnswer } from '../../src/api/schemas.ts';
import { yesFlag } from '../inputs.ts';
import { NodeCommand } from '../node-command.ts';

export default class Recover extends NodeCommand {
  static override summary = 'go on after a rollback, giving up what was lost';
  static override description =
    'A node that was started on an older copy of its data stops before it signs anything twice. Restoring the newest copy is better than this: here the lost records are given up, and the part of this node in every open order ends.';
  static override flags = { yes: yesFlag };

  override async run(): Promise<RecoverAnswer> {
    const { flags } = await this.parse(Recover);
    const { client } = await this.connect(flags);
    await this.confirm(
      'Shares that this node guards in open orders will not be released any more. Give up what was lost?',
      flags,
    );
    const recovered = await client.recover();
    this.print(
      recovered.heads.length === 0 && recovered.endedRoles === 0
        ? 'nothing was lost: no peer has seen more of this node than it holds'
        : `given up: ${lost(recovered.heads)}; roles ended in open orders: ${recovered.endedRoles}`,
    );
    return recovered;
  }
}

const lost = (heads: readonly number[]): string =>
  heads.length === 0 ? 'what was done with newer keys' : `records up to ${Math.max(...heads)}`;
