import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitsFor } from '../../cli/show/words.ts';
import type { Message } from '../../src/domain/messages.ts';
import type { Party } from '../../src/domain/terms.ts';
import { idOf } from '../byzantine/forge.ts';
import type { Letter, Lie, Spoken } from '../byzantine/liar.ts';
import { adding, changed, instead, silent } from '../byzantine/lies.ts';
import { assertReleasedTo, assertRight, orderWith, type Told } from '../byzantine/told.ts';
import type { Cast } from '../simulation/cast.ts';

/** Production nodes, one of them with a liar behind it, while the key of a ready wallet is handed over. */

const partyOf = (cast: Cast, name: string): Party => {
  const id = idOf(cast, name);
  const state = [...cast.states.values()].find((known) => known.id === id);
  assert.ok(state);
  return { id, key: state.keyId };
};

const sent = (told: Told, from: string, type: string): string[] =>
  told.trace.filter((line) => new RegExp(`${from} +-> \\S+ ${type}`).test(line));

describe('attack/K12: a fiduciary releases', () => {
  it('a wrong share: it is named by all, and the shares of the others make the key', async () => {
    const told = await orderWith({
      fred2: changed('share.released', () => ({ share: Buffer.alloc(32, 1) })),
    });
    assertRight(told, 'fred2', 'fault/share-released-wrong');
  });

  it('the share that another dealt to it', async () => {
    let dealt: unknown;
    const told = await orderWith({
      fred2: {
        ...changed('share.released', () => dealt),
        hear: ({ header, message }) => {
          if (header.type === 'order.dealt') dealt ??= message;
        },
      },
    });
    assertRight(told, 'fred2', 'fault/share-released-wrong');
  });

  it('wrong shares, two of five: both are named', async () => {
    const wrong = changed('share.released', () => ({ share: Buffer.alloc(32, 1) }));
    const told = await orderWith({ fred1: wrong, fred2: wrong }, { scenario: '3 of 5' });
    assert.ok(told.redeemed);
    for (const name of told.honest) {
      const named = told.view(name).blames.map(({ node, code }) => `${told.name(node)} ${code}`);
      for (const line of named) assert.match(line, /^fred[12] fault\/share-released-wrong$/);
    }
    assertReleasedTo(told, 'beth');
  });

  it('nothing: the shares of the others make the key', async () => {
    const told = await orderWith({ fred2: silent('share.released') });
    assert.ok(told.redeemed);
    for (const name of told.honest) assert.deepEqual(told.view(name).blames, []);
  });

  it('nothing, and too few are left: the beneficiary shows for whom it waits, and blames nobody', async () => {
    const told = await orderWith({ fred1: silent('share.released') }, { scenario: 'one dead' });
    assert.ok(!told.redeemed);
    const view = told.view('beth');
    const [role] = view.roles;
    assert.equal(role?.state, 'collecting');
    const missing = role.waitingFor.map(({ node, event }) => `${told.name(node ?? '')} ${event}`);
    assert.deepEqual(missing.toSorted(), ['fred1 share.released', 'fred2 share.released']);
    const lines = role.waitingFor.map((waiting) => waitsFor(view, waiting, waiting.since));
    assert.ok(
      lines.some((line) => line.startsWith('fred1')),
      lines.join(),
    );
    assert.deepEqual(view.blames, []);
    assert.equal(view.keyHeld, false);
  });
});

describe('attack/K13: a principal asks to release', () => {
  /** A request that names somebody else. */
  const forOther = (truth: Letter, beneficiary: Party, seq = 1_000): Letter => ({
    ...truth,
    seq,
    message: { beneficiary, nonce: Buffer.alloc(32, 7) },
  });

  it('to another than the terms name: refused for ever, and the right one still gets it', async () => {
    const told = await orderWith((cast) => ({
      paula: instead(({ header }, truth) =>
        header.type === 'redemption.requested'
          ? [
              forOther(truth, partyOf(cast, 'paula')),
              truth,
              forOther(truth, partyOf(cast, 'fred1'), 1_001),
            ]
          : undefined,
      ),
    }));
    assertReleasedTo(told, 'beth');
    assert.ok(told.redeemed);
    for (const name of ['fred1', 'fred2', 'fred3']) {
      assert.equal(new Set(sent(told, name, 'redemption.refused')).size > 0, true, name);
      assert.ok(sent(told, name, 'share.released').every((line) => line.includes('-> beth')));
    }
  });

  it('to another alone: nothing leaves', async () => {
    const told = await orderWith((cast) => ({
      paula: instead(({ header }, truth) =>
        header.type === 'redemption.requested'
          ? [forOther(truth, partyOf(cast, 'paula'))]
          : undefined,
      ),
    }));
    assert.deepEqual(told.releases, []);
    for (const name of told.honest) assert.equal(sent(told, name, 'share.released').length, 0);
  });

  it('to a second one, where the terms name none: the first one has it', async () => {
    const told = await orderWith(
      (cast) => ({
        paula: adding('redemption.requested', (_spoken, truth) => [
          forOther(truth, partyOf(cast, 'paula')),
        ]),
      }),
      { scenario: '2 of 3 late' },
    );
    assertReleasedTo(told, 'beth');
    assert.ok(told.redeemed);
    assert.ok(sent(told, 'fred1', 'redemption.refused').length > 0);
  });

  it('twice to the same: the same stored bytes go again', async () => {
    const told = await orderWith({
      paula: adding('redemption.requested', (_spoken, truth) => [{ ...truth, seq: 1_000 }]),
      // Otherwise the key would be made before the second request comes.
      beth: silent('redemption.receipted'),
    });
    for (const name of ['fred1', 'fred2', 'fred3']) {
      const lines = sent(told, name, 'share.released');
      assert.ok(lines.length > 1, told.trace.join('\n'));
      assert.equal(new Set(lines.map((line) => line.split(' ').at(-1))).size, 1);
    }
  });

  it('as somebody who is not the principal: nothing leaves', async () => {
    const asking = (cast: Cast): Lie =>
      adding('order.certified', (_spoken: Spoken, truth) => [
        {
          ...forOther(truth, partyOf(cast, 'fred2')),
          type: 'redemption.requested',
        },
      ]);
    const told = await orderWith((cast) => ({ fred2: asking(cast) }), { wish: { keeps: true } });
    assert.ok(told.address);
    assert.deepEqual(told.releases, []);
  });

  it('before the order is ready: nothing leaves', async () => {
    const told = await orderWith((cast) => ({
      paula: adding('order.proposed', (_spoken, truth) => [
        {
          ...truth,
          type: 'redemption.requested',
          seq: 1_000,
          message: {
            beneficiary: partyOf(cast, 'beth'),
            nonce: Buffer.alloc(32, 7),
          } satisfies Message<'redemption.requested'>,
        },
      ]),
      fred2: silent('order.certified'),
    }));
    assert.equal(told.address, null);
    assert.deepEqual(told.releases, []);
  });
});
