import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blsSign } from '../../src/crypto/bls.ts';
import { taggedHash } from '../../src/crypto/hash.ts';
import { judge, type Court } from '../../src/custody/accusation.ts';
import { transcriptOf } from '../../src/custody/wallet.ts';
import type { FaultCode } from '../../src/domain/faults.ts';
import type {
  Certification,
  Contribution,
  Evidence,
  Message,
  SeatedContribution,
} from '../../src/domain/messages.ts';
import { IdentityError } from '../../src/errors.ts';
import { inlineCompute } from '../../src/ports/compute.ts';
import { rotated, type Person } from '../identity/people.ts';
import {
  beth,
  blsKeyOf,
  certify,
  dealAll,
  find,
  freds,
  hold,
  idOf,
  makeContribution,
  mallory,
  NETWORK,
  paula,
  stateAt,
  type Ceremony,
} from './ceremony.ts';
import { createDesk, type Letter } from './desk.ts';

const order = hold({ n: 3 });
const other = hold({ n: 3, seed: 'other' });
const [fred1, fred2, fred3] = freds as [Person, Person, Person];
const desk = createDesk(order.order);

const courtOf = (ceremony: Ceremony, change: Partial<Court> = {}): Court => ({
  network: NETWORK,
  order: ceremony.order,
  terms: ceremony.terms,
  ctx: ceremony.ctx,
  known: { contributions: ceremony.contributions, certification: undefined },
  blsKeyOf,
  states: stateAt,
  compute: inlineCompute(),
  ...change,
});
const court = courtOf(order);
const ignorant: Court = { ...court, known: { contributions: [], certification: undefined } };

const accuse = (
  accuser: Person,
  accused: Person,
  code: string,
  evidence: readonly (Letter | Evidence)[],
  by: Court = court,
) => {
  const shown = evidence.map((one) => ('evidence' in one ? one.evidence : one));
  return judge(
    { accuser: idOf(accuser), accusation: { accused: idOf(accused), code, evidence: shown } },
    by,
  );
};
type Judged = Awaited<ReturnType<typeof accuse>>;

const isGuilty = (verdict: Judged, who: Person, code: FaultCode): void =>
  assert.deepEqual(verdict, { blamed: idOf(who), code, upheld: true });
const isRefuted = (verdict: Judged, accuser: Person): void =>
  isGuilty(verdict, accuser, 'fault/accusation-false');
const isUndecided = (verdict: Judged, accused: Person, code: FaultCode): void =>
  assert.deepEqual(verdict, { blamed: idOf(accused), code, upheld: false });

const contributionOf = (who: Person, of: Ceremony = order): SeatedContribution =>
  find(of.contributions, ({ node, role }) => node === idOf(who) && role !== 'principal');
const contributed = (who: Person, contribution: Contribution = contributionOf(who).contribution) =>
  desk.write(who, 'order.contributed', { role: contributionOf(who).role, contribution });
const certificationOf = (who: Person, of: Ceremony = order): Certification =>
  of.certifications[[paula, beth, ...freds].indexOf(who)]!;
const certified = (who: Person, certification = certificationOf(who)) =>
  desk.write(who, 'order.certified', certification);

/** Signs whatever it is told to. */
const signed = (who: Person, made: Certification): Certification => ({
  ...made,
  signature: blsSign(
    who.keys.bls,
    taggedHash(
      'milagro/certificate/v1',
      order.ctx,
      made.role,
      made.transcript,
      made.walletKey,
      made.address,
    ),
  ),
});

const unproven: Contribution = {
  ...contributionOf(fred1).contribution,
  proof: new Uint8Array(65).fill(2),
};
const another = makeContribution(order, contributionOf(fred1), 'another').contribution;

describe('accusation of a contribution', () => {
  it('is upheld where the proof does not hold, whatever the accuser calls it', async () => {
    for (const code of ['fault/proof-invalid', 'fault/contribution-malformed'])
      isGuilty(
        await accuse(beth, fred1, code, [contributed(fred1, unproven)]),
        fred1,
        'fault/proof-invalid',
      );
  });

  it('is upheld by who knows nothing else of the order', async () => {
    const malformed: Contribution = {
      kind: 'polynomial',
      commitments: [],
      proof: new Uint8Array(65),
    };
    const short = { ...malformed, commitments: [new Uint8Array(33).fill(2)] };
    const verdict = await accuse(
      beth,
      fred1,
      'fault/proof-invalid',
      [contributed(fred1, short)],
      ignorant,
    );
    isGuilty(verdict, fred1, 'fault/contribution-malformed');
  });

  it('is refuted by a right contribution', async () => {
    for (const code of ['fault/proof-invalid', 'fault/contribution-malformed'])
      isRefuted(await accuse(beth, fred1, code, [contributed(fred1)]), beth);
  });

  it('is refuted by what somebody else contributed', async () => {
    isRefuted(
      await accuse(beth, fred2, 'fault/proof-invalid', [contributed(fred1, unproven)]),
      beth,
    );
  });
});

describe('accusation that the sum is the identity', () => {
  const holder = contributionOf(beth);
  const cancelled = order.contributions.map((made) =>
    made.node === idOf(fred2) ? { ...made, contribution: holder.contribution } : made,
  );
  const seen: Court = { ...court, known: { contributions: cancelled, certification: undefined } };
  const evidence = [contributed(fred2)];

  it('is upheld by who received the same', async () => {
    isGuilty(
      await accuse(beth, fred2, 'fault/sum-identity', evidence, seen),
      fred2,
      'fault/sum-identity',
    );
  });

  it('is undecided by who received something else, or not all', async () => {
    for (const by of [court, ignorant])
      isUndecided(
        await accuse(beth, fred2, 'fault/sum-identity', evidence, by),
        fred2,
        'fault/sum-identity',
      );
    isUndecided(
      await accuse(beth, fred1, 'fault/sum-identity', evidence, seen),
      fred1,
      'fault/sum-identity',
    );
  });
});

describe('attack/K9: accusation of a dealt share', () => {
  const dealt = find(
    dealAll(order, order.made, order.contributions),
    ({ node }) => node === idOf(fred1),
  );
  const { share } = find(dealt.shares, ({ to }) => to === idOf(fred2));
  const wrong = Buffer.from(share);
  wrong[31]! ^= 1;
  const deal = (value: Uint8Array, to: readonly Person[] = [fred2], from = fred1) =>
    desk.write(from, 'order.dealt', { share: value }, { to });
  const accusing = (accuser: Person, evidence: readonly Letter[], by = court) =>
    accuse(accuser, fred1, 'fault/share-dealt-wrong', evidence, by);

  it('is upheld by anybody where the share does not fit the commitments', async () => {
    for (const by of [court, ignorant])
      for (const value of [wrong, Buffer.alloc(32), Buffer.alloc(32, 0xff)])
        isGuilty(
          await accusing(fred2, [deal(value), contributed(fred1)], by),
          fred1,
          'fault/share-dealt-wrong',
        );
  });

  it('is upheld where the right share does not fit what the dealer told the accuser', async () => {
    isGuilty(
      await accusing(fred2, [deal(share), contributed(fred1, another)]),
      fred1,
      'fault/share-dealt-wrong',
    );
  });

  it('blames for the contribution where already that is wrong', async () => {
    isGuilty(
      await accusing(fred2, [deal(share), contributed(fred1, unproven)]),
      fred1,
      'fault/proof-invalid',
    );
  });

  for (const [what, accuser, evidence] of [
    ['a right share', fred2, [deal(share), contributed(fred1)]],
    ['a share that was dealt to another', fred3, [deal(wrong), contributed(fred1)]],
    ['a share that was dealt to several', fred2, [deal(wrong, [fred2, fred3]), contributed(fred1)]],
    ['a share that somebody else dealt', fred2, [deal(wrong, [fred2], fred3), contributed(fred1)]],
    ['the commitments of somebody else', fred2, [deal(wrong), contributed(fred3)]],
    ['no commitments', fred2, [deal(wrong)]],
    ['no share', fred2, [contributed(fred1)]],
    ['a share for somebody who is no fiduciary', beth, [deal(wrong, [beth]), contributed(fred1)]],
  ] as const)
    it(`is refuted by ${what}`, async () => {
      isRefuted(await accusing(accuser, evidence), accuser);
    });
});

describe('attack/K12: accusation of a released share', () => {
  const { share } = find(order.shares, ({ node }) => node === idOf(fred1));
  const wrong = Buffer.from(share);
  wrong[0]! ^= 1;
  const released = (value: Uint8Array, to: readonly Person[] = [beth]) =>
    desk.write(fred1, 'share.released', { share: value }, { to });
  const accusing = (evidence: readonly Letter[], by = court) =>
    accuse(beth, fred1, 'fault/share-released-wrong', evidence, by);

  it('is upheld where it is not the one of the transcript', async () => {
    isGuilty(await accusing([released(wrong)]), fred1, 'fault/share-released-wrong');
  });

  it('is refuted by the right one', async () => {
    isRefuted(await accusing([released(share)]), beth);
  });

  it('is refuted by one that went to somebody else, or of somebody who guards none', async () => {
    isRefuted(await accusing([released(wrong, [paula])]), beth);
    const odd = desk.write(paula, 'share.released', { share: wrong }, { to: [beth] });
    isRefuted(await accuse(beth, paula, 'fault/share-released-wrong', [odd]), beth);
  });

  it('is undecided by who does not know the contributions', async () => {
    isUndecided(await accusing([released(wrong)], ignorant), fred1, 'fault/share-released-wrong');
  });

  it('is judged with a single fiduciary, too', async () => {
    const single = hold();
    const writing = createDesk(single.order);
    const show = (value: Uint8Array) => [
      writing.write(fred1, 'share.released', { share: value }, { to: [beth] }),
    ];
    const by = courtOf(single);
    const right = single.shares[0]!.share;
    isRefuted(await accuse(beth, fred1, 'fault/share-released-wrong', show(right), by), beth);
    isGuilty(
      await accuse(beth, fred1, 'fault/share-released-wrong', show(wrong), by),
      fred1,
      'fault/share-released-wrong',
    );
  });
});

describe('attack/K10: accusation of equivocation', () => {
  const accusing = (evidence: readonly (Letter | Evidence)[], by = court) =>
    accuse(beth, fred1, 'fault/equivocation', evidence, by);
  const digests = order.wallet.digests.map((digest, i) => (i === 1 ? Buffer.alloc(32) : digest));
  const denying = signed(fred1, {
    ...certificationOf(fred1),
    digests,
    transcript: transcriptOf(order.ctx, digests),
  });

  for (const [what, evidence] of Object.entries<readonly (Letter | Evidence)[]>({
    'two contributions of one seat': [contributed(fred1), contributed(fred1, another)],
    'two certifications of one seat': [
      certified(fred1),
      certified(fred1, signed(fred1, { ...certificationOf(fred1), address: 'elsewhere' })),
    ],
    'two envelopes with one number': [
      desk.write(fred1, 'order.refused', { role: 'fiduciary', code: 'a/b', text: '' }, { seq: 9 }),
      desk.write(fred1, 'order.refused', { role: 'fiduciary', code: 'a/b', text: '' }, { seq: 9 }),
    ],
    'a certification that denies the own contribution': [
      contributed(fred1),
      certified(fred1, denying),
    ],
  }))
    it(`is upheld by ${what}`, async () => {
      for (const by of [court, ignorant])
        isGuilty(await accusing(evidence, by), fred1, 'fault/equivocation');
    });

  it('is upheld by two headers with one number, their content unseen', async () => {
    const pair = [7, 7].map((seq) =>
      desk.write(fred1, 'order.dealt', { share: new Uint8Array(32) }, { seq }),
    );
    const unseen = pair.map(({ evidence: { envelope } }) => ({ envelope }));
    isGuilty(await accusing(unseen), fred1, 'fault/equivocation');
  });

  it('is upheld where one of the two is shown within another accusation', async () => {
    const inner = desk.write(fred2, 'order.accused', {
      accused: idOf(fred3),
      code: 'fault/certification-unjustified',
      evidence: [contributed(fred1, another).evidence],
    });
    isGuilty(await accusing([inner, contributed(fred1)], ignorant), fred1, 'fault/equivocation');
  });

  const twice = contributed(fred1);
  for (const [what, evidence] of Object.entries<readonly Letter[]>({
    'one contribution': [twice],
    'one contribution shown twice': [twice, twice],
    'one contribution sent twice': [contributed(fred1), contributed(fred1)],
    'one contribution and its certification': [contributed(fred1), certified(fred1)],
    'two of different nodes with one number': [
      desk.write(fred2, 'order.refused', { role: 'fiduciary', code: 'a/b', text: '' }, { seq: 9 }),
      desk.write(fred3, 'order.refused', { role: 'fiduciary', code: 'a/b', text: '' }, { seq: 9 }),
    ],
    'two contributions of somebody else': [
      desk.write(fred2, 'order.contributed', { role: 'fiduciary', contribution: another }),
      contributed(fred2),
    ],
  }))
    it(`is refuted by ${what}`, async () => {
      isRefuted(await accusing(evidence), beth);
    });

  it('is refuted by what one node says in two roles', async () => {
    const both = hold({ principal: fred1, beneficiary: fred1, n: 3 });
    const writing = createDesk(both.order);
    const evidence = both.contributions
      .filter(({ node }) => node === idOf(fred1))
      .map(({ role, contribution }) =>
        writing.write(fred1, 'order.contributed', { role, contribution }),
      );
    const roles = both.certificate.signers.filter(({ node }) => node === idOf(fred1));
    for (const [i, { role, node }] of roles.entries()) {
      const wallet = i === 0 ? other.wallet : both.wallet;
      evidence.push(writing.write(fred1, 'order.certified', certify(both, role, node, wallet)));
    }
    assert.equal(evidence.length, 5);
    const made = evidence.slice(0, 2);
    isRefuted(await accuse(beth, fred1, 'fault/equivocation', made, courtOf(both)), beth);
    const said = evidence.slice(2);
    isRefuted(await accuse(beth, fred1, 'fault/equivocation', said, courtOf(both)), beth);
  });
});

describe('attack/K11: accusation of a certification', () => {
  const accusing = (evidence: readonly Letter[], by = court, accused = fred1) =>
    accuse(beth, accused, 'fault/certification-wrong', evidence, by);
  const made = certificationOf(fred1);

  for (const [what, wrong] of Object.entries<Certification>({
    'its signature is bad': { ...made, signature: new Uint8Array(96) },
    'its address is not that of its wallet key': signed(fred1, { ...made, address: 'elsewhere' }),
    'its transcript is not that of its digests': signed(fred1, {
      ...made,
      transcript: new Uint8Array(32),
    }),
    'its role is not one of its maker': signed(fred1, { ...made, role: 'principal' }),
  }))
    it(`is upheld by anybody where ${what}`, async () => {
      for (const by of [court, ignorant])
        isGuilty(await accusing([certified(fred1, wrong)], by), fred1, 'fault/certification-wrong');
    });

  const lie = signed(fred1, {
    ...made,
    walletKey: other.wallet.walletKey,
    address: other.wallet.address,
  });

  it('is upheld by who derives another wallet of the same contributions', async () => {
    isGuilty(await accusing([certified(fred1, lie)]), fred1, 'fault/certification-wrong');
    const certification = certificationOf(beth);
    const remembering: Court = { ...court, known: { contributions: [], certification } };
    isGuilty(
      await accusing([certified(fred1, lie)], remembering),
      fred1,
      'fault/certification-wrong',
    );
  });

  it('is refuted by a right one', async () => {
    isRefuted(await accusing([certified(fred1)]), beth);
    isRefuted(await accusing([certified(fred2)]), beth);
  });

  it('is undecided by who has other contributions, or not all', async () => {
    isUndecided(await accusing([certified(fred1)], ignorant), fred1, 'fault/certification-wrong');
    const known = { contributions: other.contributions, certification: undefined };
    isUndecided(
      await accusing([certified(fred1)], { ...court, known }),
      fred1,
      'fault/certification-wrong',
    );
  });
});

describe('accusation of a certificate', () => {
  const ready = (certificate = order.certificate, from = paula) =>
    desk.write(from, 'order.ready', { certificate });
  const accusing = (evidence: readonly Letter[], accused = paula) =>
    accuse(beth, accused, 'fault/certificate-invalid', evidence, ignorant);

  it('is upheld where it does not verify', async () => {
    for (const certificate of [
      other.certificate,
      { ...order.certificate, address: other.certificate.address },
      { ...order.certificate, aggregate: new Uint8Array(96) },
    ])
      isGuilty(await accusing([ready(certificate)]), paula, 'fault/certificate-invalid');
  });

  it('is refuted where it does, or is not the principal’s', async () => {
    isRefuted(await accusing([ready()]), beth);
    isRefuted(await accusing([ready(other.certificate, fred1)], fred1), beth);
    isRefuted(await accusing([certified(paula)]), beth);
  });
});

describe('accusation that a certification is not justified', () => {
  const accusing = (evidence: readonly Letter[], by = court, accused = fred3) =>
    accuse(fred2, accused, 'fault/certification-unjustified', evidence, by);
  const odd = certified(
    fred3,
    signed(fred3, { ...certificationOf(fred3), digests: other.wallet.digests }),
  );

  it('finds who told two parties two things, by the copy that this party has', async () => {
    assert.deepEqual(await accusing([odd, contributed(fred1, another)]), {
      blamed: idOf(fred1),
      code: 'fault/equivocation',
      upheld: true,
      counterpart: { role: 'fiduciary', node: idOf(fred1) },
    });
  });

  it('finds who certifies another contribution than it signed', async () => {
    const digests = order.wallet.digests.map((digest, i) => (i === 3 ? Buffer.alloc(32) : digest));
    const denying = signed(fred3, { ...certificationOf(fred3), digests });
    isGuilty(
      await accusing([certified(fred3, denying), contributed(fred3)], ignorant),
      fred3,
      'fault/equivocation',
    );
  });

  it('is undecided where the copies are equal, or there is none', async () => {
    const suspicion = 'fault/certification-unjustified';
    isUndecided(await accusing([odd, contributed(fred1)]), fred3, suspicion);
    isUndecided(await accusing([odd, contributed(fred1, another)], ignorant), fred3, suspicion);
    isUndecided(await accusing([odd]), fred3, suspicion);
  });
});

describe('attack/K9: accusation of a false accusation', () => {
  const falsely = (
    evidence: readonly Letter[],
    code = 'fault/proof-invalid',
  ): Message<'order.accused'> => ({
    accused: idOf(fred2),
    code,
    evidence: evidence.map((one) => one.evidence),
  });
  const accusing = (inner: Message<'order.accused'>) =>
    accuse(beth, fred1, 'fault/accusation-false', [desk.write(fred1, 'order.accused', inner)]);

  it('is upheld where the inner one is refuted', async () => {
    isGuilty(await accusing(falsely([contributed(fred2)])), fred1, 'fault/accusation-false');
  });

  it('is refuted where the inner one is right', async () => {
    isRefuted(await accusing(falsely([contributed(fred2, unproven)])), beth);
    isRefuted(await accuse(beth, fred1, 'fault/accusation-false', [contributed(fred1)]), beth);
  });

  it('is undecided where the inner one is, or is of the same kind', async () => {
    const suspicion = falsely([certified(fred2)], 'fault/certification-unjustified');
    isUndecided(await accusing(suspicion), fred1, 'fault/accusation-false');
    const inner = falsely([contributed(fred2)], 'fault/accusation-false');
    isUndecided(await accusing(inner), fred1, 'fault/accusation-false');
  });
});

describe('evidence that proves nothing blames the accuser', () => {
  const right = contributed(fred1, unproven).evidence;
  const accusing = (evidence: Evidence, by = court) =>
    accuse(beth, fred1, 'fault/proof-invalid', [evidence], by);
  const flipped = (bytes: Uint8Array, place: number) =>
    Uint8Array.from(bytes, (byte, i) => (i === place ? byte ^ 1 : byte));

  it('but would be upheld as it is', async () => {
    isGuilty(await accusing(right), fred1, 'fault/proof-invalid');
  });

  it('when any byte of it is changed', async () => {
    const { envelope, cek } = right;
    for (let place = 0; place < envelope.length; place += 97)
      isRefuted(await accusing({ envelope: flipped(envelope, place), cek }), beth);
    isRefuted(await accusing({ envelope, cek: flipped(cek, 5) }), beth);
  });

  it('when it is not opened', async () => {
    isRefuted(await accusing({ envelope: right.envelope }), beth);
  });

  it('when one of several proves nothing', async () => {
    const evidence = [right, { envelope: new Uint8Array(9) }];
    isRefuted(await accuse(beth, fred1, 'fault/proof-invalid', evidence), beth);
  });

  it('when it is of another order, or of none', async () => {
    for (const stream of [other.order, null]) {
      const { evidence } = createDesk(stream).write(fred1, 'order.contributed', {
        role: 'fiduciary',
        contribution: unproven,
      });
      isRefuted(await accusing(evidence), beth);
    }
  });

  it('when it is signed by no party of the order', async () => {
    const forged = { ...mallory, keys: { ...mallory.keys, id: idOf(fred1) } };
    for (const from of [mallory, forged]) {
      const message: Message<'order.contributed'> = { role: 'fiduciary', contribution: unproven };
      isRefuted(await accusing(desk.write(from, 'order.contributed', message).evidence), beth);
    }
  });

  it('when it is signed with keys that the order has left behind', async () => {
    const renewed = rotated(fred1, 'fred renewed');
    const states = (key: string) => (key === renewed.state.keyId ? renewed.state : stateAt(key));
    const [, ...rest] = order.terms.fiduciaries;
    const terms = {
      ...order.terms,
      fiduciaries: [{ id: idOf(fred1), key: renewed.state.keyId }, ...rest],
    };
    isRefuted(await accusing(right, { ...court, states, terms }), beth);
    const message: Message<'order.contributed'> = { role: 'fiduciary', contribution: unproven };
    const { evidence } = desk.write(renewed, 'order.contributed', message);
    for (const by of [
      { ...court, states, terms },
      { ...court, states },
    ])
      isGuilty(await accusing(evidence, by), fred1, 'fault/proof-invalid');
  });

  it('but not when this party does not know the keys yet', async () => {
    const states = () => {
      throw new IdentityError('identity/unknown', 'not yet');
    };
    await assert.rejects(accusing(right, { ...court, states }), { code: 'identity/unknown' });
  });

  it('and what is no fault is no accusation', async () => {
    assert.equal(await accuse(beth, fred1, 'fault/ugly', [right]), undefined);
    assert.equal(await accuse(beth, fred1, 'constructor/name', [right]), undefined);
  });
});
