import type { OrderView } from '../../../src/domain/views.ts';
import { orderArgument } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { orderPage } from '../../show/order-page.ts';

export default class OrderShow extends NodeCommand {
  static override summary = 'one order: its address, its parties, and what it waits for';
  static override args = { order: orderArgument };

  override async run(): Promise<OrderView> {
    const { args, flags } = await this.parse(OrderShow);
    const { client, now } = await this.connect(flags);
    const order = await client.order(await orderNamed(client, args.order));
    this.print(orderPage(order, now));
    return order;
  }
}
