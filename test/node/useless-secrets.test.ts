import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { contextOf, stateOf } from '../../machines/registry.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { uselessSecrets } from '../../src/node/useless-secrets.ts';
import { run, type Play } from '../machines/play.ts';
import { EXPIRY, factsOf, own, passed, seats, termsOf } from '../machines/world.ts';
import { memoryWorld } from './memory-world.ts';

const { P, B, F1, F2, F3 } = seats;
const terms = termsOf();
const f = factsOf(terms);
const contributions = [B, F1, F2, F3].map((one) => f.contributed(one));
const dealt = [f.dealt('F2'), f.dealt('F3')];

const endsWith = (
  play: Play,
  facts: readonly OrderEvent[],
  expected: { state: string; useless: string[] },
): void => {
  const { snapshot } = run(play, facts);
  assert.equal(stateOf(snapshot), expected.state);
  assert.deepEqual(uselessSecrets(snapshot).toSorted(), expected.useless);
};

describe('secrets of an order that ended', () => {
  const fiduciary: Play = { role: 'fiduciary', self: 'F1', terms };
  const beneficiary: Play = { role: 'beneficiary', self: 'B', terms };

  it('are kept by who has certified, as a certificate may exist', () => {
    const forming = [f.proposed(), ...contributions, ...dealt];
    for (const [end, state] of [
      [f.cancelled(), 'cancelled'],
      [f.accused('P', 'F2'), 'failed'],
    ] as const) {
      endsWith(fiduciary, [...forming, end], { state, useless: [] });
      endsWith(beneficiary, [f.proposed(), ...contributions, end], { state, useless: [] });
    }
  });

  it('are kept while it goes on, and of a wallet', () => {
    const forming = [f.proposed(), ...contributions, dealt[0]!];
    endsWith(fiduciary, forming, { state: 'dealing', useless: [] });
    const guarding = [f.proposed(), ...contributions, ...dealt, f.ready()];
    endsWith(fiduciary, guarding, { state: 'guarding', useless: [] });
    endsWith(fiduciary, [...guarding, f.requested(), f.receipted()], {
      state: 'closed',
      useless: [],
    });
    const collecting = [f.proposed(), ...contributions, f.ready(), f.requested()];
    endsWith(beneficiary, [...collecting, f.released('F1'), f.released('F2')], {
      state: 'redeemed',
      useless: [],
    });
  });

  it('are useless to a fiduciary and a beneficiary that have not certified', () => {
    const dealing = [f.proposed(), ...contributions, dealt[0]!];
    const all = contextOf(run(fiduciary, dealing).snapshot).dealt.flatMap((one) => [
      one.share,
      one.opening ?? '',
    ]);
    for (const [end, state] of [
      [f.cancelled(), 'cancelled'],
      [f.accused('P', 'F2'), 'failed'],
      [passed('F1', 'expiry', EXPIRY), 'expired'],
    ] as const)
      endsWith(fiduciary, [...dealing, end], {
        state,
        useless: [...all, 'round-two'].toSorted(),
      });
    endsWith(fiduciary, [f.proposed(), f.cancelled()], { state: 'cancelled', useless: ['drawn'] });
    endsWith(beneficiary, [f.proposed(), f.cancelled()], {
      state: 'cancelled',
      useless: ['drawn'],
    });
  });

  it('are useless to a principal however it ends, as it alone concludes', () => {
    const unnamed = termsOf({ beneficiary: null });
    const late = factsOf(unnamed);
    const principal: Play = { role: 'principal', self: 'P', terms: unnamed };
    const certified = [own(late.proposed()), ...[F1, F2, F3].map((one) => late.contributed(one))];
    for (const end of [own(late.cancelled()), late.refused(F2), passed('P', 'expiry', EXPIRY)]) {
      const { snapshot } = run(principal, [...certified, end]);
      assert.ok(contextOf(snapshot).certifications.some(({ node }) => node === P.node));
      assert.deepEqual(uselessSecrets(snapshot), ['drawn']);
    }
  });
});

const held = async (t: TestContext) => {
  const { members, stop } = await memoryWorld({
    paula: ['principal'],
    fred: ['fiduciary'],
    fiona: ['fiduciary'],
  });
  t.after(stop);
  const [paula, fred, fiona] = [...members.values()];
  assert.ok(paula && fred && fiona);
  const secrets = async () =>
    Promise.all([paula, fred, fiona].map(async ({ node }) => (await node.verifyLog()).secrets));
  return { paula, fred, fiona, secrets };
};
const WISH = {
  coin: 'bitcoin',
  beneficiary: null,
  fiduciaries: [],
  threshold: null,
  notBefore: null,
  expiresIn: 3_600_000,
};

describe('nodes', () => {
  it('destroy what they drew for an order that one of them declines', async (t) => {
    const { paula, fred, fiona, secrets } = await held(t);
    await fiona.node.removePeer(paula.id);
    const { orderReference: order } = await paula.node.createOrder(WISH, null);
    const ended = await paula.node.settled(order, 'ready', 10_000);
    assert.equal(ended.ended?.code, 'refusal/principal-not-served');
    await fred.node.settled(order, 'ready', 10_000);
    assert.deepEqual(await secrets(), [0, 0, 0]);
    for (const { node } of [paula, fred, fiona]) await node.replay(order);
  });

  it('keep what belongs to a wallet', async (t) => {
    const { paula, fred, fiona, secrets } = await held(t);
    const { orderReference: order } = await paula.node.createOrder(WISH, null);
    for (const { node } of [paula, fred, fiona]) await node.settled(order, 'ready', 10_000);
    assert.deepEqual(await secrets(), [1, 1, 1]);
  });
});
