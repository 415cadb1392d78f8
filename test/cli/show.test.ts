import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, momentOf } from '../../cli/inputs.ts';
import { columns } from '../../cli/show/columns.ts';
import { moment, relative, span } from '../../cli/show/moments.ts';
import { orderPage } from '../../cli/show/order-page.ts';
import { plain } from '../../cli/show/plain.ts';
import type { OrderView } from '../../src/domain/views.ts';
import { ADDRESS, BENEFICIARY, NOW, SELF, smallService } from '../api/small-service.ts';

const MINUTE = 60_000;

test('spans name their two largest units', () => {
  for (const [ms, text] of [
    [-5, '0 s'],
    [59_999, '59 s'],
    [MINUTE, '1 min'],
    [59 * MINUTE + 59_000, '59 min'],
    [60 * MINUTE, '1 h'],
    [200 * MINUTE, '3 h 20 min'],
    [24 * 60 * MINUTE, '1 d'],
    [100 * 60 * MINUTE, '4 d 4 h'],
  ] as const)
    assert.equal(span(ms), text);
  assert.equal(relative(NOW, NOW + 1_999), 'just now');
  assert.equal(relative(NOW - 5 * MINUTE, NOW), '5 min ago');
  assert.equal(moment(NOW + 5 * MINUTE, NOW), 'in 5 min (2027-01-15 08:05:00 UTC)');
});

test('columns are as wide as their widest cell and have no trailing blanks', () => {
  assert.equal(
    columns(
      [
        ['a', 'b'],
        ['ćććć', ''],
        ['', 'x'],
      ],
      1,
    ),
    ' a     b\n ćććć\n       x',
  );
});

test('plain text keeps letters and line ends, and nothing that acts on a terminal', () => {
  assert.equal(plain('ünï – … 漢字\nb'), 'ünï – … 漢字\nb');
  for (const bad of [
    '\u001b',
    '\u009b',
    '\r',
    '\t',
    '\u0000',
    '\u202e',
    '\u200d',
    '\u2028',
    '\ud800',
  ])
    assert.equal(plain(`a${bad}b`), 'a\u{fffd}b');
});

test('durations and times are what they look like', () => {
  assert.equal(duration('90s'), 90_000);
  assert.equal(duration('7d'), 604_800_000);
  assert.equal(momentOf('+1h', NOW), NOW + 3_600_000);
  assert.equal(momentOf('2027-01-31', NOW), Date.UTC(2027, 0, 31));
  assert.equal(momentOf('2027-01-31T12:30', NOW), Date.UTC(2027, 0, 31, 12, 30));
  assert.equal(momentOf('2027-01-31T12:30+02:00', NOW), Date.UTC(2027, 0, 31, 10, 30));
  for (const bad of ['', '5', 'h', '1.5h', '-1h', '5y', '1h30m', '9999999s'])
    assert.throws(() => duration(bad), /is no duration/);
  for (const bad of ['2027-02-31', '2027-13-01', 'tomorrow', '+', '1700000000', '2027-01-31T25:00'])
    assert.throws(() => momentOf(bad, NOW), bad === '+' ? /duration/ : /is no time/);
});

const order = async (part: Partial<OrderView>): Promise<OrderView> => ({
  ...(await smallService().createOrder(
    {
      coin: 'bitcoin',
      beneficiary: BENEFICIARY,
      fiduciaries: [],
      threshold: null,
      notBefore: null,
      expiresIn: 60 * MINUTE,
    },
    null,
  )),
  ...part,
});

test('the page of an order says what nobody told this node by an empty cell, not by a no', async () => {
  const redeemed = { beneficiary: BENEFICIARY, requestedAt: NOW, receiptedAt: NOW };
  const page = orderPage(await order({ redemption: redeemed }), NOW);
  assert.doesNotMatch(page, /released|dealt/);
  assert.match(page, /beneficiary +dora \(….{8}\) +no +no +yes/);
  const asked = { ...redeemed, receiptedAt: null };
  assert.match(
    orderPage(await order({ redemption: asked }), NOW),
    /requested just now, no receipt/,
  );
});

test('the page of an order names the next step', async () => {
  assert.match(orderPage(await order({}), NOW), /milagro order redeem .{8}$/);
  assert.match(
    orderPage(await order({ beneficiary: null }), NOW),
    /redeem .{8} --beneficiary NAME$/,
  );
  assert.match(orderPage(await order({ address: null }), NOW), /milagro order watch/);
  assert.match(orderPage(await order({ keyHeld: true }), NOW), /milagro key export .{8}$/);
  const foreign = await order({ address: ADDRESS, roles: [] });
  assert.doesNotMatch(orderPage(foreign, NOW), /milagro/);
});

test('waiting is told for a party, for the clock and for the operator', async () => {
  const waits = async (waiting: object) =>
    orderPage(
      await order({
        roles: [
          {
            role: 'principal',
            state: 's',
            since: NOW,
            events: 1,
            waitingFor: [
              { node: null, role: null, event: 'x', since: NOW - MINUTE, until: null, ...waiting },
            ],
          },
        ],
      }),
      NOW,
    );
  assert.match(await waits({ event: 'operator' }), /waits for your decision; for 1 min\n/);
  assert.match(
    await waits({ event: 'clock', until: NOW + MINUTE }),
    /waits for the set time, which is in 1 min\n/,
  );
  assert.match(
    await waits({ node: SELF, event: 'order.certified', until: NOW + MINUTE }),
    /waits for ada \(….{8}\): its certification of the wallet; for 1 min, gives up in 1 min\n/,
  );
  assert.match(
    await waits({ role: 'principal', event: 'order.proposed' }),
    /waits for the principal: the proposal; for 1 min\n/,
  );
});
