import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeRevocation, makeRotation, nextCommitment } from '../../src/identity/operation.ts';
import { drawSecrets, loadKeys } from '../../src/identity/own-keys.ts';
import { createRegistry } from '../../src/identity/registry.ts';
import { person, rotated, verifyOnce } from '../identity/people.ts';
import { throwsCode } from '../throws-code.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

const alice = person('alice');

describe('attack/I1 rotate with a stolen current key', () => {
  /** Everything of alice but the seed that she put away, and fresh keys for the rest. */
  const thief = {
    ...drawSecrets(createSeededRandom('thief')),
    sign: alice.secrets.sign,
    peer: alice.secrets.peer,
  };
  const draft = {
    keys: loadKeys(thief),
    next: nextCommitment(thief.next),
    name: 'alice',
    addrs: [],
    at: 0,
  };

  it('refuses rotation and revocation, and goes on with the owner’s own rotation', () => {
    const registry = createRegistry({ verify: verifyOnce });
    registry.merge(alice.blocks[0]!.bytes);
    for (const { bytes } of [makeRotation(alice.state, draft), makeRevocation(alice.state, draft)])
      throwsCode('identity/not-committed', () => registry.merge(bytes));
    const later = rotated(alice, 'alice 1');
    registry.merge(later.blocks[1]!.bytes);
    assert.equal(registry.resolve(alice.state.id).keyId, later.state.keyId);
    assert.deepEqual(registry.duplicity(alice.state.id), []);
  });

  it('refuses it also when it arrives before what it builds on', () => {
    const registry = createRegistry({ verify: verifyOnce });
    const stolen = makeRotation(alice.state, draft);
    registry.merge(stolen.bytes);
    const { refused } = registry.merge(alice.blocks[0]!.bytes);
    assert.deepEqual(refused, [{ cid: stolen.cid, code: 'identity/not-committed' }]);
    assert.equal(registry.resolve(alice.state.id).seq, 0);
  });
});

describe('attack/I2 two operations at one place', () => {
  const one = rotated(alice, 'alice 1');
  const two = rotated(alice, 'alice 1 again');
  const blocks = [alice.blocks[0]!, one.blocks[1]!, two.blocks[1]!];
  const proof = [
    { id: alice.state.id, seq: 1, cids: [one.state.keyId, two.state.keyId].toSorted() },
  ];

  it('keeps both as the proof, in whatever order they come, and picks the same one', () => {
    const picked = new Set<string>();
    for (const order of permutations([0, 1, 2])) {
      const registry = createRegistry({ verify: verifyOnce });
      const reported = order.flatMap((i) => registry.merge(blocks[i]!.bytes).duplicity);
      assert.deepEqual(reported, proof);
      assert.deepEqual(registry.duplicity(alice.state.id), proof);
      picked.add(registry.resolve(alice.state.id).keyId);
    }
    assert.equal(picked.size, 1);
  });

  it('still shows the state that an open order pinned, on either branch', () => {
    const registry = createRegistry({ verify: verifyOnce });
    for (const { bytes } of blocks) registry.merge(bytes);
    for (const { state, keys } of [alice, one, two])
      assert.deepEqual(registry.stateAt(state.keyId).keys.sign.bytes, keys.sign.publicKey);
  });

  it('still shows the fork after a longer branch or a revocation', () => {
    const registry = createRegistry({ verify: verifyOnce });
    for (const { bytes } of [...blocks, ...rotated(one, 'alice 2').blocks]) registry.merge(bytes);
    assert.deepEqual(registry.duplicity(alice.state.id), proof);
    assert.equal(registry.resolve(alice.state.id).seq, 2);
  });
});

const permutations = (items: number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );
