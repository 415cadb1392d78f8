import type { KeyStateId, NodeId, Role } from '../domain/ids.ts';
import type { verifyBlock } from '../identity/verify-block.ts';
import type { Contact } from '../transport/transport.ts';
import { IdentityError, KeystoreError, NodeError } from '../errors.ts';
import { writeExport } from '../identity/export-file.ts';
import type { KeyState } from '../identity/key-state.ts';
import { createHeadSet, type HeadSet } from '../identity/head-set.ts';
import type { IdentityKeys } from '../identity/own-keys.ts';
import { createRegistry, type Merged, type Registry } from '../identity/registry.ts';
import type { Standing } from './effects/deps.ts';
import { createKeptIdentities } from './kept-identities.ts';
import type { Peer, Roster } from './roster.ts';

/**
 * Whom this node knows and whom its operator trusts. Knowing comes from signed blocks and proves only who somebody
 * is; trust for a role is the operator's decision and never the network's word.
 */
export interface Directory {
  readonly self: NodeId;
  readonly registry: Registry;
  /** What this node stands for: itself, and whom it has pinned. */
  readonly heads: HeadSet;
  /** Own keys of one of this node's key states. @throws IdentityError identity/unknown */
  keys(state: KeyStateId): IdentityKeys;
  /** Are the private keys of that state here? */
  holds(state: KeyStateId): boolean;
  /** New keys of this node are there. */
  hold(keys: IdentityKeys): void;
  /** Keys of this node are gone. */
  drop(state: KeyStateId): void;
  /** States of this node whose private keys are here, newest first; at least one. */
  held(): KeyState[];
  newestHeld(): KeyState;
  /** A pinned state of anybody's keys. @throws IdentityError identity/unknown */
  stateAt(state: KeyStateId): KeyState;
  /** The newest state of somebody's keys. @throws IdentityError identity/unknown */
  current(id: NodeId): KeyState;
  knows(id: NodeId): boolean;
  /** Is `later` this state itself, or one that builds on it? @throws IdentityError identity/unknown */
  follows(state: KeyStateId, later: KeyStateId): boolean;
  /**
   * May an order begin with this state: is it the newest, or was it replaced less than `SUCCESSION` ago?
   * @throws IdentityError identity/unknown
   */
  isRecent(state: KeyStateId, now: number): boolean;
  /** @throws IdentityError identity/unknown, identity/revoked, identity/duplicity: it takes part in no new order */
  checkUsable(id: NodeId): void;

  peers(): readonly Peer[];
  peer(id: NodeId): Peer | undefined;
  /** @throws NodeError node/party-unknown */
  pinned(id: NodeId): Peer;
  /** Nodes trusted for a role, this one too where it plays the role itself; the blamed left out. */
  trusted(role: Role): NodeId[];
  /** @throws NodeError node/party-unknown, node/party-blamed; IdentityError identity/revoked, identity/duplicity */
  checkTrusted(id: NodeId, role: Role): void;
  /** What this node thinks of another, or of itself; undefined when it does not know it. */
  standing(id: NodeId): Standing | undefined;
  /** Trusts a known identity for roles. @throws IdentityError identity/unknown, NodeError node/limit, node/role */
  pin(peer: { id: NodeId; name: string | null; roles: readonly Role[] }, at: number): Promise<Peer>;
  /** @throws NodeError node/party-unknown */
  remove(id: NodeId): Promise<void>;
  blame(id: NodeId, blame: NonNullable<Peer['blamed']>): Promise<void>;
  /** What it did until `at` counts no more. */
  clearBlame(id: NodeId, at: number): Promise<Peer>;
  /** Takes a block in and makes it durable. @throws IdentityError */
  merge(block: Uint8Array): Promise<Merged>;
  exportOwn(): string;
  contact(id: NodeId): Contact | undefined;
  nameOf(id: NodeId): string | null;
}

export interface DirectoryDeps {
  self: NodeId;
  roles: readonly Role[];
  roster: Roster;
  keys: Map<KeyStateId, IdentityKeys>;
  /** For blocks from outside. */
  verify?: typeof verifyBlock;
}

const MOST_PEERS = 10_000;

/**
 * How long a state of keys may still begin an order after it was replaced, ms: what was proposed right before may be on
 * its way, or named a party that was just about to rotate. Longer than the longest pause of the outbox, twice over; and
 * as long as a thief, who acted in its owner's name until then, may go on to.
 */
export const SUCCESSION = 900_000;

export const openDirectory = async (deps: DirectoryDeps): Promise<Directory> => {
  const { self, roster } = deps;
  const registry = createRegistry(deps.verify && { verify: deps.verify });
  const kept = createKeptIdentities({ roster, registry });
  const peers = new Map<NodeId, Peer>();
  for await (const peer of roster.peers()) peers.set(peer.id, peer);
  await kept.restore(peers.keys());
  const isWhole = (id: NodeId): boolean => registry.has(id) && registry.lacking(id).length === 0;
  const heads = createHeadSet();
  const standFor = (id: NodeId): void => {
    const stands = id === self || peers.has(id);
    if (stands && isWhole(id)) heads.put(id, registry.heads(id));
  };
  for (const id of [self, ...peers.keys()]) standFor(id);
  // As it was when this node last spoke, as far as others are concerned.
  heads.news();

  const current = (id: NodeId): KeyState => registry.resolve(id);

  const held = (): KeyState[] =>
    [...deps.keys.keys()].map((state) => registry.stateAt(state)).toSorted((a, b) => b.seq - a.seq);

  const pinned = (id: NodeId): Peer => {
    const peer = peers.get(id);
    if (!peer)
      throw new NodeError(
        'node/party-unknown',
        `${id} is not pinned: add it with \`milagro peer add\``,
      );
    return peer;
  };

  const put = async (peer: Peer): Promise<Peer> => {
    await roster.putPeer(peer);
    peers.set(peer.id, peer);
    standFor(peer.id);
    return peer;
  };

  const merge = async (block: Uint8Array): Promise<Merged> => {
    const merged = registry.merge(block);
    await kept.keep(merged.joined);
    for (const { id } of merged.joined) standFor(id);
    return merged;
  };

  const checkUsable = (id: NodeId): void => {
    if (current(id).revoked) throw new IdentityError('identity/revoked', `${id} is revoked`);
    if (registry.duplicity(id).length > 0)
      throw new IdentityError(
        'identity/duplicity',
        `${id} has two histories: it takes part in no new order`,
      );
  };

  return {
    self,
    registry,
    heads,
    keys: (state) => {
      const keys = deps.keys.get(state);
      if (!keys) throw new IdentityError('identity/unknown', 'not a key state of this node');
      return keys;
    },
    holds: (state) => deps.keys.has(state),
    hold: (keys) => void deps.keys.set(keys.keyId, keys),
    drop: (state) => void deps.keys.delete(state),
    held,
    newestHeld: () => {
      const [newest] = held();
      if (!newest) throw new KeystoreError('keystore/not-found', 'this node holds no keys');
      return newest;
    },
    stateAt: (state) => registry.stateAt(state),
    current,
    knows: (id) => registry.has(id),
    follows: (state, later) => registry.between(state, later) !== null,
    isRecent: (state, now) => {
      const newest = current(registry.stateAt(state).id).keyId;
      const [successor] = registry.between(state, newest) ?? [];
      return state === newest || (successor !== undefined && now - successor.at < SUCCESSION);
    },
    checkUsable,
    peers: () => [...peers.values()],
    peer: (id) => peers.get(id),
    pinned,
    trusted: (role) => [
      ...(deps.roles.includes(role) ? [self] : []),
      ...[...peers.values()]
        .filter((peer) => peer.roles.includes(role) && peer.blamed === null)
        .map(({ id }) => id),
    ],
    checkTrusted: (id, role) => {
      checkUsable(id);
      if (id === self) {
        if (!deps.roles.includes(role))
          throw new NodeError('node/role', `this node does not act as ${role}`);
        return;
      }
      const peer = pinned(id);
      if (!peer.roles.includes(role))
        throw new NodeError('node/party-unknown', `${peer.name} is not pinned as a ${role}`);
      if (peer.blamed !== null)
        throw new NodeError(
          'node/party-blamed',
          `${peer.name} was blamed (${peer.blamed.code}) in order ${peer.blamed.order}`,
        );
    },
    standing: (id) => {
      if (!isWhole(id)) return undefined;
      const peer = peers.get(id);
      return {
        current: current(id),
        roles: id === self ? deps.roles : (peer?.roles ?? []),
        blamed: peer !== undefined && peer.blamed !== null,
        forked: registry.duplicity(id).length > 0,
      };
    },
    pin: async ({ id, name, roles }, at) => {
      if (id === self) throw new NodeError('node/role', 'that is this node itself');
      if (peers.size >= MOST_PEERS)
        throw new NodeError('node/limit', `at most ${MOST_PEERS} peers`);
      const known = peers.get(id);
      return put({
        id,
        name: name ?? known?.name ?? current(id).name,
        roles: [...roles],
        addedAt: known?.addedAt ?? at,
        blamed: known?.blamed ?? null,
        clearedAt: known?.clearedAt ?? null,
      });
    },
    remove: async (id) => {
      pinned(id);
      await roster.deletePeer(id);
      peers.delete(id);
      heads.delete(id);
    },
    blame: async (id, blame) => {
      const peer = peers.get(id);
      if (peer?.blamed === null && blame.at > (peer.clearedAt ?? -1))
        await put({ ...peer, blamed: blame });
    },
    clearBlame: async (id, at) => put({ ...pinned(id), blamed: null, clearedAt: at }),
    merge,
    exportOwn: () => writeExport(self, registry.chain(current(self).keyId)),
    contact: (id) => {
      if (id === self || !isWhole(id)) return undefined;
      const state = current(id);
      return { node: id, peer: state.keys.peerId, addrs: state.addrs };
    },
    nameOf: (id) => peers.get(id)?.name ?? (isWhole(id) ? current(id).name : null),
  };
};
