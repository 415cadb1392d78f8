import type { OrderView } from '../domain/views.ts';
import { OrderEndedError } from './problem.ts';
import type { OrderAnswer, OrderDetailAnswer, SecretAnswer } from './schemas.ts';

/** An order in the words of the reference's `/v1` contract. Times there are seconds. */

const seconds = (ms: number): number => Math.floor(ms / 1_000);
const addressOf = ({ address }: OrderView): { address?: string } =>
  address === null ? {} : { address };

/** The member exists because clients look for it; a key is never in it. */
const secretOf = ({ keyHeld }: OrderView): SecretAnswer['secret'] => (keyHeld ? '[sealed]' : '');

/** @throws OrderEndedError when there will never be a wallet */
export const orderAnswer = (order: OrderView): OrderAnswer => {
  refuseEnded(order);
  return {
    orderReference: order.orderReference,
    commitment: order.walletKey ?? '',
    createdAt: seconds(order.createdAt),
    extension: addressOf(order),
    order,
  };
};

/** @throws OrderEndedError when there is no wallet to redeem */
export const secretAnswer = (order: OrderView): SecretAnswer => {
  refuseEnded(order);
  return {
    secret: secretOf(order),
    commitment: order.walletKey ?? '',
    orderReference: order.orderReference,
    extension: addressOf(order),
    order,
  };
};

const refuseEnded = ({ ended, orderReference }: OrderView): void => {
  if (ended !== null) throw new OrderEndedError(orderReference, ended);
};

export const isReady = ({ address }: OrderView): boolean => address !== null;
export const isRedeemed = ({ redemption }: OrderView): boolean =>
  redemption !== null && redemption.receiptedAt !== null;

/** The reference answers with the decrypted document of the order, as text. Its member names begin with capitals. */
export const orderDetailAnswer = (order: OrderView): OrderDetailAnswer => ({
  orderCID: order.orderReference,
  order: JSON.stringify({
    Type: 'custody',
    Reference: order.orderReference,
    Coin: order.coin,
    PrincipalCID: order.seats.find(({ role }) => role === 'principal')?.node ?? '',
    BeneficiaryCID: order.beneficiary ?? order.redemption?.beneficiary ?? '',
    FiduciaryCIDs: order.seats.filter(({ role }) => role === 'fiduciary').map(({ node }) => node),
    Threshold: order.threshold,
    Timestamp: seconds(order.createdAt),
    CommitmentPublicKey: order.walletKey ?? '',
    Address: order.address ?? '',
    Secret: secretOf(order),
  }),
  timestamp: seconds(order.createdAt),
  view: order,
});
