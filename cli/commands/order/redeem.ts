import { Flags } from '@oclif/core';
import type { SecretAnswer } from '../../../src/api/schemas.ts';
import { idempotencyFlag, orderArgument, waitFlag, yesFlag } from '../../inputs.ts';
import { nodeNamed, orderNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { orderPage } from '../../show/order-page.ts';
import { party } from '../../show/words.ts';

export default class OrderRedeem extends NodeCommand {
  static override summary = 'let the beneficiary of an order receive its key';
  static override description =
    'The first beneficiary that is asked for is the only one for ever. The key never passes this node, unless it is the beneficiary.';
  static override args = { order: orderArgument };
  static override flags = {
    beneficiary: Flags.string({
      helpValue: 'NODE',
      summary: 'id, name or self; needed where the order names none',
    }),
    wait: waitFlag,
    'idempotency-key': idempotencyFlag,
    yes: yesFlag,
  };

  override async run(): Promise<SecretAnswer> {
    const { args, flags } = await this.parse(OrderRedeem);
    const { client, now } = await this.connect(flags);
    const orderReference = await orderNamed(client, args.order);
    const beneficiary =
      flags.beneficiary === undefined ? undefined : await nodeNamed(client, flags.beneficiary);
    if (beneficiary !== undefined)
      await this.confirm(
        `Hand the key to ${party(beneficiary, flags.beneficiary ?? null)}, for good?`,
        flags,
      );
    const answer = await client.redeemOrder(
      {
        orderReference,
        ...(beneficiary !== undefined && { beneficiaryIDDocumentCID: beneficiary }),
      },
      { wait: flags.wait, idempotencyKey: flags['idempotency-key'] },
    );
    this.print(orderPage(answer.order, now));
    return answer;
  }
}
