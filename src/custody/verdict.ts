import type { FaultCode } from '../domain/faults.ts';
import type { NodeId, OrderId } from '../domain/ids.ts';
import type { Certification, SeatedContribution } from '../domain/messages.ts';
import type { Seat } from '../domain/terms.ts';
import type { Compute } from '../ports/compute.ts';
import type { CustodyOrder } from './contribution.ts';
import type { Exhibit } from './exhibit.ts';

/** An accusation as a judge has it: what was shown, and what the judge knows of the order itself. */
export interface Case extends CustodyOrder {
  network: string;
  order: OrderId;
  accuser: NodeId;
  accused: NodeId;
  code: FaultCode;
  exhibits: readonly Exhibit[];
  known: Known;
  /** BLS key of a party in its pinned state, 48 bytes. */
  blsKeyOf: (node: NodeId) => Uint8Array;
  compute: Compute;
}

export interface Known {
  /** Contributions that this party received and checked, or made itself. */
  contributions: readonly SeatedContribution[];
  /** What this party certified. */
  certification: Certification | undefined;
}

export interface Verdict {
  blamed: NodeId;
  code: FaultCode;
  /** The evidence decides. False: what the accuser says may be true, and the accused is to answer. */
  upheld: boolean;
  /** Where a contribution as this party received it is the other half of the proof: whose. */
  counterpart?: Seat;
}

export const guilty = (blamed: NodeId, code: FaultCode, counterpart?: Seat): Verdict => ({
  blamed,
  code,
  upheld: true,
  ...(counterpart && { counterpart }),
});

/** The evidence shows nothing wrong, which its accuser could see as well as anybody. */
export const refuted = ({ accuser }: Case): Verdict => guilty(accuser, 'fault/accusation-false');

/** This party cannot see what the accuser saw. */
export const undecided = ({ accused, code }: Case): Verdict => ({
  blamed: accused,
  code,
  upheld: false,
});

/** Exhibits that the accused signed. */
export const ofAccused = <E extends Exhibit>({ accused }: Case, exhibits: readonly E[]): E[] =>
  exhibits.filter(({ header }) => header.from === accused);

export const seated = ({
  header,
  typed,
}: {
  header: { from: NodeId };
  typed: { message: Omit<SeatedContribution, 'node'> };
}): SeatedContribution => ({ ...typed.message, node: header.from });
