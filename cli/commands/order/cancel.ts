import { Flags } from '@oclif/core';
import type { OrderView } from '../../../src/domain/views.ts';
import { orderArgument, yesFlag } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { orderPage } from '../../show/order-page.ts';

export default class OrderCancel extends NodeCommand {
  static override summary = 'give up an order that is not ready yet';
  static override args = { order: orderArgument };
  static override flags = {
    reason: Flags.string({ summary: 'what the other parties are told' }),
    yes: yesFlag,
  };

  override async run(): Promise<OrderView> {
    const { args, flags } = await this.parse(OrderCancel);
    const { client, now } = await this.connect(flags);
    const reference = await orderNamed(client, args.order);
    await this.confirm(`Cancel order ${args.order} for all parties?`, flags);
    const order = await client.cancelOrder(reference, flags.reason);
    this.print(orderPage(order, now));
    return order;
  }
}
