import { createSecretKey } from 'node:crypto';
import { cidOf, sha256 } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import { streamId, type NodeId, type Role } from '../../src/domain/ids.ts';
import type { EventLog, Head, SealedEnvelope, Turn } from '../../src/log/event-log.ts';
import { createMemoryDisk, memoryStore } from '../../src/log/memory-store.ts';
import { openEventLog, type EventLogDeps } from '../../src/log/open-event-log.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';

/** Names and turns for the tests of the log: short texts stand for nodes, orders and envelopes. */

export const cid = (text: string): string => cidOf(encode(text));
export const ME: NodeId = cid('me');
export const ALICE: NodeId = cid('alice');
export const BOB: NodeId = cid('bob');
export const AT = 1_700_000_000_000;

export const DATA_KEY = createSecretKey(Buffer.alloc(32, 7));
export const secretId = (text: string): string => sha256(Buffer.from(text)).toString('hex', 0, 16);
export const stream = (order: string, role: Role = 'principal') => streamId(cid(order), role);

/** The event of a turn carries a text, so that turns can be told apart. */
export const turn = (order: string, text: string, more: Partial<Turn> = {}): Turn => ({
  stream: stream(order),
  machine: 'principal@1',
  at: AT,
  events: [{ type: 'order.proposed', text } as { type: string }],
  ...more,
});

export const envelope = (seq: number, text: string, to: NodeId[] = [ALICE]): SealedEnvelope => {
  const bytes = encode({ seq, text });
  return { seq, type: 'order.proposed', envelope: cidOf(bytes), to, until: AT + 1_000, bytes };
};

/** A `seal` that sends one envelope for each text. */
export const sends =
  (...texts: string[]) =>
  (_head: Head, nextSeq: () => number): SealedEnvelope[] =>
    texts.map((text) => envelope(nextSeq(), text));

/** What came from `sender`; with its bytes, as evidence, unless told otherwise. */
export const takesIn = (sender: NodeId, seq: number, text: string, keep = true) => {
  const { envelope: id, bytes } = envelope(seq, text);
  return { sender, seq, envelope: id, ...(keep && { bytes }) };
};

/** Every kind of row in one turn. */
export const fullTurn = (order: string, text: string, number: number): Turn =>
  turn(order, text, {
    received: [takesIn(ALICE, number, `from alice: ${text}`)],
    secrets: [{ id: secretId(text), blob: Buffer.from(`sealed ${text}`) }],
    answer: { key: `key ${text}`, request: sha256(Buffer.from(text)), response: { text } },
    seen: { peer: ALICE, head: { seq: number, hash: sha256(Buffer.from(text)) } },
    seal: sends(text),
  });

/** Opens a log; a fresh one in memory unless told otherwise. */
export const openLog = (deps: Partial<EventLogDeps> = {}): Promise<EventLog> =>
  openEventLog({
    openStore: memoryStore({ disk: createMemoryDisk() }),
    node: ME,
    dataKey: DATA_KEY,
    clock: createVirtualClock(),
    random: createSeededRandom('log'),
    ...deps,
  });

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

/** The texts of the events of a stream, `>text` for each envelope sealed. */
export const texts = async (log: EventLog, order: string, role?: Role): Promise<string[]> =>
  (await log.read(stream(order, role))).map(({ entry }) =>
    entry.kind === 'event' ? (entry.event as unknown as { text: string }).text : `>${entry.seq}`,
  );
