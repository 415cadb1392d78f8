import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_CERTIFICATE_LENGTH,
  verifyCertificateFile,
  writeCertificateFile,
} from '../../src/custody/certificate-file.ts';
import { orderIdOf } from '../../src/custody/order-id.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { CertificateDocument } from '../../src/domain/certificate-document.ts';
import { MilagroError } from '../../src/errors.ts';
import { readExport, writeExport } from '../../src/identity/export-file.ts';
import { fingerprint } from '../../src/identity/fingerprint.ts';
import { person, revoked, rotated, type Person } from '../identity/people.ts';
import { throwsCode } from '../throws-code.ts';
import { beth, freds, hold, idOf, mallory, NETWORK, paula, type Ceremony } from './ceremony.ts';

const order = hold({ n: 3, notBefore: 1_900_000_000_000 });
const other = hold({ n: 3, seed: 'other' });
const everybody = [paula, beth, ...freds, mallory];

const chainOf = (state: string): Uint8Array[] => {
  const found = everybody.find((one) => one.state.keyId === state);
  assert.ok(found);
  return found.blocks.map(({ bytes }) => bytes);
};
const fileOf = ({ terms, certificate }: Pick<Ceremony, 'terms' | 'certificate'>): string =>
  writeCertificateFile({ network: NETWORK, terms, certificate }, chainOf);
const identityOf = ({ state, blocks }: Person): string =>
  writeExport(
    state.id,
    blocks.map(({ bytes }) => bytes),
  );
const file = fileOf(order);

/** The file with another document in line 2. */
const withDocument = (document: unknown): string => {
  const lines = file.split('\n');
  lines[1] = Buffer.from(encode(document)).toString('base64url');
  return lines.join('\n');
};
const document: CertificateDocument = {
  v: 1,
  network: NETWORK,
  terms: order.terms,
  certificate: order.certificate,
};
const refused = (text: string, why?: string): void =>
  assert.throws(
    () => verifyCertificateFile(text),
    (thrown) => thrown instanceof MilagroError,
    why,
  );

describe('certificate file', () => {
  it('is text, and has one identity for each party', () => {
    assert.match(
      file,
      /^milagro-certificate 1\n[\w-]+\n(milagro-identity 1\nbafyrei[a-z2-7]{52}\n[\w-]+\n){5}$/,
    );
    assert.equal(withDocument(document), file);
  });

  it('proves the wallet, and says who its parties are', () => {
    const { seats, ...proven } = verifyCertificateFile(file);
    assert.deepEqual(proven, {
      network: NETWORK,
      order: order.order,
      coin: 'bitcoin',
      address: order.wallet.address,
      walletKey: order.wallet.walletKey.toString('hex'),
      threshold: 2,
      notBefore: 1_900_000_000_000,
    });
    assert.deepEqual(
      seats.map(({ role, node, name, ...rest }) => ({ role, node, name, ...rest })),
      [paula, beth, ...freds].map((one, i) => ({
        role: (['principal', 'beneficiary'] as const)[i] ?? 'fiduciary',
        node: idOf(one),
        name: one.state.name,
        fingerprint: fingerprint(idOf(one)),
        known: false,
        revoked: false,
      })),
    );
  });

  it('works for every kind of order, with a party in several seats once', () => {
    for (const wish of [
      {},
      { beneficiary: null },
      { principal: beth },
      { principal: freds[0]!, beneficiary: freds[0]! },
    ]) {
      const made = hold(wish);
      assert.equal(verifyCertificateFile(fileOf(made)).address, made.wallet.address);
    }
  });

  /** Every member of terms and certificate, changed by itself; where the id of the order fits the terms again, too. */
  const { terms, certificate } = order;
  const altered: { [K in keyof Required<typeof terms>]: (typeof terms)[K][] } = {
    v: [2 as 1],
    type: ['loan' as 'custody'],
    nonce: [other.terms.nonce, Buffer.alloc(32)],
    principal: [
      { id: idOf(mallory), key: mallory.state.keyId },
      { ...terms.principal, key: mallory.state.keyId },
    ],
    beneficiary: [null, { id: idOf(mallory), key: mallory.state.keyId }],
    fiduciaries: [terms.fiduciaries.slice(1), terms.fiduciaries.toReversed()],
    threshold: [1, 3, 4],
    coin: ['ethereum', 'bitcoin:p2tr', 'tulips'],
    conditions: [{}, { notBefore: 1 }],
    expiresAt: [terms.expiresAt + 1],
  };
  for (const [name, values] of Object.entries(altered))
    it(`with another ${name} in its terms is refused`, () => {
      for (const value of values) {
        const changed = { ...terms, [name]: value };
        refused(withDocument({ ...document, terms: changed }));
        const renamed = { ...certificate, order: orderIdOf(changed) };
        refused(withDocument({ ...document, terms: changed, certificate: renamed }));
      }
    });

  const lies: { [K in keyof Required<typeof certificate>]: (typeof certificate)[K][] } = {
    order: [other.order],
    transcript: [other.wallet.transcript],
    walletKey: [other.wallet.walletKey, Buffer.alloc(33)],
    address: [other.wallet.address, ''],
    signers: [
      certificate.signers.slice(1),
      certificate.signers.toReversed(),
      certificate.signers.map((signer) => ({ ...signer, node: idOf(mallory) })),
    ],
    aggregate: [other.certificate.aggregate, Buffer.alloc(96)],
  };
  for (const [name, values] of Object.entries(lies))
    it(`with another ${name} in its certificate is refused`, () => {
      for (const value of values)
        refused(withDocument({ ...document, certificate: { ...certificate, [name]: value } }));
    });

  it('of another network, version or with more in it is refused', () => {
    for (const change of [{ network: 'main' }, { network: '' }, { v: 2 }, { more: 1 }])
      refused(withDocument({ ...document, ...change }));
    refused(withDocument({ ...document, certificate: other.certificate }), 'that of another order');
    throwsCode('crypto/signature-invalid', () =>
      verifyCertificateFile(withDocument({ ...document, network: 'main' })),
    );
  });

  it('is refused with any one character changed', () => {
    // Three of every line: every block of an identity is verified, which takes its time.
    let at = 0;
    for (const line of file.split('\n').slice(0, -1)) {
      for (const place of [0, Math.floor(line.length / 2), line.length - 1]) {
        const before = file[at + place];
        const text = `${file.slice(0, at + place)}${before === 'b' ? 'c' : 'b'}${file.slice(at + place + 1)}`;
        refused(text, `character ${at + place}`);
      }
      at += line.length + 1;
    }
  });

  const lines = file.split('\n');
  const identities = [paula, beth, ...freds].map(identityOf);
  const composed = (...parts: string[]): string => [lines[0], lines[1], parts.join('')].join('\n');
  for (const [what, make] of Object.entries<() => string>({
    nothing: () => '',
    'another version': () => file.replace('certificate 1', 'certificate 2'),
    'a byte order mark': () => `\ufeff${file}`,
    'Windows line ends': () => file.replaceAll('\n', '\r\n'),
    'no end of the last line': () => file.slice(0, -1),
    'an empty line at the end': () => `${file}\n`,
    'an empty line after the document': () => file.replace('\nmilagro-id', '\n\nmilagro-id'),
    'padded base64': () => file.replace('\nmilagro-id', '=\nmilagro-id'),
    'a space in base64': () => file.replace('\nmilagro-id', ' \nmilagro-id'),
    'no identities': () => composed(),
    'an identity missing': () => composed(...identities.slice(1)),
    'an identity twice': () => composed(identities[0]!, ...identities),
    'identities in another order': () => composed(...identities.toReversed()),
    'an identity more': () => composed(...identities, identityOf(mallory)),
    'the identity of another': () => composed(identityOf(mallory), ...identities.slice(1)),
    'an identity in a later state': () =>
      composed(identityOf(rotated(paula, 'paula later')), ...identities.slice(1)),
    'too long a text': () => 'a'.repeat(MAX_CERTIFICATE_LENGTH + 1),
  }))
    it(`of ${what} is refused`, () => refused(make()));

  it('is told from what else a node gives', () => {
    throwsCode('codec/malformed', () => verifyCertificateFile(identities[0]!));
    assert.equal(readExport(identities[0]!).state.id, idOf(paula));
  });
});

describe('identities that the reader brings along', () => {
  const bring = (...people: Person[]) =>
    verifyCertificateFile(
      file,
      people.map((one) => readExport(identityOf(one))),
    );

  it('must have a seat in the order', () => {
    throwsCode('node/not-party', () => bring(mallory));
    throwsCode('node/not-party', () => bring(paula, mallory));
  });

  it('are the ones that need no comparing', () => {
    const known = bring(beth, freds[1]!).seats.filter((seat) => seat.known);
    assert.deepEqual(
      known.map(({ node }) => node),
      [idOf(beth), idOf(freds[1]!)],
    );
  });

  it('may be newer than the order, and then say that one has ended', () => {
    const [seat] = bring(rotated(paula, 'paula later')).seats;
    assert.deepEqual([seat?.known, seat?.revoked], [true, false]);
    const [ended] = bring(revoked(paula, 'paula gone')).seats;
    assert.deepEqual([ended?.known, ended?.revoked], [true, true]);
  });

  it('may be older, but have no other history', () => {
    const old = person('anna');
    const anna = rotated(old, 'anna 1');
    const fork = rotated(old, 'anna 2');
    const pinned = { ...order.terms, principal: { id: anna.state.id, key: anna.state.keyId } };
    const text = writeCertificateFile(
      { network: NETWORK, terms: pinned, certificate: order.certificate },
      (state) =>
        state === anna.state.keyId ? anna.blocks.map(({ bytes }) => bytes) : chainOf(state),
    );
    const verify = (one: Person) => verifyCertificateFile(text, [readExport(identityOf(one))]);
    throwsCode('identity/duplicity', () => verify(fork));
    // Its history is right; that she signed none of this is found next.
    throwsCode('crypto/signature-invalid', () => verify(old));
    throwsCode('crypto/signature-invalid', () => verify(anna));
  });
});
