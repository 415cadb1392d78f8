import type { Operation as Identity } from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { IdentityError } from '../errors.ts';
import type { KeyState } from '../identity/key-state.ts';
import {
  makeRevocation,
  makeRotation,
  nextCommitment,
  type SignedBlock,
} from '../identity/operation.ts';
import {
  bindKeys,
  drawSecrets,
  loadKeys,
  wipeSecrets,
  type IdentityKeys,
  type IdentitySecrets,
} from '../identity/own-keys.ts';
import { keyState } from '../identity/key-state.ts';
import { verifyBlock } from '../identity/verify-block.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { RowCipher } from '../log/sealed-row.ts';
import type { Operation, Store } from '../log/store.ts';
import type { Random } from '../ports/random.ts';
import { sealBlock } from './block-rows.ts';
import { createSerial } from './serial.ts';
import { openSeed, secretRow, secretRows, sealSecrets } from './vault.ts';

/**
 * Changes the keys of this node. Each change is one atomic write: a crash leaves the identity in its old state or in
 * its new one, with the keys of either, and never locked out.
 */
export interface OwnKeys {
  /** New keys: the pre-committed one signs from now on; of the others those named, or all. */
  rotate(current: KeyState, choice: Rotation): Promise<{ block: SignedBlock; keys: IdentityKeys }>;
  /** The end of this identity. Nothing it signs afterwards is believed by anybody. */
  revoke(current: KeyState, at: number): Promise<SignedBlock>;
  /** Destroys the keys of states that nothing needs any more. */
  destroy(states: readonly KeyStateId[]): Promise<void>;
}

export interface Rotation {
  /** Keys to replace besides `sign`, which always is. A new peer key changes the addresses that others know. */
  replace: readonly ('kem' | 'bls' | 'peer')[];
  name: string;
  addrs: readonly string[];
  at: number;
}

export const createOwnKeys = (deps: {
  self: NodeId;
  store: Store;
  keystore: Keystore;
  cipher: RowCipher;
  random: Random;
}): OwnKeys => {
  const { self, store, keystore, cipher, random } = deps;
  const serial = createSerial();

  const rotate = async (
    current: KeyState,
    { replace, name, addrs, at }: Rotation,
  ): Promise<{ block: SignedBlock; keys: IdentityKeys }> => {
    refuseRevoked(current);
    const fresh = drawSecrets(random);
    const secrets: IdentitySecrets = {
      ...fresh,
      sign: await openSeed(deps, current.keyId, 'next'),
    };
    try {
      for (const kept of ['kem', 'bls', 'peer'] as const)
        if (!replace.includes(kept)) secrets[kept] = await openSeed(deps, current.keyId, kept);
      const material = loadKeys(secrets);
      const draft = { keys: material, next: nextCommitment(secrets.next), name, addrs, at };
      const block = makeRotation(current, draft);
      await store.batch([
        sealBlock(cipher, block),
        ...(await sealSecrets(keystore, block.cid, secrets)),
        // It is the sign key now; under its old name nothing may use it again.
        { type: 'del', key: secretRow(current.keyId, 'next') },
      ]);
      return { block, keys: bindKeys(material, stateOf(self, block)) };
    } finally {
      wipeSecrets(fresh);
      wipeSecrets(secrets);
    }
  };

  const revoke = async (current: KeyState, at: number): Promise<SignedBlock> => {
    refuseRevoked(current);
    const { name, addrs, keyId } = current;
    const sign = await openSeed(deps, keyId, 'next');
    const seeds = { sign, next: sign } as IdentitySecrets;
    try {
      for (const kept of ['kem', 'bls', 'peer'] as const)
        seeds[kept] = await openSeed(deps, keyId, kept);
      const block = makeRevocation(current, { keys: loadKeys(seeds), name, addrs, at });
      await store.batch([sealBlock(cipher, block), { type: 'del', key: secretRow(keyId, 'next') }]);
      return block;
    } finally {
      wipeSecrets(seeds);
    }
  };

  const destroy = async (states: readonly KeyStateId[]): Promise<void> => {
    const rows = states.flatMap((state) =>
      secretRows(state).map((key): Operation => ({ type: 'del', key })),
    );
    if (rows.length > 0) await store.batch(rows);
  };

  return {
    rotate: (current, choice) => serial.run(() => rotate(current, choice)),
    revoke: (current, at) => serial.run(() => revoke(current, at)),
    destroy: (states) => serial.run(() => destroy(states)),
  };
};

const refuseRevoked = ({ revoked }: Pick<KeyState, 'revoked'>): void => {
  if (revoked)
    throw new IdentityError(
      'identity/revoked',
      'this identity has ended: nothing follows a revocation',
    );
};

const stateOf = (self: NodeId, { bytes, cid }: SignedBlock): KeyState => {
  const op: Identity = verifyBlock(bytes).op;
  return keyState(self, cid, op);
};
