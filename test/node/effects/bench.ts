import { newContext, type OrderContext } from '../../../machines/order-context.ts';
import { contributionDigest } from '../../../src/custody/contribution.ts';
import type { EnvelopeId, NodeId, Role, SecretId } from '../../../src/domain/ids.ts';
import { seatsOf } from '../../../src/domain/terms.ts';
import { LogError } from '../../../src/errors.ts';
import { createMemoryKeystore } from '../../../src/keystore/memory-keystore.ts';
import type { Purpose } from '../../../src/keystore/keystore.ts';
import { DEFAULT_POLICY, type CustodyDeps } from '../../../src/node/effects/deps.ts';
import { openTurn, type OpenTurn } from '../../../src/node/turn-scope.ts';
import { inlineCompute } from '../../../src/ports/compute.ts';
import { systemRandom } from '../../../src/ports/random.ts';
import {
  beth,
  freds,
  idOf,
  NETWORK,
  paula,
  personWith,
  stateAt,
  type Ceremony,
} from '../../custody/ceremony.ts';
import type { Person } from '../../identity/people.ts';

/** One party at work: its turn is a real one, its log is in memory, and everybody knows everybody. */

export const NOW = Date.UTC(2029, 11, 20);

export const depsOf = (self: Person, change: Partial<CustodyDeps> = {}): CustodyDeps => ({
  network: NETWORK,
  self: idOf(self),
  random: systemRandom,
  compute: inlineCompute(),
  keys: (state) => {
    if (state !== self.state.keyId) throw new Error('not a key state of this node');
    return self.keys;
  },
  states: stateAt,
  follows: (state, later) => state === later,
  isRecent: () => true,
  standing: (node) => {
    if (![paula, beth, ...freds].some((one) => idOf(one) === node)) return undefined;
    const roles: Role[] = ['principal', 'beneficiary', 'fiduciary'];
    return { current: personWith(node).state, roles, blamed: false, forked: false };
  },
  load: () => ({ open: 0, lastMinute: 0 }),
  claim: () => undefined,
  policy: DEFAULT_POLICY,
  ...change,
});

export interface Bench extends OpenTurn {
  /** Envelopes that the log has. */
  stored: Map<EnvelopeId, Uint8Array>;
  /** The opened secret; null when it is none of this purpose. */
  reveal(purpose: Purpose, id: SecretId | undefined): Promise<Buffer | null>;
}

export const openBench = (now: number = NOW): Bench => {
  const stored = new Map<EnvelopeId, Uint8Array>();
  const turn = openTurn({
    now,
    log: {
      secret: async () => {
        throw new LogError('log/not-found', 'no such secret');
      },
      evidence: async (id) => {
        const bytes = stored.get(id);
        if (!bytes) throw new LogError('log/not-found', 'no such envelope');
        return bytes;
      },
    },
    keystore: createMemoryKeystore({ random: systemRandom }),
    random: systemRandom,
  });
  return {
    ...turn,
    stored,
    reveal: async (purpose, id) =>
      id === undefined
        ? null
        : turn.use(purpose, id, (secret) => Buffer.from(secret)).catch(() => null),
  };
};

/** What a role knows of an order when it begins. */
export const contextOf = (
  { terms, order }: Pick<Ceremony, 'terms' | 'order'>,
  role: Role,
  self: Person,
  change: Partial<OrderContext> = {},
): OrderContext => ({
  ...newContext(role, idOf(self)),
  order,
  terms,
  createdAt: NOW,
  ...change,
});

/** The contributions of an order as a party knows them; of others with the envelope they came in. */
export const knownContributions = (
  { contributions }: Pick<Ceremony, 'contributions'>,
  own?: { role: Role; node: NodeId },
) =>
  contributions.map((made) => ({
    ...made,
    digest: contributionDigest(made),
    ...(made.role === own?.role && made.node === own.node ? {} : { via: viaOf(made) }),
  }));

export const knownCertifications = ({ certifications, terms }: Ceremony) =>
  seatsOf(terms).map(({ role, node }, i) => ({ role, node, certification: certifications[i]! }));

export const viaOf = ({ role, node }: { role: Role; node: NodeId }): EnvelopeId =>
  `via-${role}-${node}`;
