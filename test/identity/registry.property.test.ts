import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { taggedHash } from '../../src/crypto/hash.ts';
import type { KeyStateId } from '../../src/domain/ids.ts';
import { IdentityError } from '../../src/errors.ts';
import { createRegistry, type Registry } from '../../src/identity/registry.ts';
import { readUnsigned, unsigned, type Unsigned } from './unsigned.ts';

/** One block of a random forest: which one it builds on, what it does, and whether its key is the committed one. */
interface Node extends Unsigned {
  parent: Node | null;
  seq: number;
  root: Node;
  revokes: boolean;
  valid: boolean;
  nextKey: string;
}

const plant = fc.array(
  fc.record({
    parent: fc.option(fc.nat({ max: 1_000 }), { freq: 6 }),
    /** Chains rather than bushes: the newest block is the parent more often than not. */
    newest: fc.boolean(),
    revokes: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    committed: fc.integer({ min: 0, max: 9 }).map((n) => n !== 0),
  }),
  { minLength: 1, maxLength: 24 },
);

type Plan = { parent: number | null; newest: boolean; revokes: boolean; committed: boolean }[];

const grow = (plan: Plan): Node[] => {
  const forest: Node[] = [];
  for (const [i, { parent: pick, newest, revokes, committed }] of plan.entries()) {
    const parent =
      pick === null || forest.length === 0
        ? null
        : forest[newest ? forest.length - 1 : pick % forest.length]!;
    const type = parent === null ? 'inception' : revokes ? 'revocation' : 'rotation';
    const sign = parent !== null && committed ? parent.nextKey : `wrong ${i}`;
    const nextKey = `next ${i}`;
    const block = unsigned(type, parent, { sign, next: nextKey });
    const node = {
      ...block,
      parent,
      seq: parent === null ? 0 : parent.seq + 1,
      revokes: type === 'revocation',
      valid: parent === null || (parent.valid && !parent.revokes && committed),
      nextKey,
    };
    forest.push({ ...node, root: parent?.root ?? (node as Node) });
  }
  return forest.map((node) => (node.parent === null ? Object.assign(node, { root: node }) : node));
};

/** What a forest must come to, computed the slow way. */
const expected = (forest: readonly Node[]) => {
  const valid = forest.filter((node) => node.valid);
  const ids = [...new Set(valid.map(({ root }) => root.cid))].toSorted();
  const best = ids.map(
    (id) =>
      valid
        .filter(({ root }) => root.cid === id)
        .toSorted(
          (a, b) =>
            Number(b.revokes) - Number(a.revokes) || b.seq - a.seq || (a.cid < b.cid ? -1 : 1),
        )[0]!.cid,
  );
  const duplicity = ids.map((id) => {
    const places = Map.groupBy(
      valid.filter(({ root }) => root.cid === id),
      ({ seq }) => seq,
    );
    return [...places]
      .filter(([, nodes]) => nodes.length > 1)
      .map(([seq, nodes]) => ({ id, seq, cids: nodes.map(({ cid }) => cid).toSorted() }))
      .toSorted((a, b) => a.seq - b.seq);
  });
  const digest = taggedHash('milagro/registry/v1', valid.map(({ cid }) => cid).toSorted());
  return { ids, best, duplicity, digest };
};

const observed = (registry: Registry) => {
  const ids = [...new Set(registry.heads().map(({ id }) => id))];
  return {
    ids,
    best: ids.map((id) => registry.resolve(id).keyId),
    duplicity: ids.map((id) => registry.duplicity(id)),
    digest: registry.digest(),
  };
};

const create = () => createRegistry({ verify: readUnsigned });

/** Merges and takes a refusal for an answer. */
const offer = (registry: Registry, bytes: Uint8Array) => {
  try {
    return registry.merge(bytes);
  } catch (thrown) {
    assert.ok(thrown instanceof IdentityError);
    assert.match(thrown.code, /^identity\/(not-committed|revoked)$/);
    return { joined: [], changed: [], duplicity: [], refused: [] };
  }
};

/** A plan and the order in which its blocks arrive, each twice: as indexes, so that a counterexample can be read. */
const arrivals = plant.chain((plan) => {
  const twice = [...plan.keys(), ...plan.keys()];
  return fc.record({
    plan: fc.constant(plan),
    order: fc.shuffledSubarray(twice, { minLength: twice.length }),
  });
});

const arrange = ({ plan, order }: { plan: Plan; order: number[] }) => {
  const forest = grow(plan);
  return { forest, order: order.map((i) => forest[i]!) };
};

describe('registry, whatever the order', () => {
  it('comes to the same content, duplicates or not', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const { forest, order } = arrange(arrival);
        const registry = create();
        for (const { bytes } of order) offer(registry, bytes);
        assert.deepEqual(observed(registry), expected(forest));
        // What builds on a refused block waits until that block is fetched again, and then goes with it.
        for (const _ of forest) {
          const wanted = registry.missing();
          for (const { cid, bytes } of forest) if (wanted.includes(cid)) offer(registry, bytes);
        }
        assert.equal(registry.waiting, 0);
        assert.deepEqual(observed(registry), expected(forest));
      }),
      { numRuns: 300 },
    );
  });

  it('reports every block that joins exactly once, predecessors first', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const { forest, order } = arrange(arrival);
        const registry = create();
        const joined = order.flatMap(({ bytes }) => offer(registry, bytes).joined);
        const cids = joined.map(({ cid }) => cid);
        const valid = forest.filter((node) => node.valid);
        assert.deepEqual(cids.toSorted(), valid.map(({ cid }) => cid).toSorted());
        for (const { cid, parent, root } of valid) {
          if (parent) assert.ok(cids.indexOf(parent.cid) < cids.indexOf(cid));
          assert.equal(joined.find((one) => one.cid === cid)?.id, root.cid);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reports each change of a key state', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const { order } = arrange(arrival);
        const registry = create();
        const last = new Map<string, KeyStateId>();
        for (const { bytes } of order) {
          const { changed } = offer(registry, bytes);
          for (const id of changed) {
            const { keyId } = registry.resolve(id);
            assert.notEqual(keyId, last.get(id));
            last.set(id, keyId);
          }
        }
        for (const [id, keyId] of last) assert.equal(registry.resolve(id).keyId, keyId);
        assert.equal(last.size, registry.size);
      }),
      { numRuns: 150 },
    );
  });

  it('attack/I3: forgets no block and no fork, whatever comes later', () => {
    fc.assert(
      fc.property(arrivals, (arrival) => {
        const { order } = arrange(arrival);
        const registry = create();
        const seen = new Set<KeyStateId>();
        const forks = new Set<string>();
        for (const { bytes } of order) {
          const merged = offer(registry, bytes);
          for (const { cid } of merged.joined) seen.add(cid);
          for (const { id, seq } of merged.duplicity) forks.add(`${id} ${seq}`);
          for (const cid of seen) assert.equal(registry.stateAt(cid).keyId, cid);
          for (const fork of forks) {
            const [id, seq] = fork.split(' ');
            assert.ok(registry.duplicity(id!).some((one) => one.seq === Number(seq)));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('agrees after a partition, by heads and missing blocks alone', () => {
    /** Which side saw a block before they met: 0 right, 1 left, 2 both. */
    const sides = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(plant, sides, (plan, side) => {
        const forest = grow(plan);
        const [left, right] = [create(), create()];
        for (const [i, { bytes }] of forest.entries()) {
          if (side[i] !== 0) offer(left, bytes);
          if (side[i] !== 1) offer(right, bytes);
        }
        for (const _ of forest) {
          catchUp(left, right);
          catchUp(right, left);
        }
        assert.deepEqual(observed(left), observed(right));
        // A block that waits on one side because the other never had its predecessor is in neither set.
        const valid = new Set(forest.filter((node) => node.valid).map(({ cid }) => cid));
        for (const { cid } of left.heads()) assert.ok(valid.has(cid));
      }),
      { numRuns: 200 },
    );
  });
});

/** What an announcement leads to: `to` asks `from` for heads it does not have, then for what is missing below them. */
const catchUp = (from: Registry, to: Registry): void => {
  const wanted = from.heads().map(({ cid }) => cid);
  for (const cid of wanted) {
    if (to.has(cid) || !from.has(cid)) continue;
    offer(to, from.chain(cid).at(-1)!);
    wanted.push(...to.missing().filter((missing) => !wanted.includes(missing)));
  }
};
