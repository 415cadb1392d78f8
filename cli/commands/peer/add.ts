import { Args, Flags } from '@oclif/core';
import { isCid, type Role } from '../../../src/domain/ids.ts';
import type { PeerView } from '../../../src/domain/views.ts';
import { readPublicFile } from '../../inputs.ts';
import { NodeCommand } from '../../node-command.ts';
import { peerPage } from '../../show/peer-list.ts';

export default class PeerAdd extends NodeCommand {
  static override summary = 'trust another node for a role';
  static override description =
    'The file comes from `milagro id export` there. Compare the fingerprint with its operator, by voice for example.';
  static override examples = ['<%= config.bin %> peer add alice.identity --role fiduciary'];
  static override args = {
    identity: Args.string({
      required: true,
      description: 'identity file, - for standard input; or a node id, which is looked up at peers',
    }),
  };
  static override flags = {
    role: Flags.option({
      options: ['principal', 'fiduciary', 'beneficiary'] as const,
      multiple: true,
      required: true,
      summary: 'what to trust it for',
    })(),
    name: Flags.string({ summary: 'what to call it here' }),
  };

  override async run(): Promise<PeerView> {
    const { args, flags } = await this.parse(PeerAdd);
    const { client, now } = await this.connect(flags);
    const roles: Role[] = [...new Set(flags.role)];
    const identity = isCid(args.identity)
      ? { id: args.identity }
      : { file: await readPublicFile(args.identity) };
    const peer = await client.addPeer({ ...identity, name: flags.name ?? null, roles });
    this.print(`${peerPage(peer, now)}\n\nCompare the fingerprint with the operator of that node.`);
    return peer;
  }
}
