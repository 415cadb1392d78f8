import { Flags } from '@oclif/core';
import type { OrderListAnswer } from '../../../src/api/schemas.ts';
import { NodeCommand } from '../../node-command.ts';
import { orderList } from '../../show/order-list.ts';

export default class OrderList extends NodeCommand {
  static override summary = 'the orders that this node takes part in, newest first';
  static override flags = {
    page: Flags.integer({ min: 0, default: 0, summary: 'counted from 0' }),
    'per-page': Flags.integer({ min: 1, max: 100, default: 20, summary: 'orders on a page' }),
    oldest: Flags.boolean({ summary: 'oldest first' }),
  };

  override async run(): Promise<OrderListAnswer> {
    const { flags } = await this.parse(OrderList);
    const { client, now } = await this.connect(flags);
    const listed = await client.orders({
      page: flags.page,
      perPage: flags['per-page'],
      sortBy: flags.oldest ? 'dateCreatedAsc' : 'dateCreatedDesc',
    });
    this.print(orderList(listed, now));
    return listed;
  }
}
