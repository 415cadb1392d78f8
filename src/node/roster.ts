import { Type, type Static } from 'typebox';
import { decodeOwn, encode } from '../domain/canonical.ts';
import type { KeyStateId, NodeId, StreamId } from '../domain/ids.ts';
import { RoleSchema } from '../domain/messages.ts';
import { cid, closed, parse, text, time } from '../domain/schema.ts';
import type { VerifiedBlock } from '../identity/verify-block.ts';
import type { Head } from '../log/event-log.ts';
import type { RowCipher } from '../log/sealed-row.ts';
import type { Store } from '../log/store.ts';
import { BLOCK_ROWS, openBlock, sealBlock } from './block-rows.ts';
import {
  HEAD_ROWS,
  openHeads,
  readKnown,
  sealHeads,
  sealKnown,
  type ChainHeads,
} from './head-rows.ts';

/**
 * What a node keeps beside its event log: blocks of identities, and whom its operator trusts. All of it is sealed
 * under the data key: whoever edits the disk must not gain trust, nor introduce anybody.
 *
 *     block/<CID>   an identity block
 *     heads/<NodeId>, known   how far the chains go (head-rows.ts)
 *     peer/<NodeId> a pinned peer
 *     loss          signs of a rollback, and what the operator gave up
 */
export interface Roster {
  /** Verified when they were put. @throws LogError log/corrupt */
  blocks(): AsyncIterable<VerifiedBlock>;
  /** One write. Only what this node has verified: it is believed from then on. */
  putBlocks(
    blocks: readonly { cid: KeyStateId; bytes: Uint8Array }[],
    chains: readonly ChainHeads[],
    digest: Uint8Array,
  ): Promise<void>;
  /** How far each chain went when its last block was put. @throws LogError log/corrupt */
  heads(): AsyncIterable<ChainHeads>;
  /** The digest that was put last; undefined when none was. @throws LogError log/corrupt */
  known(): Promise<Uint8Array | undefined>;
  peers(): AsyncIterable<Peer>;
  putPeer(peer: Peer): Promise<void>;
  deletePeer(id: NodeId): Promise<void>;
  loss(): Promise<Loss>;
  putLoss(loss: Loss): Promise<void>;
}

/** What shows that these data were an older copy, and what became of it. */
export interface Loss {
  /** Heads of this node's log that others have seen and that are gone: given up by the operator. */
  heads: Head[];
  /** Newer states of the own keys that are gone: given up likewise. */
  states: KeyStateId[];
  /** The roles that ended with them. */
  streams: StreamId[];
  /** Heads that others have seen, and about which the operator has not decided. */
  suspected: Head[];
}

export const Peer = closed({
  id: cid(),
  /** What this operator calls it. */
  name: text(64),
  /** What it is trusted for. */
  roles: Type.Array(RoleSchema),
  addedAt: time(),
  /** It was caught cheating, and the operator has not cleared it. */
  blamed: Type.Union([closed({ order: cid(), code: Type.String(), at: time() }), Type.Null()]),
  /** When the operator last cleared it; older blame counts no more. */
  clearedAt: Type.Union([time(), Type.Null()]),
});
export type Peer = Static<typeof Peer>;

const PEER = 'peer/';
const LOSS = 'loss';
/** Greater than every key that begins so: `0` follows `/`. */
const after = (prefix: string): string => `${prefix.slice(0, -1)}0`;

export const createRoster = (store: Store, cipher: RowCipher): Roster => ({
  blocks: async function* () {
    for await (const [key, row] of store.range(BLOCK_ROWS.from, BLOCK_ROWS.to))
      yield openBlock(cipher, key, row);
  },
  putBlocks: (blocks, chains, digest) =>
    store.batch([
      ...blocks.map((block) => sealBlock(cipher, block)),
      ...chains.map((chain) => sealHeads(cipher, chain)),
      sealKnown(cipher, digest),
    ]),
  heads: async function* () {
    for await (const [key, row] of store.range(HEAD_ROWS.from, HEAD_ROWS.to))
      yield openHeads(cipher, key, row);
  },
  known: () => readKnown(cipher, (key) => store.get(key)),
  peers: async function* () {
    for await (const [key, row] of store.range(PEER, after(PEER)))
      yield parse(Peer, decodeOwn(cipher.open({ key }, row, `row ${key}`)), 'peer');
  },
  putPeer: async (peer) => {
    const key = `${PEER}${peer.id}`;
    await store.batch([{ type: 'put', key, value: cipher.seal({ key }, encode(peer)) }]);
  },
  loss: async () => {
    const row = await store.get(LOSS);
    if (!row) return { heads: [], states: [], streams: [], suspected: [] };
    return decodeOwn(cipher.open({ key: LOSS }, row, `row ${LOSS}`)) as Loss;
  },
  putLoss: (loss) =>
    store.batch([{ type: 'put', key: LOSS, value: cipher.seal({ key: LOSS }, encode(loss)) }]),
  deletePeer: (id) => store.batch([{ type: 'del', key: `${PEER}${id}` }]),
});
