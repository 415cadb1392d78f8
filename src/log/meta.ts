import { decodeOwn, encode } from '../domain/canonical.ts';
import { LogError } from '../errors.ts';
import { corrupt } from './corruption.ts';
import type { Head } from './event-log.ts';
import { META, EVERYTHING } from './keys.ts';
import type { RowCipher } from './sealed-row.ts';
import type { Operation, Store } from './store.ts';

/** What the log knows of itself: the meta row, and the witness, a note beside the rows of how far the log had come. */

/** Of the layout and the shapes of the rows; records have one of their own. */
const LOG_VERSION = 1;

export interface Meta {
  /** Of the names in keys, 32 bytes, secret. */
  salt: Uint8Array;
  starts: number;
}

/** Written after a batch is durable, so it may lag behind the log but never lead it. */
export interface Witness {
  starts: number;
  head: Head | null;
}

const WITNESS = { key: 'witness' };

/**
 * The meta row; undefined in a store that was never used.
 * @throws LogError log/corrupt (also: wrong data key, or log of another node), log/version
 */
export const readMeta = async (store: Store, cipher: RowCipher): Promise<Meta | undefined> => {
  const row = await store.get(META);
  if (!row) {
    for await (const [key] of store.range(...EVERYTHING, { limit: 1 }))
      throw corrupt(META, `is missing, although there are other rows (${key})`);
    return undefined;
  }
  const { v, ...meta } = decodeOwn(cipher.open({ key: META }, row, META)) as Meta & { v: number };
  if (v !== LOG_VERSION)
    throw new LogError('log/version', `the log has version ${v}, unknown here`);
  return meta;
};

export const putMeta = (cipher: RowCipher, meta: Meta): Operation => ({
  type: 'put',
  key: META,
  value: cipher.seal({ key: META }, encode({ v: LOG_VERSION, ...meta })),
});

/** @throws LogError log/corrupt */
export const readWitness = async (
  store: Store,
  cipher: RowCipher,
): Promise<Witness | undefined> => {
  const note = await store.readWitness();
  return note && (decodeOwn(cipher.open(WITNESS, note, WITNESS.key)) as Witness);
};

export const writeWitness = (store: Store, cipher: RowCipher, witness: Witness): Promise<void> =>
  store.writeWitness(cipher.seal(WITNESS, encode(witness)));
