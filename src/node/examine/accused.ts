import type { OrderContext } from '../../../machines/order-context.ts';
import { judge } from '../../custody/accusation.ts';
import type { Known, Verdict } from '../../custody/verdict.ts';
import type { EventOf } from '../../domain/events.ts';
import { partyOf } from '../../domain/terms.ts';
import { decodeEnvelope } from '../../envelope/codec.ts';
import { blsKeyOf, knownOrder } from '../effects/order.ts';
import { learned, unexpected, type Examiner, type InOrder } from './received.ts';

/**
 * An accusation, judged anew by this party. Where the proof is only complete with what this party holds itself, the
 * verdict is its own and not the accuser's: it is told to everybody, with both halves of the proof. So is that of a false
 * accusation, which its maker may have told to a few alone.
 */
export const accused: Examiner<InOrder<'order.accused'>> = async (
  received,
  deps,
  turn,
): Promise<EventOf<'order.accused'>> => {
  const order = knownOrder(received.context, deps);
  const { message: accusation, from: accuser, id, context } = received;
  if (!partyOf(order.terms, accusation.accused)) throw unexpected('accuses nobody of this order');
  const verdict = await judge(
    { accuser, accusation },
    {
      ...order,
      network: deps.network,
      known: knownOf(context),
      blsKeyOf: blsKeyOf(order, deps),
      states: deps.states,
      compute: deps.compute,
    },
  );
  if (!verdict) throw unexpected('accuses of nothing that is a fault');
  const { blamed, code, upheld } = verdict;
  const fact = { type: 'order.accused', blamed, code, upheld } as const;
  const own = { ...fact, at: turn.now, node: deps.self };
  const half = counterpart(verdict, context);
  const isFalse = code === 'fault/accusation-false' && blamed === accuser;
  if (half === undefined && !isFalse)
    return { ...fact, ...learned(received, turn), evidence: [id] };
  if (!isShowable(received.bytes)) throw unexpected('too large to be shown to others');
  return { ...own, evidence: half === undefined ? [id] : [id, half] };
};

/**
 * Does an accusation fit into another, beside one contribution? Its maker chooses its size: what could not be told to
 * anybody is refused, and blames nobody.
 */
const isShowable = (bytes: Uint8Array): boolean =>
  decodeEnvelope(bytes).envelope.body.length <= LARGEST_SHOWN;
/** The size class below the largest, and the tag. */
const LARGEST_SHOWN = 32_784;

const knownOf = ({ contributions, certifications, role, self }: OrderContext): Known => ({
  contributions,
  certification: certifications.find((made) => made.role === role && made.node === self)
    ?.certification,
});

/** The envelope of the contribution that this party holds; none where it is its own. */
const counterpart = (
  { counterpart: seat }: Verdict,
  { contributions }: OrderContext,
): string | undefined =>
  contributions.find(({ role, node }) => role === seat?.role && node === seat.node)?.via;
