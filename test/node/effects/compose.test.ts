import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Send } from '../../../machines/effect.ts';
import { judge } from '../../../src/custody/accusation.ts';
import { packHandover } from '../../../src/custody/handover.ts';
import type { Message, MessageType } from '../../../src/domain/messages.ts';
import { parseMessage } from '../../../src/domain/messages.ts';
import { sealEnvelope } from '../../../src/envelope/seal.ts';
import { encapsulate } from '../../../src/crypto/kem.ts';
import { systemRandom } from '../../../src/ports/random.ts';
import { cidOfDigest } from '../../../src/domain/ids.ts';
import { openWithCek } from '../../../src/envelope/open.ts';
import { compose } from '../../../src/node/effects/compose.ts';
import { inlineCompute } from '../../../src/ports/compute.ts';
import {
  beth,
  blsKeyOf,
  freds,
  hold,
  idOf,
  NETWORK,
  paula,
  stateAt,
} from '../../custody/ceremony.ts';
import { createDesk, type Letter } from '../../custody/desk.ts';
import type { Person } from '../../identity/people.ts';
import { depsOf, openBench, type Bench } from './bench.ts';

const [fred1, fred2] = freds as [Person, Person, Person];
const order = hold({ n: 3 });
const late = hold({ n: 3, beneficiary: null });
const SECRET = Buffer.alloc(32, 9);
const to = [idOf(beth)];

const make = async <T extends MessageType>(
  send: Send & { message: T },
  turn: Bench = openBench(),
  who: Person = beth,
): Promise<Message<T>> => (await compose(send, depsOf(who), turn)) as Message<T>;

describe('compose', () => {
  it('puts a dealt share in its place, and keeps it no longer', async () => {
    const turn = openBench();
    const secret = await turn.keep('share', Buffer.from(SECRET));
    const message = await make(
      { type: 'send', message: 'order.dealt', to, body: {}, secret },
      turn,
    );
    assert.deepEqual(message, { share: SECRET });
    assert.equal(await turn.reveal('share', secret), null);
  });

  it('puts a released share in its place, and keeps it', async () => {
    const turn = openBench();
    const secret = await turn.keep('share', Buffer.from(SECRET));
    const message = await make(
      { type: 'send', message: 'share.released', to, body: {}, secret },
      turn,
    );
    assert.deepEqual(message, { share: SECRET });
    assert.deepEqual(await turn.reveal('share', secret), SECRET);
    message.share.fill(0);
    assert.deepEqual(await turn.reveal('share', secret), SECRET, 'a copy is wiped, not the secret');
  });

  it('puts the addend into a handover, and into nothing else', async () => {
    const turn = openBench();
    const secret = await turn.keep('addend', Buffer.from(SECRET));
    const { terms, contributions, certificate } = late;
    const beneficiary = { id: idOf(beth), key: beth.state.keyId };
    const body = { beneficiary, nonce: new Uint8Array(32) };
    const handover = { terms, contributions, certificate };
    const message = await make(
      { type: 'send', message: 'redemption.requested', to, body: { ...body, handover }, secret },
      turn,
    );
    assert.deepEqual(message, { ...body, handover: packHandover({ ...handover, addend: SECRET }) });
    assert.equal(parseMessage('redemption.requested', message).type, 'redemption.requested');
    const bare = await make(
      { type: 'send', message: 'redemption.requested', to, body, secret },
      turn,
    );
    assert.deepEqual(bare, body);
  });

  it('leaves what has no secret as it is', async () => {
    const body = { code: 'order/cancelled', text: '' };
    assert.deepEqual(await make({ type: 'send', message: 'order.cancelled', to, body }), body);
  });

  it('opens no secret of another purpose, and sends no envelope without its secret', async () => {
    const turn = openBench();
    const secret = await turn.keep('wallet-key', Buffer.from(SECRET));
    await assert.rejects(
      make({ type: 'send', message: 'share.released', to, body: {}, secret }, turn),
      { code: 'keystore/corrupt' },
    );
    await assert.rejects(make({ type: 'send', message: 'share.released', to, body: {} }), {
      code: 'node/internal',
    });
  });
});

describe('compose an accusation', () => {
  const desk = createDesk(order.order);
  const unproven = {
    ...order.contributions[1]!.contribution,
    proof: new Uint8Array(65).fill(2),
  };
  const contributed = () =>
    desk.write(
      fred1,
      'order.contributed',
      { role: 'fiduciary', contribution: unproven },
      { to: [paula, fred2] },
    );
  const keepAll = (turn: Bench, letters: readonly Letter[]): void => {
    for (const { id, bytes } of letters) turn.stored.set(id, bytes);
  };
  const accuse = async (
    code: string,
    letters: readonly Letter[],
    who: Person = fred2,
    openings: readonly (Buffer | undefined)[] = [],
  ) => {
    const turn = openBench();
    keepAll(turn, letters);
    const evidence = [];
    for (const [i, { id }] of letters.entries()) {
      const cek = openings[i];
      evidence.push({
        envelope: id,
        ...(cek && { opening: await turn.keep('opening', Buffer.from(cek)) }),
      });
    }
    const body = { accused: idOf(fred1), code };
    return make({ type: 'send', message: 'order.accused', to, body, evidence }, turn, who);
  };
  const court = {
    network: NETWORK,
    order: order.order,
    terms: order.terms,
    ctx: order.ctx,
    known: { contributions: [], certification: undefined },
    blsKeyOf,
    states: stateAt,
    compute: inlineCompute(),
  };

  it('shows an envelope with the key that opens it, to a judge who never had it', async () => {
    const letter = contributed();
    const accusation = await accuse('fault/proof-invalid', [letter]);
    assert.deepEqual(accusation.evidence, [letter.evidence]);
    const verdict = await judge({ accuser: idOf(fred2), accusation }, court);
    assert.deepEqual(verdict, { blamed: idOf(fred1), code: 'fault/proof-invalid', upheld: true });
  });

  const dealt = () =>
    desk.write(fred1, 'order.dealt', { share: new Uint8Array(32).fill(1) }, { to: [fred2] });
  const released = () =>
    desk.write(fred1, 'share.released', { share: new Uint8Array(32).fill(1) }, { to: [fred2] });

  it('opens a wrong share with what was kept for that', async () => {
    const letter = dealt();
    const accusation = await accuse('fault/share-dealt-wrong', [letter], fred2, [letter.cek]);
    const [shown] = accusation.evidence;
    const { message } = openWithCek(shown!.envelope, shown!.cek!, {
      senderAt: stateAt,
      parseMessage,
    });
    assert.deepEqual(message.type, 'order.dealt');
    const other = released();
    const { evidence } = await accuse('fault/share-released-wrong', [other]);
    assert.deepEqual(evidence, [other.evidence]);
  });

  it('never shows a secret that the accusation is not about', async () => {
    const requested = desk.write(
      paula,
      'redemption.requested',
      { beneficiary: { id: idOf(beth), key: beth.state.keyId }, nonce: new Uint8Array(32) },
      { to: [fred2] },
    );
    const letters = [dealt(), released(), requested];
    const ceks = letters.map(({ cek }) => cek);
    for (const code of ['fault/equivocation', 'fault/proof-invalid'])
      for (const openings of [[], ceks]) {
        const { evidence } = await accuse(code, letters, fred2, openings);
        assert.deepEqual(
          evidence,
          letters.map(({ evidence: { envelope } }) => ({ envelope })),
        );
      }
    for (const [code, letter] of [
      ['fault/share-dealt-wrong', released()],
      ['fault/share-released-wrong', dealt()],
      ['fault/share-dealt-wrong', requested],
    ] as const)
      assert.equal((await accuse(code, [letter])).evidence[0]?.cek, undefined);
  });

  it('needs the envelope, and to be one of its recipients', async () => {
    const body = { accused: idOf(fred1), code: 'fault/proof-invalid' };
    const letter = contributed();
    const evidence = [{ envelope: letter.id }];
    await assert.rejects(make({ type: 'send', message: 'order.accused', to, body, evidence }), {
      code: 'log/not-found',
    });
    await assert.rejects(accuse('fault/proof-invalid', [letter], beth), { code: 'node/internal' });
  });
});

describe('an accusation in an order of 32 fiduciaries', () => {
  it('fits into an envelope to all of them, with two contributions as evidence', async () => {
    const crowd = Array.from({ length: 33 }, (_, i) => ({
      ...paula.state,
      keys: paula.state.keys,
      id: cidOfDigest(Buffer.alloc(32, i)),
    }));
    const recipients = [...crowd.slice(1), fred2.state];
    const seal = (type: string, message: unknown) =>
      sealEnvelope({
        type,
        stream: order.order,
        seq: 1,
        at: 1,
        until: 1,
        recipients,
        message,
        head: { seq: 1, hash: Buffer.alloc(32) },
        keys: fred1.keys,
        random: systemRandom,
        encapsulate,
      });
    const commitments = Array.from({ length: 17 }, () => Buffer.alloc(33, 2));
    const contribution = { kind: 'polynomial', commitments, proof: Buffer.alloc(65) };
    const letters = [1, 2].map(() =>
      seal('order.contributed', { role: 'fiduciary', contribution }),
    );
    const turn = openBench();
    for (const { id, bytes } of letters) turn.stored.set(id, bytes);
    const message = await make(
      {
        type: 'send',
        message: 'order.accused',
        to,
        body: { accused: idOf(fred1), code: 'fault/equivocation' },
        evidence: letters.map(({ id }) => ({ envelope: id })),
      },
      turn,
      fred2,
    );
    assert.equal(message.evidence.length, 2);
    assert.ok(seal('order.accused', message).bytes.length <= 65_536);
  });
});
