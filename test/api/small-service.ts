import { cidOfDigest, type NodeId, type OrderId } from '../../src/domain/ids.ts';
import type { IdentityView, OrderView, PeerView, RecordView } from '../../src/domain/views.ts';
import { IdentityError, LogError, NodeError } from '../../src/errors.ts';
import type { NodeService, OrderWish } from '../../src/node/service.ts';

/**
 * The smallest node that keeps the contract of NodeService: no network, no cryptography, orders move when a test says
 * so. What the API and the commands show of it is real; what it does is not.
 */
export interface SmallService extends NodeService {
  /** Changes an order and tells the watchers. */
  change(order: OrderId, part: Partial<OrderView>): void;
  /** Every wish and redemption, with the idempotency key that came with it. */
  readonly calls: { name: string; input: unknown; key: string | null }[];
  /** Makes every call fail with this. */
  failure: unknown;
  /** New orders are ready at once. */
  prompt: boolean;
  watchers(): number;
}

export const id = (n: number): NodeId => cidOfDigest(new Uint8Array(32).fill(n));
export const SELF = id(1);
export const FIDUCIARIES = [id(2), id(3), id(4)];
export const BENEFICIARY = id(5);
export const NOW = 1_800_000_000_000;
export const WALLET_KEY = `02${'ab'.repeat(32)}`;
export const ADDRESS = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';

const peer = (n: NodeId, name: string, roles: PeerView['roles']): PeerView => ({
  id: n,
  name,
  roles,
  keyState: n,
  seq: 0,
  fingerprint: 'abandon ability able about above absent absorb abstract',
  connected: name !== 'carol',
  lastSeen: NOW - 90_000,
  addrs: ['/ip4/127.0.0.1/tcp/4511'],
  revoked: false,
  duplicity: false,
  blamed: null,
});

export const smallService = (options: { now?: () => number } = {}): SmallService => {
  const now = options.now ?? (() => NOW);
  const orders = new Map<OrderId, OrderView>();
  const answers = new Map<string, { request: string; order: OrderId }>();
  const watchers = new Set<(order: OrderId) => void>();
  const peers = new Map<NodeId, PeerView>([
    [id(2), peer(id(2), 'alice', ['fiduciary'])],
    [id(3), peer(id(3), 'bob', ['fiduciary'])],
    [id(4), peer(id(4), 'carol', ['fiduciary'])],
    [id(5), peer(id(5), 'dora', ['beneficiary'])],
  ]);

  const known = (order: OrderId): OrderView => {
    const view = orders.get(order);
    if (!view) throw new NodeError('node/order-unknown', 'no such order on this node');
    return view;
  };
  const knownPeer = (node: NodeId): PeerView => {
    const found = peers.get(node);
    if (!found) throw new NodeError('node/party-unknown', `${node} is not pinned`);
    return found;
  };
  const once = (key: string | null, request: unknown, act: () => OrderId): OrderId => {
    const text = JSON.stringify(request);
    const before = key === null ? undefined : answers.get(key);
    if (before !== undefined) {
      if (before.request !== text)
        throw new NodeError('node/idempotency-conflict', 'this key was used for another request');
      return before.order;
    }
    const order = act();
    if (key !== null) answers.set(key, { request: text, order });
    return order;
  };
  const change = (order: OrderId, part: Partial<OrderView>): void => {
    orders.set(order, { ...known(order), ...part });
    for (const watcher of watchers) watcher(order);
  };
  const fresh = (wish: OrderWish): OrderView => {
    const fiduciaries = wish.fiduciaries.length > 0 ? wish.fiduciaries : FIDUCIARIES;
    const seats: OrderView['seats'] = [
      { role: 'principal', node: SELF, name: 'ada', done: ['order.proposed', 'order.contributed'] },
      ...(wish.beneficiary === null
        ? []
        : [
            {
              role: 'beneficiary' as const,
              node: wish.beneficiary,
              name: peers.get(wish.beneficiary)?.name ?? null,
              done: [],
            },
          ]),
      ...fiduciaries.map((node) => ({
        role: 'fiduciary' as const,
        node,
        name: peers.get(node)?.name ?? null,
        done: node === id(4) ? [] : ['order.contributed'],
      })),
    ];
    return {
      orderReference: id(100 + orders.size),
      coin: wish.coin,
      address: null,
      walletKey: null,
      singleFiduciary: fiduciaries.length === 1,
      threshold: wish.threshold ?? Math.floor(fiduciaries.length / 2) + 1,
      createdAt: now() + orders.size,
      expiresAt: now() + wish.expiresIn,
      notBefore: wish.notBefore,
      beneficiary: wish.beneficiary,
      seats,
      roles: [
        {
          role: 'principal',
          state: 'contributing',
          since: now(),
          waitingFor: [
            {
              node: fiduciaries.at(-1) ?? null,
              role: 'fiduciary',
              event: 'order.contributed',
              since: now(),
              until: now() + wish.expiresIn,
            },
          ],
          events: 2,
        },
      ],
      certificate: null,
      redemption: null,
      keyHeld: false,
      blames: [],
      hindrances: [],
      ended: null,
    };
  };
  const ready: Partial<OrderView> = { address: ADDRESS, walletKey: WALLET_KEY };

  const service: SmallService = {
    calls: [],
    failure: null,
    prompt: true,
    change,
    watchers: () => watchers.size,

    status: async () => ({
      application: 'Milagro Distributed Trust',
      apiVersion: 'v1',
      version: '0.1.0',
      timeStamp: now(),
      nodeCID: SELF,
      fingerprint: 'zoo zone zero young you yellow year wrong',
      name: 'ada',
      network: 'test',
      nodeType: 'multi',
      plugin: 'milagro',
      extensionVendor: 'Milagro',
      peerId: '12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2',
      listening: ['/ip4/127.0.0.1/tcp/4510'],
      connections: 3,
      log: { records: 42, head: 'ab'.repeat(32), state: 'verified' },
      orders: orders.size,
      unacknowledged: 1,
    }),
    createOrder: async (wish, key) => {
      service.calls.push({ name: 'createOrder', input: wish, key });
      return known(
        once(key, wish, () => {
          const order = { ...fresh(wish), ...(service.prompt && ready) };
          orders.set(order.orderReference, order);
          return order.orderReference;
        }),
      );
    },
    cancelOrder: async (order, text) => {
      if (known(order).address !== null)
        throw new NodeError('node/order-state', 'not possible while the order is ready');
      change(order, { ended: { by: SELF, code: 'order/cancelled', text } });
      return known(order);
    },
    redeemOrder: async (order, beneficiary, key) => {
      service.calls.push({ name: 'redeemOrder', input: { order, beneficiary }, key });
      const to = beneficiary ?? known(order).beneficiary;
      if (to === null) throw new NodeError('node/party-unknown', 'say who receives the key');
      once(key, { order, beneficiary }, () => {
        change(order, {
          redemption: { beneficiary: to, requestedAt: now(), receiptedAt: null },
        });
        return order;
      });
      if (service.prompt)
        change(order, {
          redemption: { beneficiary: to, requestedAt: now(), receiptedAt: now() },
          keyHeld: to === SELF,
        });
      return known(order);
    },
    settled: async (order) => known(order),
    order: async (order) => known(order),
    orders: async ({ page, perPage, newestFirst }) => {
      const all = [...orders.values()];
      if (newestFirst) all.reverse();
      return { orders: all.slice(page * perPage, (page + 1) * perPage), total: all.length };
    },
    watch: (listener) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    exportKey: async (order) => {
      if (!known(order).keyHeld)
        throw new NodeError('node/key-unavailable', 'this node does not hold the key');
      return { path: '/nowhere/key', format: 'wif', address: ADDRESS };
    },
    exportCertificate: async (order) => {
      if (known(order).address === null)
        throw new NodeError('node/order-state', 'the order has no certificate: it is not ready');
      return `milagro-certificate 1\n${order}\n`;
    },
    exportIdentity: async () => `milagro-identity 1\n${SELF}\nAAAA\n`,
    peers: async () => [...peers.values()],
    rotateIdentity: async () => identity,
    revokeIdentity: async () => ({ ...identity, revoked: true }),
    resolveIdentity: async (id) => ({ ...identity, id }),
    recover: async () => ({ heads: [7], endedRoles: 2 }),
    addPeer: async ({ name, roles, ...source }) => {
      const file = 'file' in source ? source.file : `milagro-identity 1\n${source.id}\n`;
      const named = file.split('\n')[1];
      if (!file.startsWith('milagro-identity 1\n') || named === undefined)
        throw new IdentityError('identity/malformed', 'not an identity file');
      const added = peer(named, name ?? 'unnamed', roles);
      peers.set(named, added);
      return added;
    },
    removePeer: async (node) => {
      knownPeer(node);
      peers.delete(node);
    },
    clearBlame: async (node) => {
      const cleared = { ...knownPeer(node), blamed: null };
      peers.set(node, cleared);
      return cleared;
    },
    logRecords: async (order, role) => {
      known(order);
      return (['order.proposed', 'order.contributed'] as const).map((type, i): RecordView => ({
        position: i + 1,
        stream: `${order}/${role ?? 'principal'}`,
        seq: i + 1,
        at: now() + i,
        machine: 'principal@1',
        hash: 'cd'.repeat(32),
        prev: 'ef'.repeat(32),
        kind: 'event',
        type,
        state: i === 0 ? 'proposing' : 'contributing',
        detail: { node: SELF },
      }));
    },
    replay: async (order) => {
      if (order !== null) known(order);
      return { streams: 1, events: 2, stateHash: 'aa'.repeat(32) };
    },
    verifyLog: async () => {
      if (service.failure === 'corrupt')
        throw new LogError('log/corrupt', 'record 17 does not follow record 16');
      return {
        records: 42,
        streams: 1,
        envelopes: 7,
        secrets: 3,
        head: { seq: 42, hash: 'ab'.repeat(32) },
      };
    },
  };
  return failing(service);
};

/** Every method throws `failure` first, when there is one to throw. */
const failing = (service: SmallService): SmallService =>
  new Proxy(service, {
    get: (target, name, self) => {
      const value: unknown = Reflect.get(target, name, self);
      if (typeof value !== 'function' || !(target.failure instanceof Error)) return value;
      return async () => {
        throw target.failure;
      };
    },
  });

const identity: IdentityView = {
  id: SELF,
  fingerprint: 'abandon ability able about above absent absorb abstract',
  name: 'small',
  keyState: SELF,
  seq: 0,
  at: 0,
  revoked: false,
  peerId: '12D3KooW',
  addrs: [],
  duplicity: [],
  history: [{ seq: 0, cid: SELF, type: 'inception', at: 0, changed: [] }],
};
