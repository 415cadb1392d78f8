import { createSecretKey, type KeyObject } from 'node:crypto';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { KeystoreError } from '../errors.ts';
import { createHeadSet } from '../identity/head-set.ts';
import { foldChain } from '../identity/key-state.ts';
import { makeInception, nextCommitment } from '../identity/operation.ts';
import {
  bindKeys,
  drawSecrets,
  loadKeys,
  wipeSecrets,
  type IdentityKeys,
  type IdentitySecrets,
} from '../identity/own-keys.ts';
import type { Keystore, Purpose } from '../keystore/keystore.ts';
import { createRowCipher, type RowCipher } from '../log/sealed-row.ts';
import type { Operation, Store } from '../log/store.ts';
import type { Random } from '../ports/random.ts';
import { blockKey, openBlock, sealBlock } from './block-rows.ts';
import { sealHeads, sealKnown } from './head-rows.ts';

/**
 * What a node is: its identity, the secrets of its key states, and the key of its data at rest, each sealed by the
 * keystore.
 *
 *     self                       NodeId
 *     data-key                   sealed: AES key of the event log and of the roster, 32 bytes
 *     key/<KeyStateId>/<name>    sealed: a seed of 32 bytes; `next` is the pre-committed sign key and never loaded
 */
export interface Vault {
  self: NodeId;
  keys: Map<KeyStateId, IdentityKeys>;
  /** Held in native memory. SECRET. */
  dataKey: KeyObject;
  /** Seals what this node keeps beside its log, under the data key. */
  cipher: RowCipher;
}

const SELF = 'self';
const DATA_KEY = 'data-key';
const KEYS = 'key/';
const AFTER_KEYS = 'key0';
const DATA_KEY_BYTES = 32;

const purposes: Record<keyof IdentitySecrets, Purpose> = {
  sign: 'identity-sign',
  next: 'identity-next',
  kem: 'identity-kem',
  bls: 'identity-bls',
  peer: 'identity-peer',
};
const names = Object.keys(purposes) as (keyof IdentitySecrets)[];
/** Where a secret of a key state is kept. */
export const secretRow = (state: KeyStateId, name: keyof IdentitySecrets): string =>
  `${KEYS}${state}/${name}`;
/** Where all of them are. */
export const secretRows = (state: KeyStateId): string[] =>
  names.map((name) => secretRow(state, name));

/**
 * Draws a new identity and all its secrets, in one atomic write: afterwards the node exists, or nothing does.
 * @throws KeystoreError keystore/exists when the store holds an identity already (it is never overwritten)
 */
export const createVault = async (deps: {
  store: Store;
  keystore: Keystore;
  random: Random;
  name: string;
  addrs: readonly string[];
  at: number;
}): Promise<NodeId> => {
  const { store, keystore, random, name, addrs, at } = deps;
  if (await store.get(SELF))
    throw new KeystoreError('keystore/exists', 'this node has an identity already');
  const secrets = drawSecrets(random);
  const dataKey = random.bytes(DATA_KEY_BYTES);
  try {
    const block = makeInception({
      keys: loadKeys(secrets),
      next: nextCommitment(secrets.next),
      name,
      addrs,
      at,
    });
    const cipher = createRowCipher({
      node: block.cid,
      dataKey: createSecretKey(dataKey),
      random,
    });
    await store.batch([
      { type: 'put', key: SELF, value: Buffer.from(block.cid) },
      { type: 'put', key: DATA_KEY, value: await keystore.seal('data-key', DATA_KEY, dataKey) },
      sealBlock(cipher, block),
      ...firstHeads(cipher, block.cid),
      ...(await sealSecrets(keystore, block.cid, secrets)),
    ]);
    return block.cid;
  } finally {
    wipeSecrets(secrets);
    dataKey.fill(0);
  }
};

/** What the node knows of identities to begin with: its own. */
const firstHeads = (cipher: RowCipher, id: NodeId): Operation[] => {
  const heads = [{ id, seq: 0, cid: id }];
  const known = createHeadSet();
  known.put(id, heads);
  return [sealHeads(cipher, { id, heads }), sealKnown(cipher, known.digest())];
};

/** Rows of the secrets of one key state. The seeds stay the caller's. */
export const sealSecrets = async (
  keystore: Keystore,
  state: KeyStateId,
  secrets: IdentitySecrets,
): Promise<Operation[]> => {
  const rows: Operation[] = [];
  for (const name of names) {
    const key = secretRow(state, name);
    rows.push({ type: 'put', key, value: await keystore.seal(purposes[name], key, secrets[name]) });
  }
  return rows;
};

/**
 * Loads the keys of every key state that this node still holds.
 * @throws KeystoreError keystore/not-found (no identity: run `milagro init`), keystore/corrupt; LogError log/corrupt;
 * IdentityError
 */
export const openVault = async (deps: {
  store: Store;
  keystore: Keystore;
  random: Random;
}): Promise<Vault> => {
  const { store, keystore, random } = deps;
  const self = Buffer.from(await required(store, SELF)).toString('ascii');
  const dataKey = await keystore.open(
    'data-key',
    DATA_KEY,
    await required(store, DATA_KEY),
    (bytes) => createSecretKey(bytes),
  );
  const cipher = createRowCipher({ node: self, dataKey, random });
  const keys = new Map<KeyStateId, IdentityKeys>();
  for (const state of await heldStates(store))
    keys.set(state, await loadState({ store, keystore, cipher }, state));
  return { self, keys, dataKey, cipher };
};

/**
 * A copy of one seed, 32 bytes. SECRET: the caller wipes it.
 * @throws KeystoreError keystore/not-found, keystore/corrupt
 */
export const openSeed = async (
  { store, keystore }: { store: Store; keystore: Keystore },
  state: KeyStateId,
  name: keyof IdentitySecrets,
): Promise<Buffer> => {
  const key = secretRow(state, name);
  return keystore.open(purposes[name], key, await required(store, key), (seed) =>
    Buffer.from(seed),
  );
};

const heldStates = async (store: Store): Promise<Set<KeyStateId>> => {
  const states = new Set<KeyStateId>();
  for await (const [key] of store.range(KEYS, AFTER_KEYS)) states.add(key.split('/')[1] ?? '');
  return states;
};

const loadState = async (
  deps: { store: Store; keystore: Keystore; cipher: RowCipher },
  state: KeyStateId,
): Promise<IdentityKeys> => {
  const [sign, kem, bls, peer] = await Promise.all([
    openSeed(deps, state, 'sign'),
    openSeed(deps, state, 'kem'),
    openSeed(deps, state, 'bls'),
    openSeed(deps, state, 'peer'),
  ]);
  try {
    const material = loadKeys({ sign, kem, bls, peer });
    return bindKeys(material, foldChain(await chainTo(deps, state)));
  } finally {
    for (const seed of [sign, kem, bls, peer]) seed.fill(0);
  }
};

const chainTo = async (
  { store, cipher }: { store: Store; cipher: RowCipher },
  state: KeyStateId,
) => {
  const chain = [];
  for (let at: KeyStateId | null = state; at !== null;) {
    const key = blockKey(at);
    const block = openBlock(cipher, key, await required(store, key));
    chain.push(block);
    at = block.op.prev;
  }
  return chain.toReversed();
};

const required = async (store: Store, key: string): Promise<Uint8Array> => {
  const value = await store.get(key);
  if (!value)
    throw new KeystoreError('keystore/not-found', `no ${key} here: was this node initialized?`);
  return value;
};
