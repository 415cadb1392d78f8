import { Flags } from '@oclif/core';
import { shortId } from '../../../src/domain/ids.ts';
import type { Client } from '../../../src/api/client.ts';
import type { OrderAnswer } from '../../../src/api/schemas.ts';
import type { Config } from '../../../src/config.ts';
import { duration, idempotencyFlag, momentOf, waitFlag, yesFlag } from '../../inputs.ts';
import { nodeNamed } from '../../names.ts';
import { NodeCommand } from '../../node-command.ts';
import { orderPage } from '../../show/order-page.ts';

export default class OrderCreate extends NodeCommand {
  static override summary = 'order a wallet address';
  static override description =
    'The address is shown when every party has certified it. Until then nobody should pay to it.';
  static override examples = [
    '<%= config.bin %> order create --beneficiary dora --fiduciary alice --fiduciary bob --fiduciary carol --threshold 2',
    '<%= config.bin %> order create --coin ethereum --not-before 2027-01-31',
  ];
  static override flags = {
    coin: Flags.string({
      helpValue: 'COIN',
      summary: 'name of the coin, or its number in SLIP-44',
    }),
    beneficiary: Flags.string({
      helpValue: 'NODE',
      summary: 'who may receive the key: id, name or self; left out, it is named at redemption',
    }),
    fiduciary: Flags.string({
      helpValue: 'NODE',
      multiple: true,
      summary: 'who guards the shares: id or name; left out, all that are trusted',
    }),
    threshold: Flags.integer({
      min: 1,
      max: 32,
      helpValue: 'T',
      summary: 'how many of them are needed; left out, more than half',
    }),
    'not-before': Flags.string({
      helpValue: 'TIME',
      summary: 'no key before: 2027-01-31, 2027-01-31T12:00Z or +30d',
    }),
    'expires-in': Flags.string({
      helpValue: 'DURATION',
      summary: 'how long the parties have to certify it: 15m, 24h, 7d',
    }),
    wait: waitFlag,
    'idempotency-key': idempotencyFlag,
    yes: yesFlag,
  };

  override async run(): Promise<OrderAnswer> {
    const { flags } = await this.parse(OrderCreate);
    const { client, config, now } = await this.connect(flags);
    const expiresIn = flags['expires-in'];
    const notBefore = flags['not-before'];
    const times = {
      ...(notBefore !== undefined && { notBefore: momentOf(notBefore, now) }),
      ...(expiresIn !== undefined && { expiresIn: duration(expiresIn) }),
    };
    const named = await Promise.all((flags.fiduciary ?? []).map((text) => nodeNamed(client, text)));
    const fiduciaries = [...new Set(named)];
    await this.#confirmLoss(await guards(client, config, fiduciaries), flags);

    const answer = await client.createOrder(
      {
        ...(flags.coin !== undefined && { coin: flags.coin }),
        ...(flags.beneficiary !== undefined && {
          beneficiaryIDDocumentCID: await nodeNamed(client, flags.beneficiary),
        }),
        fiduciaries,
        ...(flags.threshold !== undefined && { threshold: flags.threshold }),
        ...times,
      },
      { wait: flags.wait, idempotencyKey: flags['idempotency-key'] },
    );
    this.print(orderPage(answer.order, now));
    if (answer.order.address === null)
      this.print(
        `\nrecorded, not ready yet; order ${shortId(answer.orderReference)} goes on by itself`,
      );
    return answer;
  }

  /** Where every fiduciary is needed, one lost disk is the loss of the funds. */
  async #confirmLoss(
    n: number,
    flags: { threshold?: number | undefined; yes: boolean },
  ): Promise<void> {
    const t = flags.threshold ?? Math.floor(n / 2) + 1;
    if (n > 1 && t === n)
      await this.confirm(
        `All ${n} fiduciaries are needed: if one is lost, the funds are lost. Order it?`,
        flags,
      );
  }
}

/** How many fiduciaries there will be. */
const guards = async (
  client: Client,
  config: Config,
  named: readonly string[],
): Promise<number> => {
  if (named.length > 0) return named.length;
  const trusted = (await client.peers()).filter(
    ({ roles, blamed }) => roles.includes('fiduciary') && blamed === null,
  );
  return trusted.length + (config.roles.includes('fiduciary') ? 1 : 0);
};
