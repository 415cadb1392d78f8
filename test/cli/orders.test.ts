import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortId } from '../../src/domain/ids.ts';
import { ADDRESS, BENEFICIARY, FIDUCIARIES, id, SELF } from '../api/small-service.ts';
import { nodeWithHome } from './milagro.ts';

const REF = id(100);

test('an order is made from names, shown, and found by the end of its reference', async (t) => {
  const { run, service } = await nodeWithHome(t);
  const made = await run([
    ...['order', 'create', '--coin', 'ethereum', '--beneficiary', 'dora', '--fiduciary', 'alice'],
    ...['--fiduciary', 'bob', '--fiduciary', 'carol', '--threshold', '2', '--expires-in', '2h'],
    ...['--not-before', '2027-01-31', '--idempotency-key', 'k'],
  ]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, new RegExp(ADDRESS));
  assert.match(made.stdout, /guarded by +2 of 3 fiduciaries/);
  assert.deepEqual(service.calls[0], {
    name: 'createOrder',
    key: 'k',
    input: {
      coin: 'ethereum',
      beneficiary: BENEFICIARY,
      fiduciaries: FIDUCIARIES,
      threshold: 2,
      notBefore: Date.UTC(2027, 0, 31),
      expiresIn: 7_200_000,
    },
  });
  const shown = await run(['order', 'show', shortId(REF)]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, new RegExp(REF));
  const listed = await run(['order', 'list', '--json']);
  assert.deepEqual(JSON.parse(listed.stdout).orderReference, [REF]);
});

test('what the order waits for is said in words, and a single fiduciary is named', async (t) => {
  const { run, service } = await nodeWithHome(t);
  service.prompt = false;
  const made = await run(['order', 'create', '--fiduciary', 'carol']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /address +not yet/);
  assert.match(made.stdout, /guarded by +single fiduciary/);
  assert.match(
    made.stdout,
    /waits for carol \(….{8}\): its contribution to the key; for 0 s, gives up/,
  );
  assert.match(made.stdout, /recorded, not ready yet/);
  const listed = await run(['order', 'list']);
  assert.match(listed.stdout, /single fiduciary/);
});

test('an order that needs every fiduciary is not made without a yes', async (t) => {
  const { run, service } = await nodeWithHome(t);
  const all = ['order', 'create', '--fiduciary', 'alice', '--fiduciary', 'bob'];
  const refused = await run(all);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /if one is lost, the funds are lost/);
  const json = await run([...all, '--json']);
  assert.equal(JSON.parse(json.stdout).error.code, 'usage');
  const unnamed = await run(['order', 'create', '--threshold', '3']);
  assert.equal(unnamed.code, 2);
  assert.deepEqual(service.calls, []);
  assert.equal((await run([...all, '--yes'])).code, 0);
});

test('a name that nobody has, or two have, is refused before anything is asked', async (t) => {
  const { run, service } = await nodeWithHome(t);
  const file = `milagro-identity 1\n${id(9)}\nAAAA\n`;
  await service.addPeer({ file, name: 'alice', roles: ['fiduciary'] });
  for (const name of ['zoe', 'alice']) {
    const { code, stderr } = await run(['order', 'create', '--fiduciary', name]);
    assert.equal(code, 1);
    assert.match(stderr, /node\/party-unknown/);
  }
  const unknown = await run(['order', 'show', 'qqqqqqqq']);
  assert.match(unknown.stderr, /node\/order-unknown/);
  assert.deepEqual(service.calls, []);
});

test('a refusal is 1 with its code, as text and as JSON', async (t) => {
  const { run, service } = await nodeWithHome(t);
  service.prompt = false;
  await run(['order', 'create', '--yes']);
  await run(['order', 'cancel', REF, '--yes', '--reason', 'no']);
  const text = await run(['order', 'redeem', REF, '--beneficiary', 'self', '--yes']);
  assert.equal(text.code, 1);
  assert.equal(text.stdout, '');
  assert.match(text.stderr, /^milagro: the order ended without a wallet: order\/cancelled no\n/);
  assert.match(text.stderr, /node\/order-state/);
  const json = await run(['order', 'redeem', REF, '--beneficiary', 'self', '--yes', '--json']);
  assert.equal(json.code, 1);
  assert.equal(json.stderr, '');
  const { error } = JSON.parse(json.stdout);
  assert.equal(error.code, 'node/order-state');
  assert.equal(error.problem.status, 409);
  assert.equal(error.problem.orderReference, REF);
});

test('a redemption that names the beneficiary for good asks first', async (t) => {
  const { run } = await nodeWithHome(t);
  await run(['order', 'create', '--yes']);
  const redeem = ['order', 'redeem', shortId(REF), '--beneficiary', 'self'];
  assert.equal((await run(redeem)).code, 2);
  const done = await run([...redeem, '--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /the beneficiary has the key/);
  assert.match(done.stdout, /milagro key export/);
  assert.doesNotMatch(done.stdout, /no receipt/);
});

test('a watch tells each change and ends with the order', async (t) => {
  const { start, run, service } = await nodeWithHome(t);
  service.prompt = false;
  await run(['order', 'create', '--yes', '--beneficiary', 'self']);
  const watch = start(['order', 'watch', REF, '--json']);
  const lines: { threshold: number }[] = [];
  for await (const text of watch.stdout) {
    lines.push(
      ...text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { threshold: number }),
    );
    if (lines.length === 1) service.change(REF, { threshold: 3 });
    if (lines.length === 2)
      service.change(REF, {
        address: ADDRESS,
        redemption: { beneficiary: SELF, requestedAt: 1, receiptedAt: 2 },
      });
  }
  assert.equal((await watch.ended).code, 0);
  assert.deepEqual(
    lines.map(({ threshold }) => threshold),
    [2, 3, 3],
  );
});

test('a watch of an order that ends without a wallet is 1; of a node that stops, 3', async (t) => {
  const { start, run, service, api } = await nodeWithHome(t);
  service.prompt = false;
  await run(['order', 'create', '--yes']);
  const first = start(['order', 'watch', REF]);
  for await (const _ of first.stdout)
    if ((await service.order(REF)).ended === null) await service.cancelOrder(REF, 'no');
  assert.equal((await first.ended).code, 1);
  await run(['order', 'create', '--yes']);
  const second = start(['order', 'watch', id(101)]);
  for await (const _ of second.stdout) await api.close();
  assert.equal((await second.ended).code, 3);
});

test('what another node wrote cannot steer the terminal', async (t) => {
  const { run, service } = await nodeWithHome(t);
  service.prompt = false;
  await run(['order', 'create', '--yes']);
  service.change(REF, {
    ended: { by: id(4), code: 'refusal/coin', text: 'no\u001b[2J\u009b31m\u202eevil\r\n' },
  });
  const { stdout } = await run(['order', 'show', REF]);
  assert.match(stdout, /ended without a wallet by carol/);
  for (const bad of ['\u001b', '\u009b', '\u202e', '\r']) assert.ok(!stdout.includes(bad));
});

test('blame names the party, the fault and the evidence', async (t) => {
  const { run, service } = await nodeWithHome(t);
  await run(['order', 'create', '--yes']);
  assert.match((await run(['order', 'blame', REF])).stdout, /nobody is blamed/);
  service.change(REF, {
    blames: [{ node: id(4), code: 'fault/proof-invalid', at: 1, evidence: [id(50)], upheld: true }],
  });
  const { stdout } = await run(['order', 'blame', REF]);
  for (const expected of [/carol/, /fault\/proof-invalid/, new RegExp(id(50)), /proven/])
    assert.match(stdout, expected);
});
