import type { KeyStateId } from '../domain/ids.ts';
import { reason } from '../errors.ts';
import { readVerified, type VerifiedBlock } from '../identity/verify-block.ts';
import { corrupt } from '../log/corruption.ts';
import type { RowCipher } from '../log/sealed-row.ts';
import type { Operation } from '../log/store.ts';

/**
 * Identity blocks at rest: `block/<CID>` → the block, sealed under the node's data key. They are public, so it is not
 * to hide them: whoever edits the disk cannot seal, so what opens was put there by this node, which verified it first
 * or made it. A start then only reads them; to verify ten thousand anew takes minutes.
 */
const PREFIX = 'block/';
/** The keys of all blocks are `from` or greater, and less than `to`. */
export const BLOCK_ROWS = { from: PREFIX, to: 'block0' } as const;

export const blockKey = (cid: KeyStateId): string => `${PREFIX}${cid}`;

/** The row of a block that this node verified or made. */
export const sealBlock = (
  cipher: RowCipher,
  { cid, bytes }: { cid: KeyStateId; bytes: Uint8Array },
): Operation => {
  const key = blockKey(cid);
  return { type: 'put', key, value: cipher.seal({ key }, bytes) };
};

/** @throws LogError log/corrupt naming the row: changed, moved, of another node, not sealed, or another block */
export const openBlock = (cipher: RowCipher, key: string, row: Uint8Array): VerifiedBlock => {
  const bytes = cipher.open({ key }, row, `row ${key}`);
  let block: VerifiedBlock;
  try {
    block = readVerified(bytes);
  } catch (thrown) {
    throw corrupt(`row ${key}`, reason(thrown), thrown);
  }
  if (blockKey(block.cid) !== key) throw corrupt(`row ${key}`, `holds block ${block.cid}`);
  return block;
};
