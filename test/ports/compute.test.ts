import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { dkgContributions, rosterOf } from '../../src/custody/contribution.ts';
import { DkgError } from '../../src/crypto/dkg-contribution.ts';
import { CryptoError } from '../../src/errors.ts';
import { packed, unpacked, wipeBytes } from '../../src/ports/compute-message.ts';
import { inlineCompute, type Compute, type JobInput } from '../../src/ports/compute.ts';
import { workerCompute } from '../../src/ports/worker-compute.ts';
import { dealAll, hold } from '../custody/ceremony.ts';

const order = hold({ n: 3 });
const contributions = dkgContributions(order.contributions);
const [, first] = order.made;
const { node: self, secret } = first!;
const seat = {
  ctx: order.ctx,
  roster: rosterOf(order.terms),
  threshold: order.terms.threshold,
  self,
};
const dealt = dealAll(order, order.made, order.contributions);
const toSelf = dealt.flatMap(({ node: from, shares }) =>
  shares.filter(({ to }) => to === self).map(({ share }) => ({ from, share })),
);
const round2: JobInput<'dkgRound2'> = { ...seat, secret, contributions };
const finish: JobInput<'dkgFinish'> = {
  ...seat,
  secret: dealt.find(({ node }) => node === self)!.secret,
  contributions,
  shares: toSelf,
};
const { share } = order.shares.find(({ node }) => node === self)!;

const pools: Record<string, () => Compute> = {
  'in the own thread': inlineCompute,
  'in one thread': () => workerCompute({ threads: 1 }),
  'in two threads': () => workerCompute({ threads: 2 }),
};

for (const [where, make] of Object.entries(pools))
  describe(`computing ${where}`, () => {
    const compute = make();
    after(() => compute.close());

    it('gives what the functions give, in Buffers', async () => {
      const answer = await compute.run('dkgRound2', round2);
      assert.deepEqual(answer.shares, dealt.find(({ node }) => node === self)?.shares);
      assert.ok(Buffer.isBuffer(answer.secret) && Buffer.isBuffer(answer.shares[0]?.share));
      const finished = await compute.run('dkgFinish', finish);
      assert.deepEqual(finished, { share, groupKey: order.wallet.groupKey });
      const check = { ctx: order.ctx, contributions, node: self, share };
      assert.equal(await compute.run('verifyShare', check), true);
      assert.equal(
        await compute.run('verifyShare', { ...check, share: secret.subarray(0, 32) }),
        false,
      );
    });

    it('does several jobs at once', async () => {
      const check = { ctx: order.ctx, contributions, node: self, share };
      const answers = await Promise.all(
        [share, Buffer.alloc(32, 1), share].map((one) =>
          compute.run('verifyShare', { ...check, share: one }),
        ),
      );
      assert.deepEqual(answers, [true, false, true]);
    });

    it('throws what the functions throw, with the culprits', async () => {
      const [wrong, ...rest] = toSelf;
      const shares = [{ from: wrong!.from, share: Buffer.alloc(32, 1) }, ...rest];
      await assert.rejects(compute.run('dkgFinish', { ...finish, shares }), (thrown) => {
        assert.ok(thrown instanceof DkgError);
        assert.equal(thrown.code, 'crypto/share-invalid');
        assert.deepEqual(thrown.culprits, [wrong!.from]);
        return true;
      });
      await assert.rejects(
        compute.run('dkgRound2', { ...round2, secret: Buffer.alloc(5) }),
        (thrown) => thrown instanceof CryptoError && thrown.code === 'crypto/state-invalid',
      );
    });

    it('leaves secrets that go in to the caller', async () => {
      const before = secret.toString('hex');
      await compute.run('dkgRound2', round2);
      assert.equal(secret.toString('hex'), before);
    });
  });

describe('pool of threads', () => {
  it('refuses when closed, what waits and what comes', async () => {
    const compute = workerCompute({ threads: 1 });
    const waiting = [compute.run('dkgRound2', round2), compute.run('dkgRound2', round2)];
    const refused = Promise.all(
      waiting.map((one) => assert.rejects(one, { code: 'node/internal' })),
    );
    await compute.close();
    await refused;
    await assert.rejects(compute.run('dkgRound2', round2), { code: 'node/internal' });
  });

  it('may be closed without having started', async () => {
    await workerCompute({ threads: 2 }).close();
  });
});

describe('what threads say to each other', () => {
  it('is copied with memory of its own', () => {
    const inside = Buffer.from('a secret of some pool');
    const { copy, memory } = packed({ list: [{ inside }], text: 'x', none: null });
    assert.equal(memory.length, 1);
    assert.equal(memory[0]?.byteLength, inside.length);
    inside.fill(0);
    assert.deepEqual(unpacked(copy), {
      list: [{ inside: Buffer.from('a secret of some pool') }],
      text: 'x',
      none: null,
    });
  });

  it('is wiped everywhere', () => {
    const message = { secret: Buffer.alloc(3, 1), list: [new Uint8Array(2).fill(1)] };
    wipeBytes(message);
    assert.deepEqual(message, { secret: Buffer.alloc(3), list: [new Uint8Array(2)] });
  });
});
