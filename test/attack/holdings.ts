import * as libsecp256k1 from 'tiny-secp256k1';
import { encode } from '../../src/domain/canonical.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { openBody } from '../../src/envelope/body.ts';
import { decodeEnvelope } from '../../src/envelope/codec.ts';
import { unwrapKey } from '../../src/envelope/content-key.ts';
import type { Keystore } from '../../src/keystore/keystore.ts';
import { createMemoryKeystore } from '../../src/keystore/memory-keystore.ts';
import type { Entry } from '../../src/log/event-log.ts';
import { createMemoryDisk, memoryStore, type MemoryDisk } from '../../src/log/memory-store.ts';
import { openEventLog } from '../../src/log/open-event-log.ts';
import { openVault, type Vault } from '../../src/node/vault.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import type { Hooks } from '../../src/transport/memory-network.ts';
import { memoryWorld, type Member } from '../node/memory-world.ts';

/**
 * What nodes that pool everything know: each secret that ever passed their keystores (also those destroyed since),
 * their disks opened with their own keys, and every envelope ever sent that one of them can open.
 */

/** A world whose network and keystores are overheard. */
export const overheardWorld = async (members: Parameters<typeof memoryWorld>[0]) => {
  const sent: Uint8Array[] = [];
  const secrets = new Map<string, Buffer[]>();
  const hooks: Hooks = {
    transmit: ({ bytes }) => {
      sent.push(bytes);
      return [bytes];
    },
  };
  const overheard = (name: string, keystore: Keystore): Keystore => {
    const heard: Buffer[] = [];
    secrets.set(name, heard);
    return {
      ...keystore,
      seal: (purpose, ref, secret) => {
        heard.push(Buffer.from(secret));
        return keystore.seal(purpose, ref, secret);
      },
      open: (purpose, ref, blob, use) =>
        keystore.open(purpose, ref, blob, (secret) => {
          heard.push(Buffer.from(secret));
          return use(secret);
        }),
    };
  };
  const world = await memoryWorld(members, () => true, hooks, overheard);
  return { ...world, sent, secrets };
};

type Overheard = Pick<Awaited<ReturnType<typeof overheardWorld>>, 'sent' | 'secrets'>;

/** Values as hex, compared by the x-coordinate of the point that each makes: a value and its negative are one. */
export interface Holdings {
  /** Every 32 bytes in a row of anything that could be read: x-coordinate → value. */
  windows: ReadonlyMap<string, string>;
  /** Points of those that are values of their own: byte strings, cut in pieces of 32 bytes. */
  parts: readonly Uint8Array[];
}

export const pool = async (
  { sent, secrets }: Overheard,
  members: readonly Member[],
): Promise<Holdings> => {
  const found = { windows: new Set<string>(), parts: new Set<string>() };
  const vaults: Vault[] = [];
  for (const member of members) {
    for (const secret of secrets.get(member.name) ?? []) take(found, secret);
    const vault = await openDisk(member);
    vaults.push(vault);
    for (const record of await readLog(member, vault)) take(found, record);
  }
  for (const bytes of new Set(sent))
    for (const vault of vaults) {
      const content = contentOf(bytes, vault);
      if (content !== undefined) take(found, content);
    }
  const windows = new Map<string, string>();
  for (const value of found.windows) {
    const point = pointOf(value);
    if (point) windows.set(xOf(point), value);
  }
  return { windows, parts: [...found.parts].flatMap((value) => pointOf(value) ?? []) };
};

/**
 * Is one value that is held, or the sum or difference of two, the discrete logarithm of the target or of its negative?
 * Such a value makes the target's private key.
 */
export const makes = ({ windows, parts }: Holdings, target: Uint8Array): boolean =>
  windows.has(xOf(target)) ||
  parts.some((part) =>
    [part, negated(part)].some((other) => {
      const rest = libsecp256k1.pointAdd(target, other, true);
      return rest === null || windows.has(xOf(rest));
    }),
  );

/** The other point with this x-coordinate. */
const negated = (point: Uint8Array): Uint8Array => {
  const other = Uint8Array.from(point);
  other[0] = point[0] === 2 ? 3 : 2;
  return other;
};

const xOf = (point: Uint8Array): string => Buffer.from(point.subarray(1)).toString('hex');

const SCALAR = 32;

const pointOf = (value: string): Uint8Array | undefined => {
  const scalar = Buffer.from(value, 'hex');
  return libsecp256k1.isPrivate(scalar)
    ? (libsecp256k1.pointFromScalar(scalar, true) ?? undefined)
    : undefined;
};

const take = (found: { windows: Set<string>; parts: Set<string> }, value: unknown): void => {
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(encode(value));
  for (let from = 0; from + SCALAR <= bytes.length; from++)
    found.windows.add(bytes.toString('hex', from, from + SCALAR));
  for (const part of byteStrings(value))
    for (let from = 0; from + SCALAR <= part.length; from += SCALAR)
      found.parts.add(Buffer.from(part).toString('hex', from, from + SCALAR));
};

const byteStrings = (value: unknown): Uint8Array[] => {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(byteStrings);
};

const copyOf = (disk: MemoryDisk): MemoryDisk => ({
  ...createMemoryDisk(),
  rows: new Map(disk.rows),
  keys: [...disk.keys],
  witness: disk.witness,
});

const openDisk = async ({ nodeDisk, kek }: Member): Promise<Vault> => {
  const keystore = createMemoryKeystore({ random: systemRandom, kek });
  const store = await memoryStore({ disk: copyOf(nodeDisk) })();
  return openVault({ store, keystore, random: systemRandom });
};

const readLog = async ({ logDisk }: Member, { self, dataKey }: Vault): Promise<Entry[]> => {
  const log = await openEventLog({
    node: self,
    dataKey,
    random: systemRandom,
    openStore: memoryStore({ disk: copyOf(logDisk) }),
    clock: systemClock,
  });
  const entries: Entry[] = [];
  for await (const stream of log.streams())
    for (const { entry } of await log.read(stream)) entries.push(entry);
  await log.close();
  return entries;
};

/** What a node recorded, in the order of its streams. */
export const eventsOf = async (member: Member): Promise<OrderEvent[]> =>
  (await readLog(member, await openDisk(member))).flatMap((entry) =>
    entry.kind === 'event' ? [entry.event as OrderEvent] : [],
  );

/** What is in an envelope; undefined when it is not for this node, or no envelope. */
const contentOf = (bytes: Uint8Array, { self, keys }: Vault): unknown => {
  const decoded = orUndefined(() => decodeEnvelope(bytes));
  if (!decoded) return undefined;
  const { envelope, headerHash: header } = decoded;
  const place = envelope.header.to.findIndex(({ id }) => id === self);
  const to = envelope.header.to[place];
  const wrap = envelope.wraps[place];
  const privateKey = to && keys.get(to.key)?.kem;
  if (!wrap || !privateKey) return undefined;
  const contentKey = unwrapKey({ wrap, to, header, privateKey });
  return openBody(envelope.body, { contentKey, header, commit: envelope.commit });
};

const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
