import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blsSign } from '../../../src/crypto/bls.ts';
import { taggedHash } from '../../../src/crypto/hash.ts';
import { encode } from '../../../src/domain/canonical.ts';
import { packHandover } from '../../../src/custody/handover.ts';
import { orderIdOf } from '../../../src/custody/order-id.ts';
import type { Message } from '../../../src/domain/messages.ts';
import { IdentityError } from '../../../src/errors.ts';
import { DEFAULT_POLICY } from '../../../src/node/effects/deps.ts';
import { createTakenOn } from '../../../src/node/taken-on.ts';
import {
  beth,
  find,
  hold,
  idOf,
  mallory,
  paula,
  stateAt,
  type Ceremony,
} from '../../custody/ceremony.ts';
import { revoked, type Person } from '../../identity/people.ts';
import { contextOf, knownCertifications, knownContributions, openBench } from '../effects/bench.ts';
import {
  fred1,
  fred2,
  order,
  other,
  single,
  late,
  type Post,
  learned,
  refused,
  unexpected,
  contributionOf,
  certificationOf,
} from './learning.ts';

describe('examine a proposal', () => {
  const propose = (ceremony: Ceremony, post: Post = {}, from = paula, terms = ceremony.terms) =>
    learned(ceremony, from, 'order.proposed', { terms }, { context: null, ...post });

  it('gives the terms under their order', async () => {
    const fact = await propose(order);
    assert.deepEqual([fact.order, fact.terms, fact.refusal], [order.order, order.terms, undefined]);
  });

  it('gives the refusal of this party’s policy', async () => {
    const load = () => ({ open: 1_000_000, lastMinute: 0 });
    const fact = await propose(order, { deps: { load } });
    assert.equal(fact.refusal?.code, 'refusal/too-many-orders');
  });

  it('counts what it agrees to at once, before anything is written', async () => {
    const takenOn = createTakenOn();
    const policy = { ...DEFAULT_POLICY, openOrders: 1 };
    const codeOf = async (ceremony: Ceremony) =>
      (await propose(ceremony, { deps: { ...takenOn, policy } })).refusal?.code;
    assert.equal(await codeOf(order), undefined);
    assert.equal(await codeOf(other), 'refusal/too-many-orders');
    assert.equal(await codeOf(order), undefined, 'it is the same order');
  });

  it('refuses terms of another order, or proposed by another', async () => {
    await unexpected(order, paula, 'order.proposed', { terms: other.terms }, { context: null });
    await unexpected(
      order,
      paula,
      'order.proposed',
      { terms: order.terms },
      { context: null, stream: null },
    );
    await unexpected(order, fred1, 'order.proposed', { terms: order.terms }, { context: null });
  });

  it('refuses terms that break a rule', async () => {
    const terms = { ...order.terms, threshold: 1 };
    await refused('node/terms', order, paula, 'order.proposed', { terms }, { context: null });
  });

  it('refuses a node with two states of its keys', async () => {
    const both = hold({ principal: fred1, n: 3 });
    assert.equal((await propose(both, {}, fred1)).refusal, undefined);
    const [first, ...rest] = both.terms.fiduciaries;
    const terms = { ...both.terms, fiduciaries: [{ ...first!, key: paula.state.keyId }, ...rest] };
    await unexpected(
      both,
      fred1,
      'order.proposed',
      { terms },
      { context: null, stream: orderIdOf(terms) },
    );
  });
});

describe('examine a contribution', () => {
  const { role, contribution } = contributionOf(fred1);

  it('gives it with its digest', async () => {
    const fact = await learned(order, fred1, 'order.contributed', { role, contribution });
    assert.deepEqual([fact.role, fact.contribution, fact.fault], [role, contribution, undefined]);
    assert.deepEqual(Buffer.from(fact.digest), order.wallet.digests[1]);
    assert.equal(fact.secret, undefined);
  });

  it('gives its fault', async () => {
    const unproven = { ...contribution, proof: new Uint8Array(65) };
    const elsewhere = contributionOf(fred1, other).contribution;
    for (const wrong of [unproven, elsewhere]) {
      const fact = await learned(order, fred1, 'order.contributed', { role, contribution: wrong });
      assert.equal(fact.fault, 'fault/proof-invalid');
    }
    const point = contributionOf(beth).contribution;
    const fact = await learned(order, fred1, 'order.contributed', { role, contribution: point });
    assert.equal(fact.fault, 'fault/contribution-malformed');
  });

  it('refuses it from who contributes nothing in that role', async () => {
    for (const who of [paula, mallory])
      await unexpected(order, who, 'order.contributed', { role: 'principal', contribution });
    await unexpected(order, fred1, 'order.contributed', { role: 'beneficiary', contribution });
  });
});

describe('examine a dealt share', () => {
  const share = () => ({ share: new Uint8Array(32).fill(5) });
  const context = contextOf(order, 'fiduciary', fred2);

  it('seals it, and what proves it to others', async () => {
    const turn = openBench();
    const message = share();
    const fact = await learned(order, fred1, 'order.dealt', message, { by: fred2, context, turn });
    assert.deepEqual(await turn.reveal('share', fact.share), Buffer.alloc(32, 5));
    assert.equal((await turn.reveal('opening', fact.opening))?.length, 32);
    assert.deepEqual(message, { share: new Uint8Array(32) }, 'nothing is left in the message');
    assert.deepEqual(Object.keys(fact).toSorted(), [
      'at',
      'node',
      'opening',
      'share',
      'type',
      'via',
    ]);
  });

  it('is none of the business of another role', async () => {
    const turn = openBench();
    const fact = await learned(order, fred1, 'order.dealt', share(), { turn });
    assert.deepEqual([fact.share, fact.opening, turn.drawn()], [undefined, undefined, []]);
  });

  it('refuses one from no other fiduciary, for several, or with a single fiduciary', async () => {
    await unexpected(order, paula, 'order.dealt', share(), { by: fred2, context });
    await unexpected(order, fred2, 'order.dealt', share(), { by: fred2, context });
    await unexpected(order, fred1, 'order.dealt', share(), {
      by: fred2,
      context,
      to: [fred2, beth],
    });
    const alone = contextOf(single, 'fiduciary', fred1);
    await unexpected(single, fred1, 'order.dealt', share(), { by: fred1, context: alone });
  });
});

describe('examine a certification', () => {
  const made = certificationOf(fred1);

  it('gives it', async () => {
    const fact = await learned(order, fred1, 'order.certified', made);
    assert.deepEqual([fact.certification, fact.fault], [made, undefined]);
  });

  const asPrincipal = { by: paula, context: contextOf(order, 'principal', paula) };

  it('gives its fault when it is wrong in itself', async () => {
    for (const wrong of [certificationOf(fred1, other), { ...made, address: 'elsewhere' }])
      for (const post of [{}, asPrincipal]) {
        const fact = await learned(order, fred1, 'order.certified', wrong, post);
        assert.equal(fact.fault, 'fault/certification-wrong');
      }
  });

  it('checks the signature where the signatures are added up, and only there', async () => {
    for (const wrong of [
      { ...made, signature: new Uint8Array(96) },
      { ...certificationOf(fred2), role: 'fiduciary' as const },
    ]) {
      const summed = await learned(order, fred1, 'order.certified', wrong, asPrincipal);
      assert.equal(summed.fault, 'fault/certification-wrong');
      const passed = await learned(order, fred1, 'order.certified', wrong);
      assert.equal(passed.fault, undefined, 'the sum in the certificate will not verify');
    }
  });

  it('gives its fault when it contradicts what this party certified of the same', async () => {
    const { transcript } = made;
    const { walletKey, address } = other.wallet;
    const signature = blsSign(
      fred1.keys.bls,
      taggedHash('milagro/certificate/v1', order.ctx, 'fiduciary', transcript, walletKey, address),
    );
    const lie = { ...made, walletKey, address, signature };
    const unaware = await learned(order, fred1, 'order.certified', lie);
    assert.equal(unaware.fault, undefined, 'it can only be told by comparing');
    const certifications = knownCertifications(order);
    const context = contextOf(order, 'beneficiary', beth, { certifications });
    const fact = await learned(order, fred1, 'order.certified', lie, { context });
    assert.equal(fact.fault, 'fault/certification-wrong');
  });

  it('refuses it for a seat of another', async () => {
    await unexpected(order, fred1, 'order.certified', { ...made, role: 'principal' });
    await unexpected(order, mallory, 'order.certified', made);
  });
});

describe('examine a certificate', () => {
  it('gives it, or its fault', async () => {
    const { certificate } = order;
    assert.equal((await learned(order, paula, 'order.ready', { certificate })).fault, undefined);
    for (const wrong of [
      other.certificate,
      { ...certificate, address: other.certificate.address },
      { ...certificate, signers: certificate.signers.slice(1) },
    ]) {
      const fact = await learned(order, paula, 'order.ready', { certificate: wrong });
      assert.equal(fact.fault, 'fault/certificate-invalid');
    }
  });

  it('refuses it from another than the principal', async () => {
    await unexpected(order, fred1, 'order.ready', { certificate: order.certificate });
  });

  it('does not judge it by keys that it does not know', async () => {
    const states = () => {
      throw new IdentityError('identity/unknown', 'not yet');
    };
    const { certificate } = order;
    await refused(
      'identity/unknown',
      order,
      paula,
      'order.ready',
      { certificate },
      { deps: { states } },
    );
  });
});

describe('examine what ends an order', () => {
  const text = { code: 'refusal/coin', text: 'no' };

  it('gives who refused in which role', async () => {
    const message = { role: 'fiduciary' as const, ...text };
    const fact = await learned(order, fred1, 'order.refused', message);
    assert.deepEqual([fact.role, fact.code, fact.text], ['fiduciary', 'refusal/coin', 'no']);
    const declined = await learned(order, fred1, 'redemption.refused', message);
    assert.deepEqual([declined.role, declined.code], ['fiduciary', 'refusal/coin']);
  });

  it('refuses it for a seat of another', async () => {
    for (const type of ['order.refused', 'redemption.refused'] as const) {
      await unexpected(order, fred1, type, { role: 'principal', ...text });
      await unexpected(order, mallory, type, { role: 'fiduciary', ...text });
    }
  });

  it('takes a cancellation from the principal only', async () => {
    assert.equal((await learned(order, paula, 'order.cancelled', text)).code, 'refusal/coin');
    await unexpected(order, fred1, 'order.cancelled', text);
  });
});

describe('examine a request for redemption', () => {
  const beneficiary = { id: idOf(beth), key: beth.state.keyId };
  const request = { beneficiary, nonce: new Uint8Array(32).fill(1) };
  const context = contextOf(order, 'fiduciary', fred1);

  it('gives it', async () => {
    const fact = await learned(order, paula, 'redemption.requested', request, {
      by: fred1,
      context,
    });
    assert.deepEqual(
      [fact.order, fact.beneficiary, fact.nonce, fact.handover],
      [order.order, beneficiary, request.nonce, undefined],
    );
  });

  it('refuses it from another than the principal', async () => {
    await unexpected(order, beth, 'redemption.requested', request, { by: fred1, context });
  });

  it('refuses keys that are not the beneficiary’s', async () => {
    const wrong = { ...request, beneficiary: { ...beneficiary, key: fred2.state.keyId } };
    await unexpected(order, paula, 'redemption.requested', wrong, { by: fred1, context });
  });

  it('waits until it knows the keys', async () => {
    const states = () => {
      throw new IdentityError('identity/unknown', 'not yet');
    };
    await refused('identity/unknown', order, paula, 'redemption.requested', request, {
      by: fred1,
      context,
      deps: { states },
    });
  });

  it('takes no request to seal something to the end of an identity', async () => {
    const gone = revoked(beth, 'beth is gone');
    const states = (key: string) => (key === gone.state.keyId ? gone.state : stateAt(key));
    const message = { ...request, beneficiary: { id: idOf(beth), key: gone.state.keyId } };
    await refused('node/unexpected', order, paula, 'redemption.requested', message, {
      by: fred1,
      context,
      deps: { states },
    });
  });

  describe('of a beneficiary that the terms do not name', () => {
    const handed = (ceremony = late): Message<'redemption.requested'> => {
      const { terms, contributions, certificate, addend } = ceremony;
      const handover = { terms, contributions, certificate, addend: Buffer.from(addend) };
      return { ...request, handover: packHandover(handover) };
    };

    it('gives all that was handed over, the addend sealed', async () => {
      const turn = openBench();
      const message = handed();
      const fact = await learned(late, paula, 'redemption.requested', message, {
        context: null,
        turn,
      });
      const { addend, ...rest } = fact.handover!;
      const { terms, contributions, certificate } = late;
      assert.deepEqual(encode(rest), encode({ terms, contributions, certificate }));
      assert.deepEqual(await turn.reveal('addend', addend), late.addend);
      assert.deepEqual(
        message.handover?.addend,
        Buffer.alloc(32),
        'nothing is left in the message',
      );
      assert.equal(fact.order, late.order);
    });

    it('refuses what contradicts itself, and seals nothing of it', async () => {
      const wrong = handed();
      wrong.handover!.addend[31]! ^= 1;
      const mixed = {
        ...handed(),
        handover: { ...handed().handover!, certificate: other.certificate },
      };
      for (const message of [wrong, mixed, handed(order)]) {
        const turn = openBench();
        await unexpected(late, paula, 'redemption.requested', message, { context: null, turn });
        assert.deepEqual(turn.drawn(), []);
      }
      await unexpected(other, paula, 'redemption.requested', handed(), { context: null });
      await unexpected(late, paula, 'redemption.requested', handed(), {
        context: null,
        stream: null,
      });
    });

    it('refuses terms that break a rule', async () => {
      const terms = { ...late.terms, threshold: 1 };
      const message = { ...handed(), handover: { ...handed().handover!, terms } };
      await refused('node/terms', late, paula, 'redemption.requested', message, { context: null });
    });

    it('refuses it without a handover, for another, or from another', async () => {
      await unexpected(late, paula, 'redemption.requested', request, { context: null });
      await unexpected(late, paula, 'redemption.requested', handed(), { by: fred1, context: null });
      await unexpected(late, fred1, 'redemption.requested', handed(), { context: null });
    });

    it('refuses it from a principal that this node does not serve', async () => {
      const standing = () => ({ current: paula.state, roles: [], blamed: false, forked: false });
      await refused('node/policy', late, paula, 'redemption.requested', handed(), {
        context: null,
        deps: { standing },
      });
    });

    it('takes no addend where the order is known already', async () => {
      const turn = openBench();
      const known = contextOf(late, 'fiduciary', fred1);
      const post = { by: fred1, context: known, turn };
      const fact = await learned(late, paula, 'redemption.requested', handed(), post);
      assert.deepEqual([fact.handover, turn.drawn()], [undefined, []]);
    });
  });
});

describe('examine a released share', () => {
  const context = (ceremony: Ceremony) =>
    contextOf(ceremony, 'beneficiary', beth, { contributions: knownContributions(ceremony) });
  const shareOf = ({ shares }: Ceremony, who: Person): Message<'share.released'> => ({
    share: Buffer.from(find(shares, ({ node }) => node === idOf(who)).share),
  });

  it('seals the right one', async () => {
    for (const ceremony of [order, single, late]) {
      const turn = openBench();
      const message = shareOf(ceremony, fred1);
      const post = { context: context(ceremony), turn };
      const fact = await learned(ceremony, fred1, 'share.released', message, post);
      assert.equal(fact.fault, undefined);
      assert.deepEqual(await turn.reveal('share', fact.share), shareOf(ceremony, fred1).share);
      assert.deepEqual(message.share, Buffer.alloc(32), 'nothing is left in the message');
    }
  });

  it('gives the fault of a wrong one, and does not keep it', async () => {
    for (const [ceremony, message] of [
      [order, shareOf(order, fred2)],
      [order, shareOf(other, fred1)],
      [order, { share: new Uint8Array(32) }],
      [single, { share: new Uint8Array(32).fill(1) }],
    ] as const) {
      const turn = openBench();
      const post = { context: context(ceremony), turn };
      const fact = await learned(ceremony, fred1, 'share.released', message, post);
      assert.equal(fact.fault, 'fault/share-released-wrong');
      assert.deepEqual([fact.share, turn.drawn()], [undefined, []]);
    }
  });

  it('is none of the business of another role', async () => {
    const turn = openBench();
    const post = { by: paula, context: contextOf(order, 'principal', paula), turn };
    const fact = await learned(order, fred1, 'share.released', shareOf(order, fred1), post);
    assert.deepEqual([fact.share, fact.fault, turn.drawn()], [undefined, undefined, []]);
  });

  it('refuses it from who guards none', async () => {
    await unexpected(order, paula, 'share.released', shareOf(order, fred1), {
      context: context(order),
    });
  });
});

describe('examine a receipt', () => {
  it('gives its time by the beneficiary’s clock', async () => {
    const context = contextOf(order, 'fiduciary', fred1);
    const fact = await learned(
      order,
      beth,
      'redemption.receipted',
      { at: 77 },
      { by: fred1, context },
    );
    assert.equal(fact.receiptedAt, 77);
  });
});

describe('examine anything else', () => {
  it('refuses what belongs to no order, or to one that is not known', async () => {
    const seen = { cids: [order.order], seen: null };
    await unexpected(order, paula, 'ack', seen);
    await unexpected(order, paula, 'redemption.receipted', { at: 1 }, { context: null });
    await unexpected(order, paula, 'order.cancelled', { code: 'a/b', text: '' }, { context: null });
  });
});
