import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { makeRevocation, makeRotation, nextCommitment } from '../../src/identity/operation.ts';
import { checkFollows, foldChain, linkOf } from '../../src/identity/key-state.ts';
import { drawRotation, drawSecrets, loadKeys } from '../../src/identity/own-keys.ts';
import { throwsCode } from '../throws-code.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { person, revoked, rotated, verifyOnce, type Person } from './people.ts';

let alice: Person;
let later: Person;
let ended: Person;

before(() => {
  alice = person('alice');
  later = rotated(alice, 'alice 1');
  ended = revoked(later, 'alice 2');
});

const chain = (who: Person) => who.blocks.map(({ bytes }) => verifyOnce(bytes));

describe('key state', () => {
  it('says what the newest operation says, under the id of the first', () => {
    const state = foldChain(chain(later));
    assert.equal(state.id, alice.blocks[0]!.cid);
    assert.equal(state.keyId, later.blocks[1]!.cid);
    assert.equal(state.seq, 1);
    assert.equal(state.revoked, false);
    assert.deepEqual(state.keys.sign.bytes, later.keys.sign.publicKey);
    assert.deepEqual(state.keys.kem.bytes, later.keys.kem.publicKey);
    assert.deepEqual(Buffer.from(state.keys.bls), later.keys.bls.publicKey);
    assert.equal(state.keys.peerId, alice.keys.peer.id);
  });

  it('parses keys once', () => {
    const state = foldChain(chain(alice));
    assert.equal(state.keys, state.keys);
  });

  it('ends with a revocation', () => {
    const state = foldChain(chain(ended));
    assert.deepEqual([state.seq, state.revoked], [2, true]);
  });

  it('refuses no chain, one without its beginning, one with a gap, and one out of order', () => {
    const [first, second, third] = chain(ended);
    throwsCode('identity/sequence', () => foldChain([]));
    throwsCode('identity/sequence', () => foldChain([second!, third!]));
    throwsCode('identity/sequence', () => foldChain([first!, third!]));
    throwsCode('identity/sequence', () => foldChain([first!, third!, second!]));
    throwsCode('identity/sequence', () => foldChain([first!, first!]));
    throwsCode('identity/sequence', () => foldChain([first!, ...chain(person('bob'))]));
  });

  it('refuses a block that names another predecessor, although number and key fit', () => {
    const secrets = drawRotation(alice.secrets, createSeededRandom('alice 1'));
    const twin = makeRotation(alice.state, { ...draftOf(secrets), name: 'twin' });
    throwsCode('identity/sequence', () =>
      foldChain([...chain(alice), verifyOnce(twin.bytes), chain(ended)[2]!]),
    );
  });

  it('refuses a number that skips, although the predecessor is named', () => {
    const secrets = drawRotation(alice.secrets, createSeededRandom('skip'));
    const draft = { ...draftOf(secrets), keys: loadKeys(secrets) };
    const block = makeRotation({ keyId: alice.state.keyId, seq: 1 }, draft);
    throwsCode('identity/sequence', () => foldChain([...chain(alice), verifyOnce(block.bytes)]));
  });

  it('refuses whatever follows a revocation', () => {
    const secrets = drawRotation(ended.secrets, createSeededRandom('after'));
    for (const make of [makeRotation, makeRevocation]) {
      const { bytes } = make(ended.state, draftOf(secrets));
      throwsCode('identity/revoked', () => foldChain([...chain(ended), verifyOnce(bytes)]));
    }
  });

  it('refuses a rotation by any key but the committed one', () => {
    const link = linkOf(chain(alice)[0]!);
    const stolen = { ...drawSecrets(createSeededRandom('thief')), sign: alice.secrets.sign };
    const foreign = drawSecrets(createSeededRandom('thief'));
    for (const secrets of [stolen, foreign]) {
      const { op } = verifyOnce(makeRotation(alice.state, draftOf(secrets)).bytes);
      throwsCode('identity/not-committed', () => checkFollows(link, op));
    }
  });
});

const draftOf = (secrets: Person['secrets']) => ({
  keys: loadKeys(secrets),
  next: nextCommitment(secrets.next),
  name: 'alice',
  addrs: [],
  at: 0,
});
