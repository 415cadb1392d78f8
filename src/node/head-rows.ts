import { decodeOwn, encode } from '../domain/canonical.ts';
import type { IdentityHead } from '../domain/identity.ts';
import type { NodeId } from '../domain/ids.ts';
import type { RowCipher } from '../log/sealed-row.ts';
import type { Operation } from '../log/store.ts';

/**
 * How far this node knew the chain of each identity, sealed as the blocks are: a block that is gone is missed, and an
 * identity is never taken for what it was before (guarantee G13).
 *
 *     heads/<NodeId>   [[seq, cid] of each head]
 *     known            the digest of all of them (src/identity/head-set.ts), 32 bytes
 */
export interface ChainHeads {
  id: NodeId;
  heads: IdentityHead[];
}

const PREFIX = 'heads/';
/** The keys of all are `from` or greater, and less than `to`. */
export const HEAD_ROWS = { from: PREFIX, to: 'heads0' } as const;
const KNOWN = 'known';

export const headsKey = (id: NodeId): string => `${PREFIX}${id}`;

export const sealHeads = (cipher: RowCipher, { id, heads }: ChainHeads): Operation => {
  const key = headsKey(id);
  const content = encode(heads.map(({ seq, cid }) => [seq, cid]));
  return { type: 'put', key, value: cipher.seal({ key }, content) };
};

/** @throws LogError log/corrupt naming the row */
export const openHeads = (cipher: RowCipher, key: string, row: Uint8Array): ChainHeads => {
  const id = key.slice(PREFIX.length);
  const content = decodeOwn(cipher.open({ key }, row, `row ${key}`)) as [number, string][];
  return { id, heads: content.map(([seq, cid]) => ({ id, seq, cid })) };
};

export const sealKnown = (cipher: RowCipher, digest: Uint8Array): Operation => ({
  type: 'put',
  key: KNOWN,
  value: cipher.seal({ key: KNOWN }, digest),
});

/** Undefined when there is no such row. @throws LogError log/corrupt */
export const readKnown = async (
  cipher: RowCipher,
  get: (key: string) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> => {
  const row = await get(KNOWN);
  return row && cipher.open({ key: KNOWN }, row, `row ${KNOWN}`);
};
