import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkContribution,
  contributionDigest,
  drawPoint,
  drawPolynomial,
} from '../../src/custody/contribution.ts';
import type { Contribution, SeatedContribution } from '../../src/domain/messages.ts';
import type { Seat } from '../../src/domain/terms.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { H } from '../independent.ts';
import {
  beth,
  freds,
  hold,
  idOf,
  makeContribution,
  mallory,
  paula,
  scopeOf,
  termsOf,
} from './ceremony.ts';

const single = hold();
const several = hold({ n: 3 });
const late = hold({ beneficiary: null });
const [holder, fred] = single.contributions as [SeatedContribution, SeatedContribution];
const [, first, second] = several.contributions as SeatedContribution[] as [
  SeatedContribution,
  SeatedContribution,
  SeatedContribution,
];

type Point = Extract<Contribution, { kind: 'point' }>;
type Polynomial = Extract<Contribution, { kind: 'polynomial' }>;
const point = holder.contribution as Point;
const polynomial = first.contribution as Polynomial;

const withPoint = (change: Partial<Point>): SeatedContribution => ({
  ...holder,
  contribution: { ...point, ...change },
});
const withPolynomial = (change: Partial<Polynomial>): SeatedContribution => ({
  ...first,
  contribution: { ...polynomial, ...change },
});
const flipped = (bytes: Uint8Array, place: number): Uint8Array =>
  Uint8Array.from(bytes, (byte, i) => (i === place ? byte ^ 1 : byte));
const prefixed = (prefix: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.of(prefix), bytes.subarray(1)]);
const negated = (bytes: Uint8Array): Uint8Array => prefixed(bytes[0] === 2 ? 3 : 2, bytes);
/** x of no point of the curve: x = 5. */
const OFF_CURVE = prefixed(2, Buffer.concat([Buffer.alloc(32), Buffer.of(5)]));

describe('contribution', () => {
  it('of every seat that contributes is right', () => {
    for (const { contributions, ...scope } of [single, several, late])
      for (const made of contributions) assert.equal(checkContribution(scope, made), undefined);
  });

  it('of a principal counts only while no beneficiary is named', () => {
    assert.equal(late.contributions[0]?.role, 'principal');
    const scope = scopeOf(termsOf());
    const made = makeContribution(scope, { role: 'principal', node: idOf(paula) });
    assert.equal(checkContribution(scope, made), 'fault/contribution-malformed');
  });

  for (const [what, made] of Object.entries<SeatedContribution>({
    'a point that is the identity': withPoint({ point: Buffer.alloc(33) }),
    'a point off the curve': withPoint({ point: OFF_CURVE }),
    'a point whose x is not below p': withPoint({ point: prefixed(2, Buffer.alloc(33, 0xff)) }),
    'an uncompressed point': withPoint({
      point: secp256k1.Point.fromBytes(point.point).toBytes(false),
    }),
    'a polynomial where a point is due': { ...holder, contribution: polynomial },
    'the seat of a stranger': { ...holder, node: idOf(mallory) },
    'a role that the node has not': { ...holder, role: 'fiduciary' },
  }))
    it(`with ${what} is malformed`, () => {
      assert.equal(checkContribution(single, made), 'fault/contribution-malformed');
    });

  for (const [what, made] of Object.entries<SeatedContribution>({
    'a point where a polynomial is due': { ...first, contribution: point },
    'no commitments': withPolynomial({ commitments: [] }),
    'too few commitments': withPolynomial({ commitments: polynomial.commitments.slice(0, 1) }),
    'too many commitments': withPolynomial({
      commitments: [...polynomial.commitments, polynomial.commitments[1]!],
    }),
    'a commitment off the curve': withPolynomial({
      commitments: [polynomial.commitments[0]!, OFF_CURVE],
    }),
    'a commitment that is the identity': withPolynomial({
      commitments: [polynomial.commitments[0]!, Buffer.alloc(33)],
    }),
  }))
    it(`of several with ${what} is malformed`, () => {
      assert.equal(checkContribution(several, made), 'fault/contribution-malformed');
    });

  for (const place of [0, 1, 32, 33, 64])
    it(`with byte ${place} of its proof changed proves nothing`, () => {
      const proof = flipped(point.proof, place);
      assert.equal(checkContribution(single, withPoint({ proof })), 'fault/proof-invalid');
      const other = flipped(polynomial.proof, place);
      assert.equal(
        checkContribution(several, withPolynomial({ proof: other })),
        'fault/proof-invalid',
      );
    });

  for (const proof of [new Uint8Array(65), new Uint8Array(65).fill(0xff), new Uint8Array(64)])
    it(`with a proof of ${proof.length} times ${proof[0]} proves nothing`, () => {
      assert.equal(checkContribution(several, withPolynomial({ proof })), 'fault/proof-invalid');
    });

  it('with another point under its proof proves nothing', () => {
    for (const other of [negated(point.point), (fred.contribution as Point).point])
      assert.equal(checkContribution(single, withPoint({ point: other })), 'fault/proof-invalid');
    const commitments = [...(second.contribution as Polynomial).commitments];
    assert.equal(
      checkContribution(several, withPolynomial({ commitments })),
      'fault/proof-invalid',
    );
  });

  it('attack/K3: is drawn afresh each time', () => {
    const random = createSeededRandom('one generator');
    const seat: Seat = { role: 'fiduciary', node: idOf(freds[0]!) };
    const drawn = [
      ...[single, single].map((scope) => drawPoint(scope, seat, random)),
      ...[several, several].map((scope) => drawPolynomial(scope, seat.node, random)),
    ];
    const points = drawn
      .flatMap(({ contribution: made }) =>
        made.kind === 'point' ? [made.point] : made.commitments,
      )
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    assert.equal(new Set(points).size, 6);
  });
});

describe('digest of a contribution', () => {
  it('is H("milagro/contribution/v1", role, node, contribution)', () => {
    const { role, node, contribution } = first;
    assert.deepEqual(
      contributionDigest(first),
      H('milagro/contribution/v1', role, node, contribution),
    );
  });

  it('is another for another seat', () => {
    const seats: SeatedContribution[] = [
      holder,
      { ...holder, role: 'principal' },
      { ...holder, node: idOf(freds[0]!) },
      { ...holder, node: idOf(beth), contribution: polynomial },
    ];
    const digests = seats.map((made) => contributionDigest(made).toString('hex'));
    assert.equal(new Set(digests).size, seats.length);
  });
});
