import { decode, encode } from '../domain/canonical.ts';
import { CertificateDocument, type VerifiedCertificate } from '../domain/certificate-document.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import {
  MAX_FIDUCIARIES,
  parseTerms,
  partiesOf,
  seatsOf,
  type Party,
  type Terms,
} from '../domain/terms.ts';
import { CodecError, CryptoError, IdentityError, NodeError } from '../errors.ts';
import {
  MAX_EXPORT_LENGTH,
  readExport,
  writeExport,
  type IdentityExport,
} from '../identity/export-file.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { KeyState } from '../identity/key-state.ts';
import { verifyCertificate } from './certification.ts';

/**
 * The certificate of an order as a small text file with all that it takes to check it: anybody can, with no node, no
 * network and no trust in whoever hands it over. Public.
 *
 *     milagro-certificate 1
 *     pGF2AWV0ZXJtc…               { v: 1, network, terms, certificate }, DAG-CBOR, base64url without padding
 *     milagro-identity 1           the identity of each party up to the state that the terms pin, as in an
 *     bafyrei…                     identity file; each node once, in the order of the seats
 *     omJvcFkG…
 *
 * Every line ends with one LF. There is one such text for a certificate: no byte of it can be another.
 */
const FIRST_LINE = 'milagro-certificate 1';
const IDENTITY_LINE = 'milagro-identity 1';

/** Characters, at most: more than the longest chains of the most parties need. */
export const MAX_CERTIFICATE_LENGTH = (MAX_FIDUCIARIES + 2) * MAX_EXPORT_LENGTH + 131_072;

/** @param chainOf the blocks of an identity up to that key state, inception first */
export const writeCertificateFile = (
  { network, terms, certificate }: Pick<CertificateDocument, 'network' | 'terms' | 'certificate'>,
  chainOf: (state: KeyStateId) => readonly Uint8Array[],
): string => {
  const document: CertificateDocument = { v: 1, network, terms, certificate };
  const identities = partiesOnce(terms).map(({ id, key }) => writeExport(id, chainOf(key)));
  return `${FIRST_LINE}\n${base64url(encode(document))}\n${identities.join('')}`;
};

/**
 * Did every party of the order certify this wallet?
 * @param identities those that the reader has from their owners, verified; each must be a party
 * @throws CodecError codec/too-large, codec/malformed and every code of `decode`; CodecError codec/schema; NodeError
 * node/terms, node/not-party (an identity of the reader has no seat); IdentityError identity/duplicity (it has another
 * history than in the file), identity/malformed (not one identity for each party, in the state that the terms pin), and
 * every code of `readExport`; CryptoError crypto/signature-invalid (certificate and terms do not fit, or not all signed)
 */
export const verifyCertificateFile = (
  text: string,
  identities: readonly IdentityExport[] = [],
): VerifiedCertificate => {
  const { document, sections } = split(text);
  const { network, terms, certificate } = document;
  const parties = partiesOnce(terms);
  for (const { state } of identities)
    if (parties.every(({ id }) => id !== state.id))
      throw new NodeError('node/not-party', `${state.name} (${state.id}) has no seat in the order`);
  const shown = readIdentities(parties, sections);
  for (const identity of identities) checkOneHistory(identity, shown.get(identity.state.id));

  const blsKeyOf = (node: NodeId): Uint8Array => stateOf(shown, node).keys.bls;
  if (!verifyCertificate({ network, terms, certificate, blsKeyOf }))
    throw new CryptoError('crypto/signature-invalid', 'not every party certified this wallet');
  return {
    network,
    order: certificate.order,
    coin: terms.coin,
    address: certificate.address,
    walletKey: Buffer.from(certificate.walletKey).toString('hex'),
    threshold: terms.threshold,
    notBefore: terms.conditions.notBefore ?? null,
    seats: seatsOf(terms).map(({ role, node }) => {
      const brought = identities.find(({ state }) => state.id === node);
      return {
        role,
        node,
        fingerprint: fingerprint(node),
        name: stateOf(shown, node).name,
        known: brought !== undefined,
        revoked: brought?.state.revoked ?? false,
      };
    }),
  };
};

/** Each party once, in the order of its first seat, with the state of its keys that the terms pin. */
const partiesOnce = (terms: Terms): Party[] =>
  partiesOf(terms).filter(({ id }, i, all) => all.findIndex((party) => party.id === id) === i);

const split = (text: string): { document: CertificateDocument; sections: string[] } => {
  if (text.length > MAX_CERTIFICATE_LENGTH)
    throw new CodecError('codec/too-large', 'not a certificate file: too long');
  const [first, line = '', ...rest] = text.split('\n');
  if (first !== FIRST_LINE) throw malformed(`does not begin with "${FIRST_LINE}"`);
  const bytes = Buffer.from(line, 'base64url');
  if (base64url(bytes) !== line) throw malformed('line 2 is not base64url');
  const document = parse(CertificateDocument, decode(bytes), 'certificate file');
  parseTerms(document.terms);
  return { document, sections: sectionsOf(rest.join('\n')) };
};

/** The identity files that stand one after another in `text`. */
const sectionsOf = (text: string): string[] => {
  const [before, ...sections] = `\n${text}`.split(`\n${IDENTITY_LINE}\n`);
  if (before !== '' || sections.length === 0) throw malformed('line 3 does not begin an identity');
  return sections.map(
    (section, i) =>
      // What stood between two of them took the end of the last line along.
      `${IDENTITY_LINE}\n${section}${i < sections.length - 1 ? '\n' : ''}`,
  );
};

/** Nothing of a stranger is verified: a block costs 20 ms. */
const readIdentities = (
  parties: readonly Party[],
  sections: readonly string[],
): ReadonlyMap<NodeId, IdentityExport> => {
  const named = sections.map((section) => section.split('\n', 2)[1]);
  if (named.length !== parties.length || parties.some(({ id }, i) => named[i] !== id))
    throw notTheParties('not the identities of its parties');
  const read = new Map(parties.map(({ id }, i) => [id, readExport(sections[i] ?? '')]));
  for (const { id, key } of parties)
    if (read.get(id)?.state.keyId !== key)
      throw notTheParties(`${id} is not in the state that the terms pin`);
  return read;
};

/** One of the two may be longer: the same identity, earlier or later. */
const checkOneHistory = (brought: IdentityExport, shown: IdentityExport | undefined): void => {
  const other = shown?.blocks ?? [];
  const differs = brought.blocks.some((block, i) => {
    const same = other[i];
    return same !== undefined && Buffer.compare(block, same) !== 0;
  });
  if (differs)
    throw new IdentityError(
      'identity/duplicity',
      `${brought.state.name} has another history in the certificate file`,
    );
};

const stateOf = (shown: ReadonlyMap<NodeId, IdentityExport>, node: NodeId): KeyState => {
  const found = shown.get(node);
  if (found === undefined) throw notTheParties(`${node} is missing`);
  return found.state;
};

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

const malformed = (why: string): CodecError =>
  new CodecError('codec/malformed', `not a certificate file: ${why}`);
const notTheParties = (why: string): IdentityError =>
  new IdentityError('identity/malformed', `not a certificate file: ${why}`);
