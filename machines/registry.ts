import { initialTransition, transition, type SnapshotFrom } from 'xstate';
import type { OrderEvent } from '../src/domain/events.ts';
import type { NodeId, Role } from '../src/domain/ids.ts';
import { LogError } from '../src/errors.ts';
import { beneficiaryMachine } from './beneficiary.machine.ts';
import type { Effect } from './effect.ts';
import { fiduciaryMachine } from './fiduciary.machine.ts';
import type { OrderContext } from './order-context.ts';
import { principalMachine } from './principal.machine.ts';
import { ownCertification } from './seats.ts';

/**
 * The machines by role and version, and how a node drives them: pure functions over snapshots. A machine whose answers
 * change is a new version beside the old one, because every log that was ever written must fold to the same state.
 */
type Logic = typeof principalMachine | typeof fiduciaryMachine | typeof beneficiaryMachine;
export type OrderSnapshot = SnapshotFrom<Logic>;

export interface OrderMachine {
  /** As the log names it, e.g. `principal@1`. */
  readonly name: string;
  readonly role: Role;
  readonly version: number;
  readonly logic: Logic;
}

export const MACHINES: readonly OrderMachine[] = [
  { name: 'principal@1', role: 'principal', version: 1, logic: principalMachine },
  { name: 'fiduciary@1', role: 'fiduciary', version: 1, logic: fiduciaryMachine },
  { name: 'beneficiary@1', role: 'beneficiary', version: 1, logic: beneficiaryMachine },
];

/** The machine of a role: of one version, or the newest. @throws LogError log/version */
export const machineOf = (role: Role, version?: number): OrderMachine => {
  const found = MACHINES.findLast(
    (machine) => machine.role === role && (version ?? machine.version) === machine.version,
  );
  if (!found) throw new LogError('log/version', `no machine ${role}@${version ?? 'any'}`);
  return found;
};

/** The machine that a record of the log names. @throws LogError log/version */
export const machineNamed = (name: string): OrderMachine => {
  const found = MACHINES.find((machine) => machine.name === name);
  if (!found) throw new LogError('log/version', `this release has no machine ${name.slice(0, 32)}`);
  return found;
};

/** The snapshot before anything happened. */
export const start = (machine: OrderMachine, input: { self: NodeId }): OrderSnapshot =>
  initialTransition(machine.logic, input)[0];

export interface Step {
  snapshot: OrderSnapshot;
  effects: Effect[];
  /** False: the machine has no use for the fact in its state. Nothing changed, and nothing is to be recorded. */
  accepted: boolean;
}

export const step = (machine: OrderMachine, snapshot: OrderSnapshot, event: OrderEvent): Step => {
  if (isFinished(snapshot) || !snapshot.can(event)) {
    return { snapshot, effects: [], accepted: false };
  }
  const [next, actions] = transition(machine.logic, snapshot, event);
  return {
    snapshot: next,
    // Actions and effects have the same names and params (order-setup.ts), which XState's types do not carry this far.
    effects: actions.map(({ type, params }) => ({ ...(params as object), type }) as Effect),
    accepted: true,
  };
};

/**
 * Nothing can happen any more. A fiduciary or beneficiary whose order ended is not finished once it has certified: a
 * certificate may exist, and a ready wallet must always be redeemable.
 */
export const isFinished = (snapshot: OrderSnapshot): boolean =>
  snapshot.status === 'done' ||
  (snapshot.hasTag('ended') && ownCertification(snapshot.context) === undefined);

/** Name of the innermost state, e.g. `certifying`. */
export const stateOf = ({ value }: OrderSnapshot): string => innermost(value);

const innermost = (value: unknown): string =>
  typeof value === 'string' ? value : innermost(Object.values(value as object)[0] ?? '');

export const contextOf = ({ context }: OrderSnapshot): OrderContext => context;
