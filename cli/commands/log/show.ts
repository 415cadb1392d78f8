import { Flags } from '@oclif/core';
import type { RecordView } from '../../../src/domain/views.ts';
import { orderArgument } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { records } from '../../show/records.ts';

export default class LogShow extends NodeCommand {
  static override summary = 'what this node recorded of an order';
  static override args = { order: orderArgument };
  static override flags = {
    role: Flags.option({
      options: ['principal', 'fiduciary', 'beneficiary'] as const,
      summary: 'only what it did as this',
    })(),
    detail: Flags.boolean({ summary: 'with the facts themselves' }),
  };

  override async run(): Promise<{ records: RecordView[] }> {
    const { args, flags } = await this.parse(LogShow);
    const { client } = await this.connect(flags);
    const order = await orderNamed(client, args.order);
    const found = await client.records(order, flags.role ?? null);
    this.print(records(found, flags.detail));
    return { records: found };
  }
}
