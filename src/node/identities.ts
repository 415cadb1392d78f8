import type { KeyStateId, NodeId } from '../domain/ids.ts';
import type { IdentityView } from '../domain/views.ts';
import { IdentityError } from '../errors.ts';
import { readExport } from '../identity/export-file.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { KeyState } from '../identity/key-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Announcer } from './announcer.ts';
import { SUCCESSION, type Directory } from './directory.ts';
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
  /**
   * Destroys own keys that no open order is bound to, and with which no order may begin any more. Resolves to the time at
   * which more of them may go, ms; null: only with the end of an order.
   */
  destroyUnused(): Promise<number | null>;
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
      history: historyOf(id, state.keyId),
    };
  };

  const historyOf = (id: NodeId, newest: KeyStateId): IdentityView['history'] => {
    const states = [registry.stateAt(id), ...(registry.between(id, newest) ?? [])];
    return states.map((state, i) => ({
      seq: state.seq,
      cid: state.keyId,
      type: typeOf(state),
      at: state.at,
      changed: changedIn(state, states[i - 1]),
    }));
  };

  const destroyUnused = async (): Promise<number | null> => {
    const now = clock.now();
    const needed = index.pinned();
    const [, ...former] = directory.held().map(({ keyId }) => keyId);
    const free = former.filter((state) => !needed.has(state));
    const unused = free.filter((state) => !directory.isRecent(state, now));
    if (unused.length > 0) await ownKeys.destroy(unused);
    for (const state of unused) directory.drop(state);
    return free.length > unused.length ? now + SUCCESSION : null;
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

const typeOf = ({ seq, revoked }: KeyState): string => {
  if (revoked) return 'revocation';
  return seq === 0 ? 'inception' : 'rotation';
};

const changedIn = (state: KeyState, before: KeyState | undefined): string[] => {
  if (!before) return [];
  const { keys } = state;
  const old = before.keys;
  const same: [string, boolean][] = [
    ['sign key', Buffer.compare(keys.sign.bytes, old.sign.bytes) === 0],
    ['kem key', Buffer.compare(keys.kem.bytes, old.kem.bytes) === 0],
    ['bls key', Buffer.compare(keys.bls, old.bls) === 0],
    ['peer id', keys.peerId === old.peerId],
    ['name', state.name === before.name],
    ['addresses', state.addrs.join() === before.addrs.join()],
  ];
  return same.filter(([, isSame]) => !isSame).map(([what]) => what);
};
