import { coinOf } from '../coins/coins.ts';
import { blsAggregate, blsSign, blsVerify, blsVerifyGroups, type BlsKey } from '../crypto/bls.ts';
import { taggedHash } from '../crypto/hash.ts';
import { ROLES, type NodeId, type OrderId, type Role } from '../domain/ids.ts';
import type { Certificate, Certification } from '../domain/messages.ts';
import { contributorsOf, seatsOf, type Terms } from '../domain/terms.ts';
import { CoinError, NodeError } from '../errors.ts';
import type { CustodyOrder } from './contribution.ts';
import { orderContext, orderIdOf } from './order-id.ts';
import { transcriptOf, type Wallet } from './wallet.ts';

/**
 * How all parties of an order agree on one wallet (docs/protocol.md, section 4): every seat signs what it derived, and
 * the principal adds the signatures up. The sum verifies only if all of them signed the same transcript, wallet key and
 * address, so an address with its certificate needs no trust in whoever shows it (G10, K11).
 */

/** A statement of one seat, in its role: a node with two roles signs two, and one cannot stand for the other. */
const statement = (
  ctx: Uint8Array,
  role: Role,
  { transcript, walletKey, address }: Agreed,
): Buffer => taggedHash('milagro/certificate/v1', ctx, role, transcript, walletKey, address);

/** This party's own statement: that its role saw these contributions and derives this wallet. */
export const signCertification = (
  { ctx }: Pick<CustodyOrder, 'ctx'>,
  role: Role,
  { transcript, digests, walletKey, address }: Wallet,
  key: BlsKey,
): Certification => {
  const signature = blsSign(key, statement(ctx, role, { transcript, walletKey, address }));
  return { role, transcript, digests, walletKey, address, signature };
};

/**
 * Is a certification consistent in itself? Whether the wallet follows from the contributions, only who has them can
 * tell: `contradicts`. Total.
 * @param own what this node has derived itself, whose address need not be derived again
 */
export const isConsistent = (
  { ctx, terms }: CustodyOrder,
  { transcript, digests, walletKey, address }: Certification,
  own?: Agreed,
): boolean =>
  digests.length === contributorsOf(terms).length &&
  equal(transcript, transcriptOf(ctx, digests)) &&
  address ===
    (own && equal(own.walletKey, walletKey) ? own.address : addressOf(terms.coin, walletKey));

/**
 * The same, and signed by its seat. Total.
 * @param blsKey the signer's pinned key, 48 bytes
 */
export const checkCertification = (
  order: CustodyOrder,
  certification: Certification,
  blsKey: Uint8Array,
  own?: Agreed,
): boolean =>
  isConsistent(order, certification, own) &&
  blsVerify(
    blsKey,
    statement(order.ctx, certification.role, certification),
    certification.signature,
  );

type Agreed = Pick<Certificate, 'transcript' | 'walletKey' | 'address'>;

/** Do both speak of one wallet of the same contributions? */
export const sameWallet = (a: Agreed, b: Agreed): boolean =>
  equal(a.transcript, b.transcript) && equal(a.walletKey, b.walletKey) && a.address === b.address;

/** Different wallets of the same contributions: one of the two is wrong, for there is only one. */
export const contradicts = (a: Agreed, b: Agreed): boolean =>
  equal(a.transcript, b.transcript) && !sameWallet(a, b);

/**
 * The certificate of an order whose seats all certified one wallet.
 * @param certifications one of each seat, in the order of `seatsOf`, each checked
 * @throws NodeError node/internal when they do not agree; CryptoError crypto/signature-invalid
 */
export const concludeCertificate = (
  order: OrderId,
  terms: Terms,
  certifications: readonly Certification[],
): Certificate => {
  const [first, ...rest] = certifications;
  if (!first || rest.some((other) => !sameWallet(first, other)))
    throw new NodeError('node/internal', 'the seats did not certify one wallet');
  const { transcript, walletKey, address } = first;
  const aggregate = blsAggregate(certifications.map(({ signature }) => signature));
  return { order, transcript, walletKey, address, signers: seatsOf(terms), aggregate };
};

/**
 * Did every party of these terms certify this wallet? Needs no network and no state: terms, certificate and public
 * keys are enough. Throws only what `blsKeyOf` throws.
 * @param blsKeyOf the BLS key in the key state that the terms pin for a node, 48 bytes, possession proven
 */
export const verifyCertificate = (input: {
  network: string;
  terms: Terms;
  certificate: Certificate;
  blsKeyOf: (node: NodeId) => Uint8Array;
}): boolean => {
  const { network, terms, certificate, blsKeyOf } = input;
  const { order, signers, walletKey, address, aggregate } = certificate;
  const seats = seatsOf(terms);
  const everySeat =
    signers.length === seats.length &&
    seats.every(({ role, node }, i) => signers[i]?.role === role && signers[i].node === node);
  if (!everySeat || order !== orderIdOf(terms)) return false;
  if (address !== addressOf(terms.coin, walletKey)) return false;

  const ctx = orderContext(network, order);
  const groups = ROLES.map((role) => ({
    publicKeys: seats.filter((seat) => seat.role === role).map(({ node }) => blsKeyOf(node)),
    message: statement(ctx, role, certificate),
  }));
  return blsVerifyGroups(
    groups.filter(({ publicKeys }) => publicKeys.length > 0),
    aggregate,
  );
};

/** Undefined where the key or the coin gives none. */
const addressOf = (coin: string, walletKey: Uint8Array): string | undefined => {
  try {
    return coinOf(coin).address(walletKey);
  } catch (thrown) {
    if (thrown instanceof CoinError) return undefined;
    throw thrown;
  }
};

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
