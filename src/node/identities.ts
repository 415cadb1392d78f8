import type { NodeId } from '../domain/ids.ts';
import type { IdentityView } from '../domain/views.ts';
import { IdentityError } from '../errors.ts';
import { readExport } from '../identity/export-file.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import { verifyBlock } from '../identity/verify-block.ts';
import type { Clock } from '../ports/clock.ts';
import type { Announcer } from './announcer.ts';
import type { Directory } from './directory.ts';
import type { OrderIndex } from './order-index.ts';
import type { OwnKeys } from './own-keys.ts';

/** What an operator does with identities: the own one changes and ends, those of others are looked up and shown. */
export interface Identities {
  rotate(replace: readonly ('kem' | 'bls' | 'peer')[]): Promise<IdentityView>;
  revoke(): Promise<IdentityView>;
  /** From here, or with `fresh` also from peers. @throws DocstoreError docstore/not-found; IdentityError */
  view(id: NodeId, fresh: boolean): Promise<IdentityView>;
  /** Takes in the identity that a file holds. @throws IdentityError */
  read(file: string): Promise<NodeId>;
  /** Destroys own keys that no open order is bound to and that are not the current ones. */
  destroyUnused(): Promise<void>;
}

export const createIdentities = (deps: {
  directory: Directory;
  ownKeys: OwnKeys;
  announcer: Announcer;
  index: OrderIndex;
  clock: Clock;
}): Identities => {
  const { directory, ownKeys, announcer, index, clock } = deps;
  const { self, registry } = directory;

  const viewOf = (id: NodeId): IdentityView => {
    const state = directory.current(id);
    return {
      id,
      fingerprint: fingerprint(id),
      name: state.name,
      keyState: state.keyId,
      seq: state.seq,
      at: state.at,
      revoked: state.revoked,
      peerId: state.keys.peerId,
      addrs: [...state.addrs],
      duplicity: registry.duplicity(id).map(({ seq, cids }) => ({ seq, cids: [...cids] })),
      history: registry.chain(state.keyId).map((bytes) => {
        const { cid, op } = verifyBlock(bytes);
        return { seq: op.seq, cid, type: op.type, at: op.at };
      }),
    };
  };

  const destroyUnused = async (): Promise<void> => {
    const needed = index.pinned();
    const [, ...former] = directory.held().map(({ keyId }) => keyId);
    const unused = former.filter((state) => !needed.has(state));
    if (unused.length === 0) return;
    await ownKeys.destroy(unused);
    for (const state of unused) directory.drop(state);
  };

  return {
    rotate: async (replace) => {
      const current = directory.current(self);
      const { name, addrs } = current;
      const { block, keys } = await ownKeys.rotate(current, {
        replace,
        name,
        addrs,
        at: clock.now(),
      });
      // Held before it is known: from the moment that the new state counts, its keys can be used.
      directory.hold(keys);
      await announcer.publishOwn(block.bytes);
      await destroyUnused();
      return viewOf(self);
    },
    revoke: async () => {
      const block = await ownKeys.revoke(directory.current(self), clock.now());
      await announcer.publishOwn(block.bytes);
      return viewOf(self);
    },
    view: async (id, fresh) => {
      if (fresh && id !== self) await announcer.resolve(id);
      return viewOf(id);
    },
    read: async (file) => {
      const { state, blocks } = readExport(file);
      if (state.id === self) throw new IdentityError('identity/exists', 'that is this node itself');
      for (const block of blocks) await announcer.take(block);
      return state.id;
    },
    destroyUnused,
  };
};
