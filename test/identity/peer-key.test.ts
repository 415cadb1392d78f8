import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { base58 } from '@scure/base';
import { sign } from '../../src/crypto/signature.ts';
import {
  peerIdOf,
  peerKeyFromSeed,
  peerPublicKey,
  peerVerifies,
} from '../../src/identity/peer-key.ts';
import { throwsCode } from '../throws-code.ts';
import { createSeededRandom } from '../transport/seeded-random.ts';

describe('peer key', () => {
  it('has the peer id that libp2p gives the same seed', async () => {
    for (let i = 0; i < 8; i++) {
      const seed = createSeededRandom(`peer ${i}`).bytes(32);
      const theirs = await generateKeyPairFromSeed('Ed25519', seed);
      assert.equal(peerKeyFromSeed(seed).id, peerIdFromPrivateKey(theirs).toString());
    }
  });

  it('verifies what libp2p signs, and the other way round', async () => {
    const seed = createSeededRandom('peer').bytes(32);
    const theirs = await generateKeyPairFromSeed('Ed25519', seed);
    const ours = peerKeyFromSeed(seed);
    const message = Buffer.from('message');
    assert.ok(peerVerifies(ours.id, message, await theirs.sign(message)));
    assert.ok(await theirs.publicKey.verify(message, sign(ours.key, message)));
    assert.ok(!peerVerifies(ours.id, Buffer.from('massage'), sign(ours.key, message)));
  });

  it('gives back the key in a peer id', () => {
    const { publicKey } = peerKeyFromSeed(createSeededRandom('peer').bytes(32)).key;
    assert.deepEqual(Buffer.from(peerPublicKey(peerIdOf(publicKey))), publicKey);
  });

  for (const [what, text] of Object.entries({
    'a CIDv0': 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    'a secp256k1 peer id': '16Uiu2HAmSoxdXTu3mzETLSmcpFrVLdRYnD4vBJLzbBYDCMvxyDvR',
    'letters outside base58': '12D3KooW0OIl',
    nothing: '',
    'a key of another type': base58.encode(Buffer.from(`002408021220${'11'.repeat(32)}`, 'hex')),
    'a longer key': base58.encode(
      Buffer.concat([Buffer.from('002408011220', 'hex'), Buffer.alloc(33)]),
    ),
  })) {
    it(`refuses ${what}`, () => void throwsCode('identity/malformed', () => peerPublicKey(text)));
  }
});
