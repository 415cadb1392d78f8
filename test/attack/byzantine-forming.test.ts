import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addPoints } from '../../src/crypto/key-addition.ts';
import { publicKeyOf } from '../../src/crypto/secp256k1.ts';
import { coinOf } from '../../src/coins/coins.ts';
import { orderIdOf } from '../../src/custody/order-id.ts';
import type { Contribution, Message } from '../../src/domain/messages.ts';
import type { Terms } from '../../src/domain/terms.ts';
import {
  idOf,
  listening,
  opposite,
  pointsAt,
  polynomial,
  type Polynomial,
} from '../byzantine/forge.ts';
import type { Letter, Lie, Spoken } from '../byzantine/liar.ts';
import { adding, changed, instead, only, silent } from '../byzantine/lies.ts';
import { assertBlamed, assertRight, assertWaited, orderWith } from '../byzantine/told.ts';
import type { Cast } from '../simulation/cast.ts';

/**
 * Production nodes, one of them with a liar behind it (test/byzantine/liar.ts), while a wallet is formed: all others
 * find out, name the same culprit, and no wallet comes of it.
 */

/** Instead of the polynomial that fred2 drew. */
const contributing = (made: (own: Polynomial, spoken: Spoken) => Contribution | undefined): Lie =>
  changed('order.contributed', ({ role, contribution }, spoken) => {
    const instead = contribution.kind === 'polynomial' ? made(contribution, spoken) : undefined;
    return instead && { role, contribution: instead };
  });

/** The last to speak: knows the contributions of the three others before it says what its own is. */
const contributingLast = (
  made: (others: readonly Contribution[], own: Polynomial, spoken: Spoken) => Contribution,
): Lie => {
  const { hear, contributions } = listening();
  const lie = contributing((own, spoken) => made(contributions(), own, spoken));
  return {
    hear,
    speak: (spoken, truth) =>
      spoken.header.type === 'order.contributed' && contributions().length < 3
        ? []
        : lie.speak(spoken, truth),
  };
};

describe('attack/K1: the last fiduciary answers with the difference to a key that it knows', () => {
  it('is named by all', async () => {
    const told = await orderWith((cast) => ({
      fred2: contributingLast((others, own, spoken) => {
        const known = polynomial(cast, spoken);
        const rogue = addPoints([known.commitments[0]!, ...pointsAt(others, 0).map(opposite)]);
        return { ...known, commitments: [rogue, own.commitments[1]!] };
      }),
    }));
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });

  it('is named by all where it says so to one alone', async () => {
    const told = await orderWith((cast) => ({
      fred2: only(
        [idOf(cast, 'fred3')],
        contributing((own) => ({ ...own, proof: new Uint8Array(65).fill(2) })),
      ),
    }));
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });

  it('the beneficiary as well', async () => {
    const told = await orderWith({
      beth: changed('order.contributed', ({ role, contribution }) => ({
        role,
        contribution: { ...contribution, proof: new Uint8Array(65).fill(2) },
      })),
    });
    assertBlamed(told, 'beth', 'fault/proof-invalid');
  });
});

describe('attack/K4: a fiduciary contributes with a proof that is not for it or not for this', () => {
  it('that of another party', async () => {
    const { hear, contributions } = listening();
    const lie = contributing(
      () => contributions().find((made) => made.kind === 'polynomial') ?? undefined,
    );
    const told = await orderWith({
      fred2: {
        hear,
        speak: (spoken, truth) =>
          spoken.header.type === 'order.contributed' && pointsAt(contributions(), 1).length === 0
            ? []
            : lie.speak(spoken, truth),
      },
    });
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });

  it('its own from another order', async () => {
    const stream = orderIdOf({ v: 1 } as Terms);
    const told = await orderWith((cast) => ({
      fred2: contributing((_own, { header }) =>
        polynomial(cast, { header: { ...header, stream } }),
      ),
    }));
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });

  it('its own from another network', async () => {
    const told = await orderWith((cast) => ({
      fred2: contributing((_own, spoken) => polynomial(cast, spoken, { network: 'elsewhere' })),
    }));
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });
});

describe('attack/K5: a fiduciary contributes', () => {
  const points: [string, Uint8Array][] = [
    ['the identity', new Uint8Array(33)],
    ['a point off the curve', Uint8Array.of(2, ...new Uint8Array(31), 5)],
    ['another encoding', Uint8Array.of(4, ...new Uint8Array(31).fill(1), 1)],
  ];
  for (const [name, point] of points)
    for (const place of [0, 1])
      it(`${name} in place ${place}`, async () => {
        const told = await orderWith({
          fred2: contributing((own) => ({
            ...own,
            commitments: own.commitments.with(place, point),
          })),
        });
        assertBlamed(told, 'fred2', 'fault/contribution-malformed');
      });

  it('the opposite of another point', async () => {
    const told = await orderWith({
      fred2: contributingLast((others, own) => {
        const [first] = pointsAt(others, 0);
        return { ...own, commitments: [opposite(first!), own.commitments[1]!] };
      }),
    });
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });

  it('a coefficient that makes a sum vanish: nothing is dealt, and the order expires', async () => {
    const told = await orderWith({
      fred2: contributingLast((others, own) => {
        const sum = addPoints(pointsAt(others, 1));
        return { ...own, commitments: [own.commitments[0]!, opposite(sum)] };
      }),
    });
    assertWaited(told);
    assert.ok(!told.trace.some((line) => /fred[13] +-> \S+ order\.dealt/.test(line)));
  });

  it('what another fiduciary contributed, who told it the secret: the second of the two is named', async () => {
    const same = (cast: Cast): Lie =>
      contributing((_own, spoken) => polynomial(cast, spoken, { threshold: 3, label: 'shared' }));
    const told = await orderWith((cast) => ({ fred2: same(cast), fred3: same(cast) }), {
      scenario: '3 of 5',
    });
    const second = told.id('fred2') < told.id('fred3') ? 'fred3' : 'fred2';
    assertBlamed(told, second, 'fault/sum-identity');
  });
});

describe('attack/K6: a fiduciary names its own participant identifier', () => {
  for (const identifier of [0, 'that of another'])
    it(`${identifier}: nobody reads it, and who sends it is waited for`, async () => {
      const told = await orderWith({
        fred2: contributing((own) => ({ ...own, identifier }) as Polynomial),
      });
      assertWaited(told);
      assert.ok(
        told.trace.some((line) => /paula +envelope\.not-taken order\.contributed/.test(line)),
      );
    });

  it('by a proof made for that of another: named by all', async () => {
    const told = await orderWith((cast) => ({
      fred2: contributing((_own, spoken) =>
        polynomial(cast, spoken, { self: idOf(cast, 'fred1') }),
      ),
    }));
    assertBlamed(told, 'fred2', 'fault/proof-invalid');
  });
});

describe('attack/K7: a fiduciary commits to a polynomial of another degree', () => {
  it('higher than t - 1', async () => {
    const told = await orderWith((cast) => ({
      fred2: contributing((_own, spoken) => polynomial(cast, spoken, { threshold: 3 })),
    }));
    assertBlamed(told, 'fred2', 'fault/contribution-malformed');
  });

  it('lower than t - 1', async () => {
    const told = await orderWith({
      fred2: contributing((own) => ({ ...own, commitments: own.commitments.slice(0, 1) })),
    });
    assertBlamed(told, 'fred2', 'fault/contribution-malformed');
  });

  it('a single point instead', async () => {
    const told = await orderWith({
      fred2: contributing(({ commitments, proof }) => ({
        kind: 'point',
        point: commitments[0]!,
        proof,
      })),
    });
    assertBlamed(told, 'fred2', 'fault/contribution-malformed');
  });
});

describe('attack/K8: a principal proposes terms with', () => {
  /** The terms have the name that follows from them: nothing but the rule is broken. */
  const proposing = (change: (terms: Terms) => Terms): Lie =>
    instead(({ header, message }, truth) => {
      if (header.type !== 'order.proposed') return undefined;
      const terms = change((message as Message<'order.proposed'>).terms);
      return [{ ...truth, stream: orderIdOf(terms), message: { terms } } satisfies Letter];
    });

  const bad: [string, (terms: Terms) => Terms][] = [
    ['threshold 0', (terms) => ({ ...terms, threshold: 0 })],
    ['threshold 1 of 3', (terms) => ({ ...terms, threshold: 1 })],
    ['threshold 4 of 3', (terms) => ({ ...terms, threshold: 4 })],
    ['no fiduciaries', (terms) => ({ ...terms, fiduciaries: [] })],
    [
      'one fiduciary three times',
      (terms) => ({ ...terms, fiduciaries: terms.fiduciaries.map(() => terms.fiduciaries[0]!) }),
    ],
  ];
  for (const [name, change] of bad)
    it(`${name}: nobody takes part`, async () => {
      const told = await orderWith({ paula: proposing(change) });
      assert.deepEqual([...told.views.keys()], ['paula']);
      assert.deepEqual(
        told.view('paula').seats.flatMap(({ done }) => done),
        ['order.proposed'],
      );
      assert.equal(told.view('paula').ended?.code, 'refusal/too-late');
      assert.ok(!told.trace.some((line) => /-> \S+ order\.contributed/.test(line)));
    });
});

describe('attack/K9: a fiduciary', () => {
  it('deals a wrong share to one', async () => {
    const told = await orderWith((cast) => ({
      fred2: only(
        [idOf(cast, 'fred3')],
        changed('order.dealt', () => ({ share: Buffer.alloc(32, 1) })),
      ),
    }));
    assertBlamed(told, 'fred2', 'fault/share-dealt-wrong');
  });

  it('deals one the share of another', async () => {
    const shares: unknown[] = [];
    const told = await orderWith({
      fred2: instead(({ header, message }, truth) => {
        if (header.type !== 'order.dealt') return undefined;
        shares.push(message);
        return [{ ...truth, message: shares[0] }];
      }),
    });
    assertBlamed(told, 'fred2', 'fault/share-dealt-wrong');
  });

  it('deals nothing to one: it is waited for, by name', async () => {
    const told = await orderWith((cast) => ({
      fred2: only([idOf(cast, 'fred3')], silent('order.dealt')),
    }));
    assertWaited(told);
  });

  const accusing = (evidence: readonly unknown[], code: string, cast: Cast): Lie =>
    adding('order.contributed', (_spoken, truth) => [
      {
        ...truth,
        type: 'order.accused',
        seq: 1_000,
        message: { accused: idOf(cast, 'fred3'), code, evidence },
      },
    ]);

  it('accuses with what proves nothing', async () => {
    const evidence = [{ envelope: new Uint8Array(100) }];
    const told = await orderWith((cast) => ({
      fred2: accusing(evidence, 'fault/proof-invalid', cast),
    }));
    assertBlamed(told, 'fred2', 'fault/accusation-false');
  });

  it('accuses with what its victim rightly sent', async () => {
    const evidence: unknown[] = [];
    let seq = 1_000;
    const told = await orderWith((cast) => ({
      fred2: {
        hear: (heard) => {
          if (
            heard.header.type === 'order.contributed' &&
            heard.header.from === idOf(cast, 'fred3')
          )
            evidence.push(heard.evidence);
        },
        ...instead((spoken, truth) =>
          spoken.header.type !== 'order.dealt' || evidence.length === 0
            ? undefined
            : [
                truth,
                {
                  ...truth,
                  type: 'order.accused',
                  seq: ++seq,
                  message: {
                    accused: idOf(cast, 'fred3'),
                    code: 'fault/proof-invalid',
                    evidence: evidence.slice(0, 1),
                  },
                },
              ],
        ),
      },
    }));
    assertBlamed(told, 'fred2', 'fault/accusation-false');
  });
});

describe('attack/K10: a fiduciary contributes differently to different parties', () => {
  /** What it deals fits one of its two polynomials at most. */
  const FAULTS = ['fault/equivocation', 'fault/share-dealt-wrong'];
  const twoFaced = (names: readonly string[], seq?: number) => (cast: Cast) => ({
    fred2: only(
      names.map((name) => idOf(cast, name)),
      instead(({ header }, truth) =>
        header.type === 'order.contributed'
          ? [
              {
                ...truth,
                seq: seq ?? truth.seq,
                message: { role: 'fiduciary', contribution: polynomial(cast, { header }) },
              },
            ]
          : undefined,
      ),
    ),
  });

  it('under one number', async () => {
    const told = await orderWith(twoFaced(['paula', 'fred1']));
    assertBlamed(told, 'fred2', ...FAULTS);
  });

  it('under two numbers, one to one alone', async () => {
    const told = await orderWith(twoFaced(['fred1'], 1_000));
    assertBlamed(told, 'fred2', ...FAULTS);
  });

  it('under two numbers, halves to halves', async () => {
    const told = await orderWith(twoFaced(['beth', 'fred3'], 1_000));
    assertBlamed(told, 'fred2', ...FAULTS);
  });

  // What it deals is right for all who are dealt something: only comparing what is certified finds it.
  for (const name of ['paula', 'beth'])
    it(`another one to ${name} alone, under another number`, async () => {
      assertBlamed(await orderWith(twoFaced([name], 1_000)), 'fred2', 'fault/equivocation');
    });

  it('both to one', async () => {
    const told = await orderWith((cast) => ({
      fred2: only(
        [idOf(cast, 'beth')],
        adding('order.contributed', (spoken, truth) => [
          {
            ...truth,
            seq: 1_000,
            message: { role: 'fiduciary', contribution: polynomial(cast, spoken) },
          },
        ]),
      ),
    }));
    assertBlamed(told, 'fred2', 'fault/equivocation');
  });
});

describe('attack/K11: a party certifies', () => {
  const walletKey = publicKeyOf(Buffer.alloc(32, 1));
  const address = coinOf('bitcoin').address(walletKey);

  it('another address', async () => {
    const told = await orderWith({
      fred2: changed('order.certified', (own) => ({ ...own, address })),
    });
    assertBlamed(told, 'fred2', 'fault/certification-wrong');
  });

  it('another address to the beneficiary alone', async () => {
    const told = await orderWith((cast) => ({
      fred2: only(
        [idOf(cast, 'beth')],
        changed('order.certified', (own) => ({ ...own, address })),
      ),
    }));
    assertRight(told, 'fred2', 'fault/certification-wrong');
  });

  it('another wallet key with its address', async () => {
    const told = await orderWith({
      fred2: changed('order.certified', (own) => ({ ...own, walletKey, address })),
    });
    assertBlamed(told, 'fred2', 'fault/certification-wrong');
  });

  it('the right wallet with a wrong signature', async () => {
    const told = await orderWith({
      fred2: changed('order.certified', (own) => ({
        ...own,
        signature: own.signature.map((b) => b ^ 1),
      })),
    });
    assertBlamed(told, 'fred2', 'fault/certification-wrong');
  });

  it('as principal, in the certificate', async () => {
    const told = await orderWith({
      paula: changed('order.ready', ({ certificate }) => ({
        certificate: { ...certificate, address },
      })),
    });
    assertBlamed(told, 'paula', 'fault/certificate-invalid');
  });
});
