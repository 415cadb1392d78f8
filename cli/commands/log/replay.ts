import { Args } from '@oclif/core';
import type { ReplayAnswer } from '../../../src/api/schemas.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { counted } from '../../show/words.ts';

export default class LogReplay extends NodeCommand {
  static override summary = 'fold the log again from nothing and compare';
  static override description =
    'Every state and every effect must come out as it was recorded. Nothing is sent and nothing changes.';
  static override args = {
    order: Args.string({ description: 'order reference; left out, all orders' }),
  };

  override async run(): Promise<ReplayAnswer> {
    const { args, flags } = await this.parse(LogReplay);
    const { client } = await this.connect(flags);
    const order = args.order === undefined ? null : await orderNamed(client, args.order);
    const replayed = await client.replayLog(order);
    const { streams, events, stateHash } = replayed;
    this.print(
      `the same again: ${counted(events, 'event')} in ${counted(streams, 'stream')}\n  state ${stateHash}`,
    );
    return replayed;
  }
}
