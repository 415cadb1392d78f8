import { encapsulate } from '../../src/crypto/kem.ts';
import { sign } from '../../src/crypto/signature.ts';
import { decode, encode } from '../../src/domain/canonical.ts';
import type { Envelope } from '../../src/domain/envelope.ts';
import { parseMessage, type Typed } from '../../src/domain/messages.ts';
import { signedDigest } from '../../src/envelope/codec.ts';
import { createCounters, type Counters } from '../../src/envelope/counters.ts';
import { inspectEnvelope, type Inspected, type Inspection } from '../../src/envelope/inspect.ts';
import { openEnvelope, type Opened } from '../../src/envelope/open.ts';
import { sealEnvelope, type Sealed, type Sealing } from '../../src/envelope/seal.ts';
import type { IdentityKeys } from '../../src/identity/own-keys.ts';
import { createRegistry } from '../../src/identity/registry.ts';
import { person, verifyOnce, type Person } from '../identity/people.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

/** Four people who know each other, and what they send. */
export const alice = person('alice');
export const bob = person('bob');
export const carol = person('carol');
export const mallory = person('mallory');

export const ORDER = `bafyrei${'a'.repeat(52)}`;
export const NOW = Date.UTC(2026, 0, 1);
export const HEAD = { seq: 7, hash: new Uint8Array(32).fill(7) };
export const SHARE = { share: new Uint8Array(32).fill(9) };

export const registryOf = (...people: Person[]) => {
  const registry = createRegistry({ verify: verifyOnce });
  for (const { blocks } of people) for (const { bytes } of blocks) registry.merge(bytes);
  return registry;
};
const everybody = registryOf(alice, bob, carol, mallory);

/** A letter from alice to bob and carol, but for what is said otherwise. */
export const letter = (change: Partial<Sealing> = {}): Sealed =>
  sealEnvelope({
    type: 'order.dealt',
    stream: ORDER,
    seq: 1,
    at: NOW,
    until: NOW + 60_000,
    recipients: [bob.state, carol.state],
    message: SHARE,
    head: HEAD,
    keys: alice.keys,
    random: createSeededRandom(`letter ${change.seq ?? 1}`),
    encapsulate,
    ...change,
  });

export const inspectionOf = (who: Person, change: Partial<Inspection> = {}): Inspection => ({
  self: who.state.id,
  holds: (key) => key === who.state.keyId,
  registry: everybody,
  mayUse: () => false,
  admits: () => true,
  now: NOW,
  seen: () => false,
  counters: createCounters(),
  ...change,
});

export const inspect = (
  bytes: Uint8Array,
  who: Person = bob,
  change: Partial<Inspection> = {},
): Inspected => inspectEnvelope(bytes, inspectionOf(who, change));

export const open = (
  inspected: Inspected,
  who: Person = bob,
  counters: Counters = createCounters(),
): Opened<Typed> => openEnvelope(inspected, { keys: who.keys, parseMessage, counters });

export const receive = (bytes: Uint8Array, who: Person = bob): Opened<Typed> =>
  open(inspect(bytes, who), who);

export const parts = ({ bytes }: { bytes: Uint8Array }): Envelope => decode(bytes) as Envelope;

/** The parts put together and signed by whoever wants: what a dishonest sender can make. */
export const signed = (envelope: Omit<Envelope, 'sig'>, keys: IdentityKeys = alice.keys) => {
  const { header, commit, wraps, body } = envelope;
  const unsigned = { header, commit, wraps, body };
  return encode({ ...unsigned, sig: sign(keys.sign, signedDigest(unsigned)) });
};
