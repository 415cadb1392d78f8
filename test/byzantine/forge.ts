import { dkgRound1 } from '../../src/crypto/dkg.ts';
import { encodePoint, parsePoint } from '../../src/crypto/secp256k1.ts';
import { orderContext } from '../../src/custody/order-id.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import type { Contribution, Message } from '../../src/domain/messages.ts';
import { memberOf, NETWORK, type Cast } from '../simulation/cast.ts';
import { seededRandom } from '../simulation/seeded-random.ts';
import type { Heard, Spoken } from './liar.ts';

/** What a liar makes up in the place of what its node would send. */

export type Polynomial = Extract<Contribution, { kind: 'polynomial' }>;

/** A polynomial of its own, rightly proven for this order and node, unless `self`, `network` or the degree say otherwise. */
export const polynomial = (
  cast: Cast,
  { header }: Pick<Spoken, 'header'>,
  other: { threshold?: number; self?: NodeId; network?: string; label?: string } = {},
): Polynomial => {
  const { threshold = 2, self = header.from, network = NETWORK, label = 'polynomial' } = other;
  const { commitments, proof } = dkgRound1({
    ctx: orderContext(network, header.stream ?? ''),
    roster: rosterOf(cast),
    self,
    threshold,
    random: seededRandom(0, label),
  });
  return { kind: 'polynomial', commitments, proof };
};

export const rosterOf = (cast: Cast): NodeId[] => having(cast, 'fiduciary');

export const having = ({ members }: Cast, role: 'beneficiary' | 'fiduciary'): NodeId[] =>
  members.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);

export const idOf = (cast: Cast, name: string): NodeId => memberOf(cast, name).id;

/** Contributions as they come to a liar, by their makers. */
export const listening = (): {
  hear(heard: Heard): void;
  contributions(): readonly Contribution[];
} => {
  const heard = new Map<NodeId, Contribution>();
  return {
    hear: ({ header, message }) => {
      if (header.type !== 'order.contributed') return;
      heard.set(header.from, (message as Message<'order.contributed'>).contribution);
    },
    contributions: () => [...heard.values()],
  };
};

/** The point of a seat, or the coefficient of one degree. */
export const pointsAt = (contributions: readonly Contribution[], degree: number): Uint8Array[] =>
  contributions.flatMap((made) => {
    const point =
      made.kind === 'polynomial' ? made.commitments[degree] : degree === 0 ? made.point : undefined;
    return point ? [point] : [];
  });

export const opposite = (point: Uint8Array): Buffer => encodePoint(parsePoint(point).negate());
