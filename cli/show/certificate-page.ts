import type { CertifiedSeat, VerifiedCertificate } from '../../src/domain/certificate-document.ts';
import { columns, facts } from './columns.ts';
import { stamp } from './moments.ts';

/** What a certificate proves, and what its reader has still to compare. */
export const certificatePage = (verified: VerifiedCertificate): string =>
  [
    'every party certified this wallet',
    wallet(verified),
    roster(verified.seats),
    toCompare(verified.seats),
  ].join('\n\n');

const wallet = (verified: VerifiedCertificate): string => {
  const { seats, threshold, notBefore } = verified;
  const fiduciaries = seats.filter(({ role }) => role === 'fiduciary').length;
  return facts([
    ['address', verified.address],
    ['wallet key', verified.walletKey],
    ['coin', verified.coin],
    [
      'threshold',
      `${threshold} of ${fiduciaries} ${fiduciaries === 1 ? 'fiduciary' : 'fiduciaries'}`,
    ],
    ['not before', notBefore === null ? null : stamp(notBefore)],
    [
      'beneficiary',
      seats.some(({ role }) => role === 'beneficiary') ? null : 'named when the order is redeemed',
    ],
    ['order', verified.order],
    ['network', verified.network],
  ]);
};

const roster = (seats: readonly CertifiedSeat[]): string =>
  columns(
    [
      ['party', 'fingerprint', ''],
      ...seats.map(({ role, fingerprint, known, revoked }) => [
        role,
        fingerprint,
        [known ? 'your file' : 'to compare', ...(revoked ? ['revoked since'] : [])].join(', '),
      ]),
    ],
    2,
  );

/** A name is what a node calls itself: shown only where it says whom to ask, beside what to compare. */
const toCompare = (seats: readonly CertifiedSeat[]): string => {
  const unknown = new Map(
    seats.filter(({ known }) => !known).map((seat) => [seat.node, seat] as const),
  );
  if (unknown.size === 0) return 'every party is one whose identity you brought along';
  return [
    'compare with their owners, over another channel; names are what they call themselves:',
    columns(
      [...unknown.values()].flatMap(({ name, node, fingerprint }) => [
        [name, node],
        ['', fingerprint],
      ]),
      2,
    ),
  ].join('\n');
};
