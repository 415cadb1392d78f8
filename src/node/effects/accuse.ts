import type { OrderContext } from '../../../machines/order-context.ts';
import type { EventOf } from '../../domain/events.ts';
import type { FaultCode } from '../../domain/faults.ts';
import type { EnvelopeId, NodeId } from '../../domain/ids.ts';
import type { TurnScope } from '../turn.ts';
import type { CustodyDeps } from './deps.ts';

interface Charge {
  blamed: NodeId;
  code: FaultCode;
  evidence: EnvelopeId[];
  upheld: boolean;
}

/** This party's own accusation; `evidence` are envelopes that it received and kept. */
export const accuse = (
  { blamed, code, evidence, upheld }: Charge,
  _context: OrderContext,
  { self }: Pick<CustodyDeps, 'self'>,
  { now }: Pick<TurnScope, 'now'>,
): EventOf<'order.accused'> => ({
  type: 'order.accused',
  at: now,
  node: self,
  blamed,
  code,
  evidence,
  upheld,
});
