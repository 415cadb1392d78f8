import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blsAggregate, blsSign, blsVerifyAggregate } from '../../src/crypto/bls.ts';
import {
  checkCertification,
  concludeCertificate,
  contradicts,
  sameWallet,
  verifyCertificate,
} from '../../src/custody/certification.ts';
import { transcriptOf } from '../../src/custody/wallet.ts';
import type { Certificate, Certification } from '../../src/domain/messages.ts';
import { seatsOf } from '../../src/domain/terms.ts';
import { H } from '../independent.ts';
import { throwsCode } from '../throws-code.ts';
import {
  beth,
  blsKeyOf,
  certify,
  find,
  freds,
  hold,
  idOf,
  mallory,
  NETWORK,
  paula,
  personWith,
} from './ceremony.ts';

const order = hold({ n: 3 });
const other = hold({ n: 3, seed: 'other' });
const { terms, certificate, wallet } = order;
const certification = find(order.certifications, ({ role }) => role === 'beneficiary');

const statement = (
  role: string,
  { transcript, walletKey, address }: Omit<Certificate, 'order' | 'signers' | 'aggregate'>,
  ctx = order.ctx,
) => H('milagro/certificate/v1', ctx, role, transcript, walletKey, address);

describe('certification', () => {
  it('of every seat is right', () => {
    seatsOf(terms).forEach(({ node }, i) =>
      assert.ok(checkCertification(order, order.certifications[i]!, blsKeyOf(node))),
    );
  });

  it('signs H("milagro/certificate/v1", ctx, role, transcript, walletKey, address)', () => {
    assert.deepEqual(
      certification.signature,
      blsSign(beth.keys.bls, statement('beneficiary', wallet)),
    );
  });

  it('is signed by the key of its seat', () => {
    for (const node of [idOf(paula), idOf(freds[0]!), idOf(mallory)])
      assert.equal(checkCertification(order, certification, blsKeyOf(node)), false);
  });

  it('counts for its role and its order only', () => {
    assert.ok(
      !checkCertification(order, { ...certification, role: 'principal' }, blsKeyOf(idOf(beth))),
    );
    const elsewhere = find(other.certifications, ({ role }) => role === 'beneficiary');
    assert.ok(!checkCertification(order, elsewhere, blsKeyOf(idOf(beth))));
  });

  /** What the seat itself signs, but wrongly: the signature holds. */
  const resigned = (change: Partial<Certification>): Certification => {
    const made = { ...certification, ...change };
    return { ...made, signature: blsSign(beth.keys.bls, statement(made.role, made)) };
  };
  for (const [what, made] of Object.entries<Certification>({
    'another transcript than its digests give': resigned({ transcript: other.wallet.transcript }),
    'other digests than its transcript was made of': resigned({ digests: other.wallet.digests }),
    'too few digests': resigned({
      digests: wallet.digests.slice(0, 3),
      transcript: transcriptOf(order.ctx, wallet.digests.slice(0, 3)),
    }),
    'too many digests': resigned({
      digests: [...wallet.digests, Buffer.alloc(32)],
      transcript: transcriptOf(order.ctx, [...wallet.digests, Buffer.alloc(32)]),
    }),
    'an address that is not that of its wallet key': resigned({ address: other.wallet.address }),
    'a wallet key that is not that of its address': resigned({ walletKey: other.wallet.walletKey }),
    'a wallet key that is no point': resigned({ walletKey: Buffer.alloc(33, 1) }),
    'a signature of zeros': { ...certification, signature: Buffer.alloc(96) },
  }))
    it(`with ${what} is wrong`, () => {
      assert.equal(checkCertification(order, made, blsKeyOf(idOf(beth))), false);
    });

  it('contradicts another wallet of the same contributions, not one of others', () => {
    const lie = { ...wallet, walletKey: other.wallet.walletKey, address: other.wallet.address };
    assert.ok(contradicts(lie, wallet));
    assert.ok(contradicts({ ...wallet, address: 'elsewhere' }, wallet));
    assert.ok(!contradicts(other.wallet, wallet));
    assert.ok(!contradicts(wallet, wallet));
    assert.ok(sameWallet(wallet, certificate));
    assert.ok(!sameWallet(wallet, other.wallet));
  });
});

describe('certificate', () => {
  const verifies = (
    changed: Certificate,
    change: { network?: string; terms?: typeof terms } = {},
  ) => verifyCertificate({ network: NETWORK, terms, blsKeyOf, ...change, certificate: changed });

  it('verifies with the terms and the keys alone', () => {
    assert.ok(verifies(certificate));
    for (const wish of [
      {},
      { n: 2 },
      { beneficiary: null },
      { principal: beth },
      { principal: freds[0]!, beneficiary: freds[0]! },
    ]) {
      const made = hold(wish);
      assert.ok(verifies(made.certificate, { terms: made.terms }));
    }
  });

  it('lists every seat in its order', () => {
    assert.deepEqual(certificate.signers, seatsOf(terms));
  });

  const [first, ...rest] = certificate.signers;
  for (const [what, changed] of Object.entries<Certificate>({
    'another order': { ...certificate, order: other.order },
    'another transcript': { ...certificate, transcript: other.wallet.transcript },
    'another wallet key': { ...certificate, walletKey: other.wallet.walletKey },
    'another address': { ...certificate, address: other.wallet.address },
    'the whole wallet of another order': { ...other.certificate, order: order.order },
    'a signer left out': { ...certificate, signers: rest },
    'a signer added': { ...certificate, signers: [...certificate.signers, first!] },
    'signers in another order': { ...certificate, signers: [...rest, first!] },
    'a signer replaced': {
      ...certificate,
      signers: [{ role: 'principal', node: idOf(mallory) }, ...rest],
    },
    'a signature of zeros': { ...certificate, aggregate: Buffer.alloc(96) },
    'the signature of one': { ...certificate, aggregate: certification.signature },
  }))
    it(`with ${what} does not verify`, () => {
      assert.equal(verifies(changed), false);
    });

  it('does not verify in another network, or for other terms', () => {
    assert.equal(verifies(certificate, { network: 'main' }), false);
    assert.equal(verifies(certificate, { terms: { ...terms, threshold: 3 } }), false);
    assert.equal(verifies(certificate, { terms: { ...terms, coin: 'bitcoin:p2tr' } }), false);
  });

  it('does not verify for an address that is not that of its key, though all signed it', () => {
    const lie = { ...wallet, address: other.wallet.address };
    const all = seatsOf(terms).map(({ role, node }) => certify(order, role, node, lie));
    assert.equal(verifies(concludeCertificate(order.order, terms, all)), false);
  });

  it('needs the signature of every seat', () => {
    const all = order.certifications.map(({ signature }) => signature);
    for (const missing of all.keys()) {
      const aggregate = blsAggregate(all.filter((_, i) => i !== missing));
      assert.equal(verifies({ ...certificate, aggregate }), false);
      const replaced = blsAggregate(
        all.map((one, i) => (i === missing ? all.at(missing - 1)! : one)),
      );
      assert.equal(verifies({ ...certificate, aggregate: replaced }), false);
    }
  });

  it('is not made by one role of a node for another', () => {
    const [fred] = freds as [typeof paula];
    const both = hold({ principal: fred, n: 3 });
    const asPrincipal = find(both.certifications, ({ role }) => role === 'principal');
    const signatures = both.certifications.map((made, i) =>
      seatsOf(both.terms)[i]!.node === idOf(fred) ? asPrincipal.signature : made.signature,
    );
    const forged = { ...both.certificate, aggregate: blsAggregate(signatures) };
    assert.ok(verifies(both.certificate, { terms: both.terms }));
    assert.equal(verifies(forged, { terms: both.terms }), false);
  });

  it('is concluded only of one wallet', () => {
    const odd = certify(order, 'principal', idOf(paula), other.wallet);
    const rest3 = order.certifications.slice(1);
    throwsCode('node/internal', () => concludeCertificate(order.order, terms, [odd, ...rest3]));
    throwsCode('node/internal', () => concludeCertificate(order.order, terms, []));
  });

  it('says that a key is unknown, not that the certificate is wrong', () => {
    const unknown = () => {
      throw new Error('unknown key state');
    };
    assert.throws(
      () => verifyCertificate({ network: NETWORK, terms, certificate, blsKeyOf: unknown }),
      /unknown key state/,
    );
  });

  it('is the aggregate that the draft of BLS describes', () => {
    const single = hold();
    for (const { role, node } of seatsOf(single.terms)) {
      const made = find(single.certifications, (one) => one.role === role);
      assert.ok(
        blsVerifyAggregate(
          [personWith(node).state.keys.bls],
          statement(role, single.wallet, single.ctx),
          made.signature,
        ),
      );
    }
  });
});
