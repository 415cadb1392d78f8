import type { BlameView, OrderView } from '../../../src/domain/views.ts';
import { orderArgument } from '../../inputs.ts';
import { orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { facts } from '../../show/columns.ts';
import { moment } from '../../show/moments.ts';
import { nameIn } from '../../show/words.ts';

export default class OrderBlame extends NodeCommand {
  static override summary = 'who cheated in an order, and the signed evidence';
  static override args = { order: orderArgument };

  override async run(): Promise<{ orderReference: string; blames: BlameView[] }> {
    const { args, flags } = await this.parse(OrderBlame);
    const { client, now } = await this.connect(flags);
    const order = await client.order(await orderNamed(client, args.order));
    this.print(
      order.blames.length === 0
        ? 'nobody is blamed in this order'
        : order.blames.map((blame) => blamePage(order, blame, now)).join('\n\n'),
    );
    return { orderReference: order.orderReference, blames: order.blames };
  }
}

const blamePage = (order: OrderView, blame: BlameView, now: number): string =>
  [
    nameIn(order, blame.node),
    facts([
      ['id', blame.node],
      ['fault', blame.code],
      ['verdict', blame.upheld ? 'proven by the evidence' : 'suspected, not proven'],
      ['when', moment(blame.at, now)],
      ...blame.evidence.map((envelope): [string, string] => ['evidence', envelope]),
    ]),
  ].join('\n');
