import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { base58 } from '@scure/base';
import { fingerprint } from '../../src/identity/fingerprint.ts';
import {
  makeInception,
  makeRevocation,
  makeRotation,
  nextCommitment,
} from '../../src/identity/operation.ts';
import { loadKeys } from '../../src/identity/own-keys.ts';
import { createRegistry } from '../../src/identity/registry.ts';
import { verifyBlock } from '../../src/identity/verify-block.ts';
import { cbor, cidV1, H } from '../independent.ts';
import { blockOf, goldenIdentities, secretsOf, type GoldenState } from './golden.ts';

for (const { label, id, fingerprint: words, states } of goldenIdentities) {
  describe(`golden identity ${label}`, () => {
    it('is known by its id and fingerprint', () => {
      assert.equal(cidV1(blockOf(states[0]!)), id);
      assert.equal(fingerprint(id), words);
    });

    it('comes to the recorded key state', () => {
      const registry = createRegistry();
      for (const state of states) registry.merge(blockOf(state));
      const { keyId, seq, revoked, name } = registry.resolve(id);
      const newest = states.at(-1)!;
      assert.deepEqual(
        { keyId, seq, revoked, name },
        {
          keyId: newest.keyId,
          seq: states.length - 1,
          revoked: newest.type === 'revocation',
          name: newest.name,
        },
      );
    });

    for (const [seq, state] of states.entries()) {
      it(`remakes the bytes of its ${state.type} from the seeds`, () => {
        const { bytes, cid } = remake(state, seq, states[seq - 1]);
        assert.deepEqual(Buffer.from(bytes), blockOf(state));
        assert.equal(cid, state.keyId);
      });

      it(`has a ${state.type} that follows the protocol by independent code`, () => {
        const { op } = verifyBlock(blockOf(state));
        const seed = (name: keyof GoldenState['seeds']) => Buffer.from(state.seeds[name], 'hex');
        const publicOf = (name: 'sign' | 'next' | 'peer') => ed25519.getPublicKey(seed(name));
        const opBytes = cbor(op);
        const sig = ed25519.sign(H('milagro/identity/v1', opBytes), seed('sign'));
        assert.deepEqual(cbor({ op: opBytes, sig }), blockOf(state));
        assert.equal(cidV1(blockOf(state)), state.keyId);
        assert.deepEqual(op.keys.sign, publicOf('sign'));
        assert.deepEqual(op.keys.kem, ml_kem768_x25519.keygen(seed('kem')).publicKey);
        assert.deepEqual(
          Buffer.from(op.next),
          state.type === 'revocation' ? Buffer.alloc(32) : H('milagro/next/v1', publicOf('next')),
        );
        assert.ok(
          ed25519.verify(op.keys.peer.proof, H('milagro/peer/v1', op.keys.sign), publicOf('peer')),
        );
        assert.deepEqual(
          Buffer.from(base58.decode(op.keys.peer.id)),
          Buffer.concat([Buffer.from('002408011220', 'hex'), publicOf('peer')]),
        );
      });
    }
  });
}

const remake = (state: GoldenState, seq: number, before: GoldenState | undefined) => {
  const secrets = secretsOf(state);
  const { name, addrs, at } = state;
  const draft = { keys: loadKeys(secrets), next: nextCommitment(secrets.next), name, addrs, at };
  if (!before) return makeInception(draft);
  const previous = { keyId: before.keyId, seq: seq - 1 };
  return state.type === 'rotation'
    ? makeRotation(previous, draft)
    : makeRevocation(previous, draft);
};
