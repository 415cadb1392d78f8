import { Flags } from '@oclif/core';
import type { OrderView } from '../../../src/domain/views.ts';
import { ApiError } from '../../../src/errors.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { orderArgument } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { EXIT, NodeCommand } from '../../node-command.ts';
import { orderLine } from '../../show/order-list.ts';
import { stamp } from '../../show/moments.ts';
import { orderPage } from '../../show/order-page.ts';

export default class OrderWatch extends NodeCommand {
  static override summary = 'follow an order, one line for each change';
  static override description =
    'It ends when the order is redeemed, or earlier with --until ready; 1 when the order ended without a wallet.\n' +
    'With --json each change is one line of JSON.';
  static override args = { order: orderArgument };
  static override flags = {
    until: Flags.option({
      options: ['ready', 'redeemed'] as const,
      default: 'redeemed' as const,
      summary: 'when to stop',
    })(),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(OrderWatch);
    const { client } = await this.connect(flags);
    const reference = await orderNamed(client, args.order);
    for await (const order of client.watchOrder(reference)) {
      if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(order)}\n`);
      else this.print(`${stamp(systemClock.now())}  ${orderLine(order)}`);
      if (!isOver(order, flags.until)) continue;
      this.print(`\n${orderPage(order, systemClock.now())}`);
      if (order.ended !== null) process.exitCode = EXIT.refused;
      return;
    }
    throw new ApiError('api/unreachable', 'the node stopped');
  }
}

const isOver = (order: OrderView, until: 'ready' | 'redeemed'): boolean => {
  if (order.ended !== null) return true;
  if (until === 'ready' && order.address !== null) return true;
  return order.redemption !== null && order.redemption.receiptedAt !== null;
};
