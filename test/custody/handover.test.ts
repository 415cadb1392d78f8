import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { provePossession } from '../../src/crypto/proof-of-knowledge.ts';
import { checkContribution } from '../../src/custody/contribution.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { isRightHandover } from '../../src/custody/handover.ts';
import type { HandedOver } from '../../src/domain/messages.ts';
import { concludeCertificate, verifyCertificate } from '../../src/custody/certification.ts';
import { seatsOf } from '../../src/domain/terms.ts';
import { blsKeyOf, certify, hold, NETWORK, type Ceremony } from './ceremony.ts';

const handoverOf = ({ terms, contributions, certificate, addend }: Ceremony): HandedOver => ({
  terms,
  contributions,
  certificate,
  addend,
});
const order = hold({ n: 3, beneficiary: null });
const other = hold({ n: 3, beneficiary: null, seed: 'other' });
const right = handoverOf(order);

const holds = (handover: HandedOver, change: { network?: string; order?: string } = {}) =>
  isRightHandover({ network: NETWORK, order: order.order, blsKeyOf, ...change, handover });

describe('handover', () => {
  it('of a ready order is right, whatever the order of its contributions', () => {
    assert.ok(holds(right));
    assert.ok(holds({ ...right, contributions: right.contributions.toReversed() }));
    const single = hold({ beneficiary: null });
    assert.ok(holds(handoverOf(single), { order: single.order }));
  });

  const [first, ...rest] = right.contributions;
  const wrongAddend = Buffer.from(order.addend);
  wrongAddend[0]! ^= 1;
  for (const [what, handover] of Object.entries<HandedOver>({
    'the terms of another order': { ...right, terms: other.terms },
    'all of another order': handoverOf(other),
    'the certificate of another order': { ...right, certificate: other.certificate },
    'a certificate for another address': {
      ...right,
      certificate: { ...right.certificate, address: other.certificate.address },
    },
    'the contributions of another order': { ...right, contributions: other.contributions },
    'one other contribution': { ...right, contributions: [other.contributions[0]!, ...rest] },
    'a contribution left out': { ...right, contributions: rest },
    'a contribution twice': { ...right, contributions: [...right.contributions, first!] },
    'another addend': { ...right, addend: wrongAddend },
    'no addend': { ...right, addend: Buffer.alloc(32) },
    'the share of a fiduciary for the addend': { ...right, addend: order.shares[0]!.share },
  }))
    it(`with ${what} is refused`, () => {
      assert.equal(holds(handover), false);
    });

  it('is refused with a right contribution that is not the certified one', () => {
    const { secret } = order.made[0]!;
    const random = createSeededRandom('another proof');
    const { proof } = provePossession({
      ctx: order.ctx,
      role: first!.role,
      node: first!.node,
      secret,
      random,
    });
    assert.ok(first!.contribution.kind === 'point');
    const again = { ...first!, contribution: { ...first!.contribution, proof } };
    assert.equal(checkContribution(order, again), undefined);
    assert.equal(holds({ ...right, contributions: [again, ...rest] }), false);
  });

  it('is refused with another wallet key than the contributions make, though all signed it', () => {
    const lie = {
      ...order.wallet,
      walletKey: other.wallet.walletKey,
      address: other.wallet.address,
    };
    const all = seatsOf(order.terms).map(({ role, node }) => certify(order, role, node, lie));
    const certificate = concludeCertificate(order.order, order.terms, all);
    assert.ok(verifyCertificate({ network: NETWORK, terms: order.terms, certificate, blsKeyOf }));
    assert.equal(holds({ ...right, certificate }), false);
  });

  it('is refused in another network', () => {
    assert.equal(holds(right, { network: 'main' }), false);
  });

  it('is refused where the terms name a beneficiary, who was there', () => {
    const named = hold({ n: 3 });
    assert.equal(holds(handoverOf(named), { order: named.order }), false);
  });
});
