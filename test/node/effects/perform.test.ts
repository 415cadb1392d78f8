import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OrderContext } from '../../../machines/order-context.ts';
import { publicKeyOf } from '../../../src/crypto/secp256k1.ts';
import { verifyCertificate } from '../../../src/custody/certification.ts';
import { checkContribution, contributionDigest } from '../../../src/custody/contribution.ts';
import type { EventOf, EventType, OrderEvent } from '../../../src/domain/events.ts';
import { perform, type LocalEffect } from '../../../src/node/effects/perform.ts';
import type { Compute } from '../../../src/ports/compute.ts';
import { DEFAULT_POLICY } from '../../../src/node/effects/deps.ts';
import {
  beth,
  blsKeyOf,
  dealAll,
  find,
  freds,
  hold,
  idOf,
  NETWORK,
  paula,
  personWith,
} from '../../custody/ceremony.ts';
import { revoked, rotated, type Person } from '../../identity/people.ts';
import {
  contextOf,
  depsOf,
  knownCertifications,
  knownContributions,
  NOW,
  openBench,
  viaOf,
  type Bench,
} from './bench.ts';

const single = hold();
const several = hold({ n: 3 });
const late = hold({ beneficiary: null });
const [fred] = freds as [Person, Person, Person];

const does = async (
  effect: LocalEffect,
  context: OrderContext,
  who: Person,
  turn: Bench = openBench(),
  deps: Parameters<typeof depsOf>[1] = {},
): Promise<OrderEvent> => perform(effect, context, depsOf(who, deps), turn);
const answer = async <T extends EventType>(
  type: T,
  event: Promise<OrderEvent>,
): Promise<EventOf<T>> => {
  const given = await event;
  assert.equal(given.type, type);
  assert.equal(given.at, NOW);
  assert.equal(given.via, undefined);
  return given as EventOf<T>;
};
const refuses = (event: Promise<OrderEvent>): Promise<void> =>
  assert.rejects(event, { code: 'node/internal' });

describe('contribute', () => {
  const contribute = (context: OrderContext, who: Person, turn: Bench) =>
    answer('order.contributed', does({ type: 'contribute' }, context, who, turn));

  it('draws the addend of the holder', async () => {
    const turn = openBench();
    const made = await contribute(contextOf(single, 'beneficiary', beth), beth, turn);
    assert.equal(made.role, 'beneficiary');
    assert.equal(checkContribution(single, made), undefined);
    assert.deepEqual(Buffer.from(made.digest), contributionDigest(made));
    const secret = await turn.reveal('addend', made.secret);
    assert.ok(made.contribution.kind === 'point' && secret);
    assert.deepEqual(publicKeyOf(secret), made.contribution.point);
  });

  it('draws the addend of the principal while nobody is named', async () => {
    const turn = openBench();
    const made = await contribute(contextOf(late, 'principal', paula), paula, turn);
    assert.equal(checkContribution(late, made), undefined);
    assert.ok(await turn.reveal('addend', made.secret));
  });

  it('draws the whole share of a single fiduciary', async () => {
    const turn = openBench();
    const made = await contribute(contextOf(single, 'fiduciary', fred), fred, turn);
    assert.equal(checkContribution(single, made), undefined);
    assert.ok(await turn.reveal('share', made.secret));
  });

  it('begins the key generation of one of several', async () => {
    const turn = openBench();
    const made = await contribute(contextOf(several, 'fiduciary', fred), fred, turn);
    assert.equal(checkContribution(several, made), undefined);
    assert.ok(await turn.reveal('dkg-round', made.secret));
  });

  it('draws anew each time', async () => {
    const digests = await Promise.all(
      [1, 2].map(async () => {
        const made = await contribute(contextOf(single, 'fiduciary', fred), fred, openBench());
        return Buffer.from(made.digest).toString('hex');
      }),
    );
    assert.notEqual(digests[0], digests[1]);
  });

  it('draws nothing for who contributes nothing, or knows no terms', async () => {
    await refuses(does({ type: 'contribute' }, contextOf(single, 'principal', paula), paula));
    const unknown = { ...contextOf(single, 'fiduciary', fred), terms: null };
    await refuses(does({ type: 'contribute' }, unknown, fred));
  });
});

/** A fiduciary of several that has received everything, with its secrets in the turn. */
const atWork = async (turn: Bench, change: Partial<OrderContext> = {}) => {
  const own = find(several.made, ({ role, node }) => role === 'fiduciary' && node === idOf(fred));
  const dealt = dealAll(several, several.made, several.contributions);
  const round = find(dealt, ({ node }) => node === idOf(fred)).secret;
  const toFred = dealt.flatMap(({ node, shares }) =>
    shares.filter(({ to }) => to === idOf(fred)).map(({ share }) => ({ node, share })),
  );
  const received = [];
  for (const { node, share } of toFred)
    received.push({
      node,
      share: await turn.keep('share', Buffer.from(share)),
      opening: await turn.keep('opening', Buffer.alloc(32, 7)),
      via: `via-dealt-${node}`,
    });
  const first = await turn.keep('dkg-round', Buffer.from(own.secret));
  const second = await turn.keep('dkg-round', Buffer.from(round));
  const context = contextOf(several, 'fiduciary', fred, {
    contributions: knownContributions(several, own),
    dealt: received,
    secrets: { round: second },
    ...change,
  });
  return { context, first, second, received };
};

describe('deal', () => {
  it('deals to each other fiduciary the share that its key generation gives', async () => {
    const turn = openBench();
    const { context, first } = await atWork(turn);
    const fact = await answer(
      'order.dealt',
      does({ type: 'deal' }, { ...context, secrets: { round: first } }, fred, turn),
    );
    const expected = find(
      dealAll(several, several.made, several.contributions),
      ({ node }) => node === idOf(fred),
    );
    assert.equal(fact.dealt?.length, 2);
    for (const { to, share } of fact.dealt ?? [])
      assert.deepEqual(
        await turn.reveal('share', share),
        find(expected.shares, (one) => one.to === to).share,
      );
    assert.ok(await turn.reveal('dkg-round', fact.secret));
    assert.equal(await turn.reveal('dkg-round', first), null, 'the first round is spent');
  });

  it('accuses instead who cancels what came before', async () => {
    const turn = openBench();
    const { context, first } = await atWork(turn);
    const [holder] = context.contributions;
    const cancelled = context.contributions.map((made, i) =>
      i === 3 ? { ...made, contribution: holder!.contribution } : made,
    );
    const accused = await answer(
      'order.accused',
      does(
        { type: 'deal' },
        { ...context, contributions: cancelled, secrets: { round: first } },
        fred,
        turn,
      ),
    );
    const culprit = cancelled[3]!;
    assert.deepEqual(
      [accused.blamed, accused.code, accused.evidence, accused.upheld],
      [culprit.node, 'fault/sum-identity', [viaOf(culprit)], true],
    );
    assert.ok(await turn.reveal('dkg-round', first), 'nothing is spent');
  });

  it('waits for all contributions, and for its own first round', async () => {
    const turn = openBench();
    const { context } = await atWork(turn);
    const [, ...rest] = context.contributions;
    await refuses(does({ type: 'deal' }, { ...context, contributions: rest }, fred, turn));
    await refuses(does({ type: 'deal' }, { ...context, secrets: {} }, fred, turn));
  });
});

describe('certify', () => {
  const certify = (context: OrderContext, who: Person, turn = openBench()) =>
    does({ type: 'certify' }, context, who, turn);

  it('signs the wallet that this party derives', async () => {
    const context = contextOf(single, 'beneficiary', beth, {
      contributions: knownContributions(single),
    });
    const { certification } = await answer('order.certified', certify(context, beth));
    assert.deepEqual(
      certification,
      find(single.certifications, ({ role }) => role === 'beneficiary'),
    );
  });

  it('leaves one of several its share of the group key, and nothing else', async () => {
    const turn = openBench();
    const { context, second, received } = await atWork(turn);
    const fact = await answer('order.certified', certify(context, fred, turn));
    assert.deepEqual(fact.certification, several.certifications[2 + freds.indexOf(fred)]);
    const { share } = find(several.shares, ({ node }) => node === idOf(fred));
    assert.deepEqual(await turn.reveal('share', fact.secret), share);
    const spent = [second, ...received.flatMap((one) => [one.share, one.opening])];
    assert.deepEqual(fact.spent?.toSorted(), spent.toSorted());
    for (const purpose of ['dkg-round', 'share', 'opening'] as const)
      for (const id of spent) assert.equal(await turn.reveal(purpose, id), null);
  });

  it('accuses who dealt a wrong share, with what proves it', async () => {
    for (const share of [Buffer.alloc(32, 1), Buffer.alloc(32), Buffer.alloc(32, 0xff)]) {
      const turn = openBench();
      const { context } = await atWork(turn);
      const [wrong, ...rest] = context.dealt;
      const dealt = [{ ...wrong!, share: await turn.keep('share', share) }, ...rest];
      const accused = await answer('order.accused', certify({ ...context, dealt }, fred, turn));
      const evidence = [wrong!.via, viaOf({ role: 'fiduciary', node: wrong!.node })];
      assert.deepEqual(
        [accused.blamed, accused.code, accused.evidence, accused.upheld],
        [wrong!.node, 'fault/share-dealt-wrong', evidence, true],
      );
      assert.ok(await turn.reveal('opening', wrong!.opening), 'the proof is not destroyed');
    }
  });

  it('accuses who makes the sum vanish', async () => {
    const [holder, other] = knownContributions(single);
    const context = contextOf(single, 'beneficiary', beth, {
      contributions: [holder!, { ...other!, contribution: holder!.contribution }],
    });
    const accused = await answer('order.accused', certify(context, beth));
    assert.deepEqual([accused.blamed, accused.code], [other!.node, 'fault/sum-identity']);
  });

  it('accuses nobody without an envelope to show', async () => {
    const [holder, other] = single.contributions.map((made) => ({
      ...made,
      digest: contributionDigest(made),
    }));
    const context = contextOf(single, 'beneficiary', beth, {
      contributions: [holder!, { ...other!, contribution: holder!.contribution }],
    });
    await refuses(certify(context, beth));
  });

  it('waits for all contributions, and for the key generation', async () => {
    const [one] = knownContributions(single);
    await refuses(certify(contextOf(single, 'beneficiary', beth, { contributions: [one!] }), beth));
    const turn = openBench();
    const { context } = await atWork(turn, { secrets: {} });
    await refuses(certify(context, fred, turn));
  });

  it('certifies nothing when the key generation ends with another key', async () => {
    const turn = openBench();
    const { context } = await atWork(turn);
    const { compute } = depsOf(fred);
    const wrong: Compute = {
      ...compute,
      run: async (job, input) =>
        Object.assign(await compute.run(job, input), { groupKey: single.wallet.groupKey }),
    };
    await refuses(perform({ type: 'certify' }, context, depsOf(fred, { compute: wrong }), turn));
  });

  it('certifies nothing while a dealt share is missing', async () => {
    const turn = openBench();
    const { context } = await atWork(turn);
    const dealt = context.dealt.slice(1);
    await assert.rejects(certify({ ...context, dealt }, fred, turn), { code: 'crypto/roster' });
  });
});

describe('conclude', () => {
  const context = contextOf(several, 'principal', paula, {
    certifications: knownCertifications(several).toReversed(),
  });

  it('makes the certificate', async () => {
    const { certificate } = await answer('order.ready', does({ type: 'conclude' }, context, paula));
    const { terms } = several;
    assert.deepEqual(certificate, several.certificate);
    assert.ok(verifyCertificate({ network: NETWORK, terms, certificate, blsKeyOf }));
  });

  it('needs every seat, one wallet, and the principal', async () => {
    const certifications = context.certifications.slice(1);
    await refuses(does({ type: 'conclude' }, { ...context, certifications }, paula));
    const odd = knownCertifications(hold({ n: 3, seed: 'odd' }));
    await refuses(
      does(
        { type: 'conclude' },
        { ...context, certifications: [odd.at(-1)!, ...certifications] },
        paula,
      ),
    );
    const fiduciary = { ...context, role: 'fiduciary' as const, self: idOf(fred) };
    await refuses(does({ type: 'conclude' }, fiduciary, fred));
  });
});

describe('release', () => {
  const beneficiary = { id: idOf(beth), key: beth.state.keyId };
  const redemption = { beneficiary, nonce: new Uint8Array(32), at: NOW, node: idOf(paula) };
  const ready = (ceremony = single): OrderContext =>
    contextOf(ceremony, 'fiduciary', fred, { certificate: ceremony.certificate, redemption });
  const release = (context: OrderContext, to = beth, turn = openBench()) =>
    does({ type: 'release', to: idOf(to) }, context, fred, turn);

  it('commits to the beneficiary of the terms, or the one requested first', async () => {
    for (const ceremony of [single, late]) {
      const fact = await answer('share.released', release(ready(ceremony)));
      assert.equal(fact.to, idOf(beth));
      assert.equal(fact.share, undefined);
    }
  });

  it('commits to the same again', async () => {
    await release({ ...ready(), released: { to: idOf(beth), at: 1 } });
  });

  for (const [what, context] of Object.entries<OrderContext>({
    'an order that is not ready': { ...ready(), certificate: null },
    'an order that nobody redeems': { ...ready(), redemption: null },
    'a beneficiary that is not the requested one': {
      ...ready(late),
      redemption: { ...redemption, beneficiary: { id: idOf(paula), key: paula.state.keyId } },
    },
    'somebody else than before': { ...ready(late), released: { to: idOf(paula), at: 1 } },
    'a role that guards nothing': { ...ready(), role: 'beneficiary' },
  }))
    it(`releases nothing for ${what}`, () => refuses(release(context)));

  it('releases nothing to another than the beneficiary of the terms, even if requested', async () => {
    const other = { ...redemption, beneficiary: { id: idOf(paula), key: paula.state.keyId } };
    await refuses(release({ ...ready(), redemption: other }, paula));
  });

  it('releases nothing to the beneficiary of the terms with other keys', async () => {
    const rekeyed = { ...redemption, beneficiary: { ...beneficiary, key: paula.state.keyId } };
    await refuses(release({ ...ready(), redemption: rekeyed }));
  });

  const newer = rotated(beth, 'beth newer');
  const later = { ...redemption, beneficiary: { ...beneficiary, key: newer.state.keyId } };
  const follows = (state: string, other: string) =>
    state === other || (state === beth.state.keyId && other === newer.state.keyId);

  it('commits to the beneficiary of the terms with later keys', async () => {
    const context = { ...ready(), redemption: later };
    const fact = await answer(
      'share.released',
      does({ type: 'release', to: idOf(beth) }, context, fred, openBench(), { follows }),
    );
    assert.equal(fact.to, idOf(beth));
  });

  for (const [what, gone] of [
    ['a beneficiary whose identity is revoked', beth],
    ['anybody once this node itself is revoked', fred],
  ] as const)
    it(`withholds the share from ${what}, and says so`, async () => {
      const end = revoked(gone, 'the end');
      const standing = (node: string) => ({
        current: node === idOf(gone) ? end.state : personWith(node).state,
        roles: [],
        blamed: false,
        forked: false,
      });
      const fact = await answer(
        'share.withheld',
        does({ type: 'release', to: idOf(beth) }, ready(), fred, openBench(), { standing }),
      );
      assert.equal(fact.to, idOf(beth));
      assert.equal(fact.revoked, idOf(gone));
    });

  it('releases nothing before its time', async () => {
    const waiting = hold({ notBefore: NOW + 1 });
    await refuses(release(ready(waiting)));
    await release(ready(waiting), beth, openBench(NOW + 1));
  });
});

describe('combine', () => {
  const collected = async (
    turn: Bench,
    ceremony: typeof single,
    change: Partial<OrderContext> = {},
  ) => {
    const shares = [];
    for (const { node, share } of ceremony.shares)
      shares.push({ node, share: await turn.keep('share', Buffer.from(share)) });
    const addend = await turn.keep('addend', Buffer.from(ceremony.addend));
    return contextOf(ceremony, 'beneficiary', beth, {
      contributions: knownContributions(ceremony),
      certificate: ceremony.certificate,
      shares,
      secrets: { addend },
      ...change,
    });
  };

  it('seals the key of the certified wallet', async () => {
    for (const ceremony of [single, several, late]) {
      const turn = openBench();
      const context = await collected(turn, ceremony);
      const fact = await answer('key.combined', does({ type: 'combine' }, context, beth, turn));
      const key = await turn.reveal('wallet-key', fact.secret);
      assert.deepEqual(key && publicKeyOf(key), ceremony.wallet.walletKey);
      assert.ok(await turn.reveal('addend', context.secrets.addend), 'what it is made of stays');
    }
  });

  it('seals no other key', async () => {
    const turn = openBench();
    const context = await collected(turn, single);
    const addend = await turn.keep('addend', Buffer.alloc(32, 1));
    await assert.rejects(
      does({ type: 'combine' }, { ...context, secrets: { addend } }, beth, turn),
      {
        code: 'crypto/share-invalid',
      },
    );
  });

  it('needs certificate, addend and enough shares', async () => {
    const turn = openBench();
    const context = await collected(turn, several);
    await refuses(does({ type: 'combine' }, { ...context, certificate: null }, beth, turn));
    await refuses(does({ type: 'combine' }, { ...context, secrets: {} }, beth, turn));
    await assert.rejects(
      does({ type: 'combine' }, { ...context, shares: context.shares.slice(2) }, beth, turn),
      { code: 'crypto/shares-insufficient' },
    );
  });
});

describe('destroy', () => {
  const destroy = async (change: Partial<OrderContext>, destroyReleased: boolean) => {
    const turn = openBench();
    const share = await turn.keep('share', Buffer.alloc(32, 1));
    const deps = depsOf(fred, { policy: { ...DEFAULT_POLICY, destroyReleased } });
    const context = contextOf(single, 'fiduciary', fred, change);
    const fact = await answer(
      'share.destroyed',
      perform({ type: 'destroy', secrets: [share] }, context, deps, turn),
    );
    const gone = (await turn.reveal('share', share)) === null;
    assert.equal(gone, fact.secrets.length > 0);
    return gone;
  };
  const { certificate } = single;

  it('follows the policy once the beneficiary has the key', async () => {
    assert.equal(await destroy({ certificate, receipt: { at: 1 } }, true), true);
    assert.equal(await destroy({ certificate, receipt: { at: 1 } }, false), false);
  });

  it('never takes the share of a wallet whose key nobody has', async () => {
    assert.equal(await destroy({ certificate }, true), false);
  });

  it('leaves nothing of an order that made no wallet', async () => {
    assert.equal(await destroy({}, false), true);
  });
});

describe('accuse', () => {
  it('is the charge, as an own fact', async () => {
    const charge = {
      blamed: idOf(paula),
      code: 'fault/equivocation',
      evidence: ['one', 'two'],
      upheld: true,
    } as const;
    const fact = await answer(
      'order.accused',
      does(
        { type: 'accuse', ...charge, evidence: [...charge.evidence] },
        contextOf(single, 'beneficiary', beth),
        beth,
      ),
    );
    assert.deepEqual(fact, { type: 'order.accused', at: NOW, node: idOf(beth), ...charge });
  });
});
