import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextCommitment } from '../../src/identity/operation.ts';
import {
  bindKeys,
  drawRotation,
  drawSecrets,
  loadKeys,
  wipeSecrets,
} from '../../src/identity/own-keys.ts';
import { throwsCode } from '../throws-code.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';
import { person, rotated } from './people.ts';

const hex = (secrets: object): string[] =>
  Object.values(secrets).map((seed) => (seed as Buffer).toString('hex'));

describe('own keys', () => {
  it('draws five different seeds of 32 bytes', () => {
    const secrets = drawSecrets(createSeededRandom('draw'));
    assert.equal(new Set(hex(secrets)).size, 5);
    for (const seed of Object.values(secrets) as Buffer[]) assert.equal(seed.length, 32);
  });

  it('rotates to the committed key, keeps the peer key and draws the rest', () => {
    const old = drawSecrets(createSeededRandom('old'));
    const fresh = drawRotation(old, createSeededRandom('fresh'));
    assert.deepEqual(fresh.sign, old.next);
    assert.deepEqual(fresh.peer, old.peer);
    const drawn = new Set(hex({ next: fresh.next, kem: fresh.kem, bls: fresh.bls }));
    assert.equal(drawn.size, 3);
    for (const seed of hex(old)) assert.ok(!drawn.has(seed));
  });

  it('leaves the old seeds alone when the new ones are wiped, and the other way round', () => {
    const old = drawSecrets(createSeededRandom('old'));
    const before = hex(old);
    wipeSecrets(drawRotation(old, createSeededRandom('fresh')));
    assert.deepEqual(hex(old), before);
  });

  it('wipes every seed, after which loaded keys still work', () => {
    const secrets = drawSecrets(createSeededRandom('wipe'));
    const keys = loadKeys(secrets);
    wipeSecrets(secrets);
    assert.deepEqual(new Set(hex(secrets)), new Set(['00'.repeat(32)]));
    assert.deepEqual(loadKeys(drawSecrets(createSeededRandom('wipe'))).peer.id, keys.peer.id);
  });

  it('commits to a seed without showing its public key', () => {
    const { next } = drawSecrets(createSeededRandom('next'));
    const { publicKey } = loadKeys({ ...drawSecrets(createSeededRandom('x')), sign: next }).sign;
    assert.equal(nextCommitment(next).length, 32);
    assert.notDeepEqual(nextCommitment(next), publicKey);
  });

  it('binds keys only to the state that publishes all of them', () => {
    const alice = person('alice');
    const later = rotated(alice, 'alice 1');
    assert.equal(bindKeys(loadKeys(alice.secrets), alice.state).keyId, alice.state.keyId);
    throwsCode('identity/possession', () => bindKeys(loadKeys(alice.secrets), later.state));
    for (const name of ['sign', 'kem', 'bls', 'peer'] as const) {
      const wrong = { ...alice.secrets, [name]: Buffer.alloc(32, 7) };
      throwsCode('identity/possession', () => bindKeys(loadKeys(wrong), alice.state));
    }
  });
});
