import { Type, type Static } from 'typebox';
import type { NodeId, OrderId, Role } from './ids.ts';
import { Certificate } from './messages.ts';
import { closed } from './schema.ts';
import { Terms } from './terms.ts';

/** What a certificate file says, less the identities: src/custody/certificate-file.ts. */
export const CertificateDocument = closed({
  v: Type.Literal(1),
  /** Part of what was signed. */
  network: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
  terms: Terms,
  certificate: Certificate,
});
export type CertificateDocument = Static<typeof CertificateDocument>;

/** What a certificate proves, and of whom: who the parties are is for its reader to compare. */
export interface VerifiedCertificate {
  network: string;
  order: OrderId;
  coin: string;
  address: string;
  /** secp256k1, compressed, hex. */
  walletKey: string;
  threshold: number;
  notBefore: number | null;
  /** Every seat: principal, beneficiary where named, fiduciaries by id. */
  seats: CertifiedSeat[];
}

export interface CertifiedSeat {
  role: Role;
  node: NodeId;
  /** Eight words of the node id. */
  fingerprint: string;
  /** What the node calls itself; identifies nobody. */
  name: string;
  /** Its reader has brought this identity along: there is nothing to compare. */
  known: boolean;
  /** The identity that was brought along has ended since. */
  revoked: boolean;
}
