import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { provePossession } from '../../src/crypto/proof-of-knowledge.ts';
import { publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { judge } from '../../src/custody/accusation.ts';
import { verifyCertificate } from '../../src/custody/certification.ts';
import { checkContribution, contributionDigest } from '../../src/custody/contribution.ts';
import { orderContext } from '../../src/custody/order-id.ts';
import { deriveWallet, pointOfContribution } from '../../src/custody/wallet.ts';
import type { Contribution, SeatedContribution } from '../../src/domain/messages.ts';
import { perform } from '../../src/node/effects/perform.ts';
import { examine } from '../../src/node/examine/examine.ts';
import {
  beth,
  blsKeyOf,
  certify,
  find,
  freds,
  hold,
  idOf,
  makeContribution,
  NETWORK,
  paula,
  stateAt,
} from '../custody/ceremony.ts';
import { createDesk } from '../custody/desk.ts';
import type { Person } from '../identity/people.ts';
import { contextOf, depsOf, knownContributions, NOW, openBench } from '../node/effects/bench.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

const { Point } = secp256k1;
const random = createSeededRandom('attacks');
const [fred] = freds as [Person, Person, Person];
const single = hold();
const several = hold({ n: 3 });
type Order = typeof single;

const contributionOf = (who: Person, { contributions }: Order = single): SeatedContribution =>
  find(contributions, ({ node }) => node === idOf(who));

/** How beth takes what fred contributes, and how a judge who knows nothing else sees it. */
const answers = async (order: Order, contribution: Contribution) => {
  const message = { role: 'fiduciary' as const, contribution };
  const letter = createDesk(order.order).write(fred, 'order.contributed', message, { to: [beth] });
  const { event } = await examine(
    { type: 'order.contributed', message },
    { ...letter, from: idOf(fred) },
    contextOf(order, 'beneficiary', beth),
    depsOf(beth),
    openBench(),
  );
  assert.ok(event.type === 'order.contributed');
  const accusation = {
    accused: idOf(fred),
    code: 'fault/proof-invalid',
    evidence: [letter.evidence],
  };
  const verdict = await judge(
    { accuser: idOf(beth), accusation },
    {
      ...order,
      network: NETWORK,
      known: { contributions: [], certification: undefined },
      blsKeyOf,
      states: stateAt,
      compute: depsOf(beth).compute,
    },
  );
  return { fault: event.fault, blamed: verdict?.blamed, code: verdict?.code };
};
const refused = async (order: Order, contribution: Contribution, fault = 'fault/proof-invalid') =>
  assert.deepEqual(await answers(order, contribution), { fault, blamed: idOf(fred), code: fault });

describe('attack/K1 rogue key: a fiduciary answers X - B and owns the wallet alone', () => {
  const x = random.bytes(32);
  const rogue = (order: Order): Buffer => {
    const others = order.contributions.filter(({ node }) => node !== idOf(fred));
    const sum = others
      .map((made) => Point.fromBytes(Uint8Array.from(pointOfContribution(made))))
      .reduce((a, b) => a.add(b));
    return Buffer.from(Point.fromBytes(publicKeyOf(x)).subtract(sum).toBytes(true));
  };
  const seat = { ctx: single.ctx, role: 'fiduciary', node: idOf(fred) } as const;
  const { proof: proofOfX } = provePossession({ ...seat, secret: x, random });
  const proofOfBeth = (contributionOf(beth).contribution as { proof: Uint8Array }).proof;

  it('would give it the wallet key, were there no proofs', () => {
    for (const order of [single, several]) {
      const made = order.contributions.map((one): SeatedContribution =>
        one.node === idOf(fred)
          ? { ...one, contribution: { kind: 'point', point: rogue(order), proof: proofOfX } }
          : one,
      );
      assert.deepEqual(deriveWallet(order, made).wallet?.walletKey, publicKeyOf(x));
    }
  });

  for (const [what, proof] of Object.entries({
    'a proof that it knows x': proofOfX,
    'the proof of the beneficiary': proofOfBeth,
    'no proof': new Uint8Array(65),
  })) {
    it(`is refused and blamed with ${what}`, () =>
      refused(single, { kind: 'point', point: rogue(single), proof }));

    it(`is refused and blamed as one of several with ${what}`, () => {
      const { contribution } = contributionOf(fred, several);
      assert.ok(contribution.kind === 'polynomial');
      const commitments = [rogue(several), ...contribution.commitments.slice(1)];
      return refused(several, { kind: 'polynomial', commitments, proof });
    });
  }
});

describe('attack/K3 a wallet key made from the keys of an identity', () => {
  it('cannot be: nothing is drawn from them, and they are not even opened', async () => {
    const keys = () => assert.fail('the keys of the identity were asked for');
    for (const order of [single, several])
      for (const [who, role] of [
        [fred, 'fiduciary'],
        [beth, 'beneficiary'],
      ] as const) {
        const context = contextOf(order, role, who);
        const draw = async (seed: string) => {
          const deps = depsOf(who, { keys, random: createSeededRandom(seed) });
          const fact = await perform({ type: 'contribute' }, context, deps, openBench());
          assert.ok(fact.type === 'order.contributed');
          return contributionDigest(fact).toString('hex');
        };
        assert.equal(await draw('one'), await draw('one'), 'it follows from randomness alone');
        assert.notEqual(await draw('one'), await draw('two'));
      }
  });
});

describe('attack/K4 a proof from elsewhere', () => {
  const elsewhere: Record<string, (order: Order) => SeatedContribution> = {
    'another order of the same parties': ({ terms }) =>
      contributionOf(fred, hold({ n: terms.fiduciaries.length, seed: 'other' })),
    'the same order in another network': ({ terms, order }) =>
      makeContribution({ terms, ctx: orderContext('main', order) }, contributionOf(fred)),
    'another node': (order) =>
      makeContribution(order, { role: 'fiduciary', node: order.terms.fiduciaries.at(-1)!.id }),
    'another role of the same node': (order) =>
      makeContribution(order, { role: 'beneficiary', node: idOf(fred) }),
  };
  for (const [what, make] of Object.entries(elsewhere)) {
    if (what !== 'another node')
      it(`is refused and blamed: ${what}`, () => refused(single, make(single).contribution));
    if (what !== 'another role of the same node')
      it(`is refused and blamed, as one of several: ${what}`, () =>
        refused(several, make(several).contribution));
  }
});

describe('attack/K5 points and sums that are none', () => {
  const { contribution } = contributionOf(fred);
  const { contribution: polynomial } = contributionOf(fred, several);
  assert.ok(contribution.kind === 'point' && polynomial.kind === 'polynomial');
  const points: Record<string, Uint8Array> = {
    'the identity': new Uint8Array(33),
    'a point off the curve': Buffer.concat([Buffer.of(2), Buffer.alloc(31), Buffer.of(5)]),
    'an x that is not below p': Buffer.concat([Buffer.of(2), Buffer.alloc(32, 0xff)]),
    'another prefix': Buffer.concat([Buffer.of(4), contribution.point.subarray(1)]),
  };
  for (const [what, point] of Object.entries(points))
    it(`${what} is refused and blamed, wherever it stands`, async () => {
      const malformed = 'fault/contribution-malformed';
      await refused(single, { ...contribution, point }, malformed);
      for (const place of [0, 1]) {
        const commitments = polynomial.commitments.map((one, i) => (i === place ? point : one));
        await refused(several, { ...polynomial, commitments }, malformed);
      }
    });

  it('a proof made of the identity, or of zero, is refused and blamed', async () => {
    for (const proof of [
      new Uint8Array(65),
      Buffer.concat([contribution.point, Buffer.alloc(32)]),
      Buffer.concat([Buffer.alloc(33), contribution.proof.subarray(33)]),
    ])
      await refused(single, { ...contribution, proof });
  });

  it('P and -P of two parties are accused by whoever sums', async () => {
    const secret = Point.Fn.toBytes(Point.Fn.neg(Point.Fn.fromBytes(single.addend)));
    const seat = { role: 'fiduciary', node: idOf(fred) } as const;
    const { proof } = provePossession({ ctx: single.ctx, ...seat, secret, random });
    const opposite: Contribution = { kind: 'point', point: publicKeyOf(secret), proof };
    assert.equal(checkContribution(single, { ...seat, contribution: opposite }), undefined);
    const contributions = knownContributions(single).map((made) =>
      made.node === idOf(fred) ? { ...made, contribution: opposite } : made,
    );
    const context = contextOf(single, 'beneficiary', beth, { contributions });
    const fact = await perform({ type: 'certify' }, context, depsOf(beth), openBench());
    assert.ok(fact.type === 'order.accused');
    assert.deepEqual([fact.blamed, fact.code], [idOf(fred), 'fault/sum-identity']);
  });
});

describe('attack/K11 another address', () => {
  const other = hold({ seed: 'other' });

  it('certified by one party is told by every other', async () => {
    const lie = certify(single, 'fiduciary', idOf(fred), {
      ...single.wallet,
      address: other.wallet.address,
    });
    const letter = createDesk(single.order).write(fred, 'order.certified', lie, { to: [beth] });
    const { event } = await examine(
      { type: 'order.certified', message: lie },
      { ...letter, from: idOf(fred) },
      contextOf(single, 'beneficiary', beth),
      depsOf(beth),
      openBench(),
    );
    assert.ok(event.type === 'order.certified');
    assert.equal(event.fault, 'fault/certification-wrong');
  });

  it('shown with the certificate of the right one does not verify', () => {
    const { terms, certificate } = single;
    const shown = (change: Partial<typeof certificate>) =>
      verifyCertificate({
        network: NETWORK,
        terms,
        certificate: { ...certificate, ...change },
        blsKeyOf,
      });
    const { address, walletKey } = other.wallet;
    assert.ok(shown({}));
    assert.ok(!shown({ address }) && !shown({ walletKey }) && !shown({ address, walletKey }));
  });

  it('of another coin or kind of address does not verify', () => {
    for (const coin of ['bitcoin:p2tr', 'bitcoin:p2pkh', 'ethereum']) {
      const made = hold({ coin });
      const { certificate } = made;
      assert.ok(verifyCertificate({ network: NETWORK, terms: made.terms, certificate, blsKeyOf }));
      assert.ok(
        !verifyCertificate({ network: NETWORK, terms: single.terms, certificate, blsKeyOf }),
      );
    }
  });
});

describe('attack/K13 a share for somebody else', () => {
  const requested = (who: Person) => ({
    beneficiary: { id: idOf(who), key: who.state.keyId },
    nonce: new Uint8Array(32),
    at: NOW,
    node: idOf(paula),
  });
  const release = (order: Order, to: Person, requestedFor: Person, releasedTo?: Person) =>
    perform(
      { type: 'release', to: idOf(to) },
      contextOf(order, 'fiduciary', fred, {
        certificate: order.certificate,
        redemption: requested(requestedFor),
        released: releasedTo ? { to: idOf(releasedTo), at: 1 } : null,
      }),
      depsOf(fred),
      openBench(),
    );
  const late = hold({ beneficiary: null });

  it('is not released, even if a machine asked for it', async () => {
    const code = 'node/internal';
    await assert.rejects(release(single, paula, paula), { code }, 'named in the terms is another');
    await assert.rejects(release(late, paula, beth), { code }, 'requested was another');
    await assert.rejects(release(late, paula, paula, beth), { code }, 'released to another before');
    assert.equal((await release(late, beth, beth, beth)).type, 'share.released');
  });

  it('is not asked for by anybody but the principal', async () => {
    const message = { beneficiary: requested(beth).beneficiary, nonce: new Uint8Array(32) };
    for (const thief of [beth, freds[1]!]) {
      const letter = createDesk(single.order).write(thief, 'redemption.requested', message, {
        to: [fred],
      });
      await assert.rejects(
        examine(
          { type: 'redemption.requested', message },
          { ...letter, from: idOf(thief) },
          contextOf(single, 'fiduciary', fred, { certificate: single.certificate }),
          depsOf(fred),
          openBench(),
        ),
        { code: 'node/unexpected' },
      );
    }
  });
});
