import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createRegistry } from '../../src/identity/registry.ts';
import { readVerified } from '../../src/identity/verify-block.ts';
import { throwsCode } from '../throws-code.ts';
import { person, revoked, rotated, verifyOnce, type Person } from './people.ts';
import { readUnsigned, unsigned } from './unsigned.ts';

let alice: Person;
let later: Person;
let bob: Person;

before(() => {
  alice = person('alice');
  later = rotated(alice, 'alice 1');
  bob = person('bob');
});

const create = () => createRegistry({ verify: verifyOnce });
const last = (who: Person): Uint8Array => who.blocks.at(-1)!.bytes;

describe('registry', () => {
  it('knows nobody at first', () => {
    const registry = create();
    throwsCode('identity/unknown', () => registry.resolve(alice.state.id));
    throwsCode('identity/unknown', () => registry.stateAt(alice.state.keyId));
    throwsCode('identity/unknown', () => registry.duplicity(alice.state.id));
    throwsCode('identity/unknown', () => registry.heads(alice.state.id));
    throwsCode('identity/unknown', () => registry.chain(alice.state.keyId));
    assert.deepEqual([registry.heads(), registry.missing(), registry.size], [[], [], 0]);
  });

  it('follows a rotation and keeps the state that an order may have pinned', () => {
    const registry = create();
    registry.merge(last(alice));
    registry.merge(last(later));
    assert.equal(registry.resolve(alice.state.id).keyId, later.state.keyId);
    assert.equal(registry.stateAt(alice.state.keyId).seq, 0);
    assert.deepEqual(
      registry.stateAt(alice.state.keyId).keys.sign.bytes,
      alice.keys.sign.publicKey,
    );
    assert.deepEqual(registry.heads(), [{ id: alice.state.id, seq: 1, cid: later.state.keyId }]);
    assert.deepEqual(registry.duplicity(alice.state.id), []);
  });

  it('gives the same state object each time, so that its keys are parsed once', () => {
    const registry = create();
    registry.merge(last(alice));
    assert.equal(registry.resolve(alice.state.id), registry.stateAt(alice.state.keyId));
  });

  it('does not take a later block for an identity', () => {
    const registry = create();
    registry.merge(last(alice));
    registry.merge(last(later));
    throwsCode('identity/unknown', () => registry.resolve(later.state.keyId));
  });

  it('lets a block wait for its predecessor, and then tells of both', () => {
    const registry = create();
    const first = registry.merge(last(later));
    assert.deepEqual(first, { joined: [], changed: [], duplicity: [], refused: [] });
    assert.deepEqual([registry.missing(), registry.waiting], [[alice.state.keyId], 1]);
    assert.ok(!registry.has(later.state.keyId));
    throwsCode('identity/unknown', () => registry.stateAt(later.state.keyId));
    const { joined, changed } = registry.merge(last(alice));
    assert.deepEqual(
      joined.map(({ cid }) => cid),
      [alice.state.keyId, later.state.keyId],
    );
    assert.deepEqual(changed, [alice.state.id]);
    assert.deepEqual([registry.missing(), registry.waiting], [[], 0]);
  });

  it('gives back what it was given, inception first', () => {
    const registry = create();
    for (const { bytes } of later.blocks) registry.merge(bytes);
    assert.deepEqual(
      registry.chain(later.state.keyId).map((bytes) => Buffer.from(bytes)),
      later.blocks.map(({ bytes }) => Buffer.from(bytes)),
    );
    assert.equal(registry.chain(alice.state.keyId).length, 1);
  });

  it('verifies a block once, known or waiting', () => {
    let count = 0;
    const registry = createRegistry({
      verify: (bytes) => {
        count += 1;
        return verifyOnce(bytes);
      },
    });
    for (const who of [later, later, alice, alice, later]) registry.merge(last(who));
    assert.equal(count, 2);
  });

  it('restores what another one joined, in any order, and verifies nothing of it', () => {
    const other = rotated(alice, 'alice 1, again');
    const before = create();
    const blocks = [...later.blocks, ...other.blocks.slice(1), ...bob.blocks];
    for (const { bytes } of blocks) before.merge(bytes);
    for (const order of [blocks, blocks.toReversed()]) {
      const registry = createRegistry({ verify: () => assert.fail('verified') });
      registry.restore(order.map(({ bytes }) => readVerified(bytes)));
      registry.restore(order.map(({ bytes }) => readVerified(bytes)));
      assert.deepEqual(registry.digest(), before.digest());
      assert.deepEqual(registry.heads(), before.heads());
      assert.deepEqual(registry.duplicity(alice.state.id), before.duplicity(alice.state.id));
      assert.equal(registry.resolve(alice.state.id).keyId, before.resolve(alice.state.id).keyId);
      assert.equal(registry.waiting, 0);
    }
  });

  it('restores more chains than may wait for their beginning', () => {
    const firsts = Array.from({ length: 1_100 }, (_, i) =>
      unsigned('inception', null, { sign: `w${i}`, next: `w${i}+` }),
    );
    const seconds = firsts.map((first, i) =>
      unsigned('rotation', { ...first, seq: 0 }, { sign: `w${i}+`, next: `w${i}++` }),
    );
    const registry = createRegistry();
    registry.restore([...seconds, ...firsts].map(({ bytes }) => readUnsigned(bytes)));
    for (const [i, { cid }] of firsts.entries())
      assert.equal(registry.resolve(cid).keyId, seconds[i]?.cid);
  });

  it('restores no block that does not follow the one before it', () => {
    const inception = unsigned('inception', null, { sign: 'r0', next: 'r1' });
    const stolen = unsigned('rotation', { ...inception, seq: 0 }, { sign: 'x', next: 'r2' });
    throwsCode('identity/not-committed', () =>
      createRegistry().restore([inception, stolen].map(({ bytes }) => readUnsigned(bytes))),
    );
  });

  it('attack/I4: takes no block in that does not verify, and forgets what waited for it', () => {
    const registry = createRegistry();
    const broken = Uint8Array.from(last(alice));
    broken[broken.length - 1]! ^= 1;
    throwsCode('identity/signature', () => registry.merge(broken));
    throwsCode('identity/malformed', () => registry.merge(new Uint8Array(100_000)));
    assert.equal(registry.size, 0);
  });

  it('drops what waited for a block that is refused', () => {
    const registry = createRegistry({ verify: readUnsigned });
    const inception = unsigned('inception', null, { sign: 'a0', next: 'a1' });
    const stolen = unsigned(
      'rotation',
      { ...inception, seq: 0 },
      { sign: 'thief', next: 'thief 2' },
    );
    const onTop = unsigned('rotation', { ...stolen, seq: 1 }, { sign: 'thief 2', next: 'thief 3' });
    registry.merge(onTop.bytes);
    registry.merge(stolen.bytes);
    const { refused } = registry.merge(inception.bytes);
    assert.deepEqual(refused, [{ cid: stolen.cid, code: 'identity/not-committed' }]);
    assert.deepEqual([registry.waiting, registry.missing()], [0, []]);
    registry.merge(onTop.bytes);
    throwsCode('identity/not-committed', () => registry.merge(stolen.bytes));
    assert.deepEqual([registry.waiting, registry.missing()], [0, []]);
  });

  it('has the same digest for the same set, and another for another', () => {
    const [one, two] = [create(), create()];
    for (const who of [alice, later, bob]) one.merge(last(who));
    for (const who of [later, bob, alice, bob]) two.merge(last(who));
    assert.deepEqual(one.digest(), two.digest());
    two.merge(last(person('carol')));
    assert.notDeepEqual(one.digest(), two.digest());
  });

  it('believes a revocation against a longer branch', () => {
    const end = revoked(alice, 'alice end');
    const thief = rotated(rotated(alice, 'thief 1'), 'thief 2');
    for (const order of [
      [...thief.blocks, ...end.blocks],
      [...end.blocks, ...thief.blocks],
    ]) {
      const registry = create();
      for (const { bytes } of order) registry.merge(bytes);
      assert.ok(registry.resolve(alice.state.id).revoked);
      assert.equal(registry.resolve(alice.state.id).keyId, end.state.keyId);
      assert.equal(registry.duplicity(alice.state.id).length, 1);
    }
  });

  it('attack/I4: bounds the forks of one identity, and keeps the longest honest branch beside them', () => {
    const registry = createRegistry({ verify: readUnsigned });
    const inception = unsigned('inception', null, { sign: 'a0', next: 'a1' });
    registry.merge(inception.bytes);
    const fork = (i: number) =>
      unsigned('rotation', { ...inception, seq: 0 }, { sign: 'a1', next: `fork ${i}` });
    for (let i = 0; i <= 16; i++) registry.merge(fork(i).bytes);
    throwsCode('identity/limit', () => registry.merge(fork(17).bytes));
    assert.equal(registry.duplicity(inception.cid)[0]?.cids.length, 17);
    const longer = unsigned('rotation', { ...fork(3), seq: 1 }, { sign: 'fork 3', next: 'a3' });
    registry.merge(longer.bytes);
    assert.equal(registry.resolve(inception.cid).keyId, longer.cid);
  });

  it('attack/I4: bounds what waits', () => {
    const registry = createRegistry({ verify: readUnsigned });
    for (let i = 0; i < 1_100; i++) {
      const lost = unsigned('inception', null, { sign: `s${i}`, next: `n${i}` });
      const after = unsigned('rotation', { ...lost, seq: 0 }, { sign: `n${i}`, next: 'x' });
      registry.merge(after.bytes);
    }
    assert.equal(registry.waiting, 1_024);
  });

  it('holds ten thousand identities', () => {
    const registry = createRegistry({ verify: readUnsigned });
    let first = '';
    for (let i = 0; i < 10_000; i++) {
      const { cid, bytes } = unsigned('inception', null, { sign: `s${i}`, next: `n${i}` });
      registry.merge(bytes);
      first ||= cid;
    }
    assert.equal(registry.size, 10_000);
    assert.equal(registry.heads().length, 10_000);
    assert.equal(registry.resolve(first).name, 'n0');
  });
});
