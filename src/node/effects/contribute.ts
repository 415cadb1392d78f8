import type { OrderContext } from '../../../machines/order-context.ts';
import {
  contributionDigest,
  contributionKind,
  drawPoint,
  drawPolynomial,
} from '../../custody/contribution.ts';
import type { EventOf } from '../../domain/events.ts';
import type { Role } from '../../domain/ids.ts';
import type { Contribution } from '../../domain/messages.ts';
import { contributorsOf } from '../../domain/terms.ts';
import type { Purpose } from '../../keystore/keystore.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';
import { internal, knownOrder } from './order.ts';

/**
 * Draws what this role adds to the wallet key: fresh for the order, never a key from elsewhere (K3). A holder keeps
 * its `addend`; a single fiduciary its whole `share`; one of several the state of the key generation, `dkg-round`.
 */
export const contribute = async (
  _effect: unknown,
  context: OrderContext,
  deps: CustodyDeps,
  turn: TurnScope,
): Promise<EventOf<'order.contributed'>> => {
  const order = knownOrder(context, deps);
  const { role, self: node } = context;
  if (!contributorsOf(order.terms).some((seat) => seat.role === role && seat.node === node))
    throw internal(`the ${role} contributes nothing in this order`);
  const drawn =
    contributionKind(order.terms, role) === 'point'
      ? drawPoint(order, { role, node }, deps.random)
      : drawPolynomial(order, node, deps.random);
  const { contribution } = drawn;
  return {
    type: 'order.contributed',
    at: turn.now,
    node,
    role,
    contribution,
    digest: contributionDigest({ role, node, contribution }),
    secret: await turn.keep(purposeOf(contribution, role), drawn.secret),
  };
};

const purposeOf = ({ kind }: Contribution, role: Role): Purpose => {
  if (kind === 'polynomial') return 'dkg-round';
  return role === 'fiduciary' ? 'share' : 'addend';
};
