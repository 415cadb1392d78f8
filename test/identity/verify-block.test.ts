import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { blsProve } from '../../src/crypto/bls.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import { sign, signKeyFromSeed } from '../../src/crypto/signature.ts';
import { decode, encode } from '../../src/domain/canonical.ts';
import { MAX_BLOCK_BYTES, type Block, type Operation } from '../../src/domain/identity.ts';
import { blockDigest, peerDigest } from '../../src/identity/digests.ts';
import { makeInception, nextCommitment } from '../../src/identity/operation.ts';
import { loadKeys } from '../../src/identity/own-keys.ts';
import { verifyBlock } from '../../src/identity/verify-block.ts';
import { throwsCode } from '../throws-code.ts';
import { person, revoked, rotated, type Person } from './people.ts';

let alice: Person;
let mallory: Person;
let op: Operation;

before(() => {
  alice = person('alice');
  mallory = person('mallory');
  op = verifyBlock(alice.blocks[0]!.bytes).op;
});

/** A block of `change`d content, signed as it should be. */
const signed = (change: Record<string, unknown>, by: Person = alice): Uint8Array => {
  const bytes = encode({ ...op, ...change });
  return encode({ op: bytes, sig: sign(by.keys.sign, blockDigest(bytes)) } satisfies Block);
};
const withKeys = (change: Partial<Operation['keys']>): Uint8Array =>
  signed({ keys: { ...op.keys, ...change } });

describe('verify block', () => {
  it('accepts inception, rotation and revocation', () => {
    const last = revoked(rotated(alice, 'alice 1'), 'alice 2');
    assert.deepEqual(
      last.blocks.map(({ bytes }) => verifyBlock(bytes).op.type),
      ['inception', 'rotation', 'revocation'],
    );
  });

  it('names the block by the CID of its bytes and keeps a copy', () => {
    const bytes = Uint8Array.from(alice.blocks[0]!.bytes);
    const block = verifyBlock(bytes);
    assert.equal(block.cid, cidOf(bytes));
    bytes.fill(0);
    assert.deepEqual(block.bytes, Uint8Array.from(alice.blocks[0]!.bytes));
  });

  it('refuses every flipped bit of every byte', () => {
    const { bytes } = alice.blocks[0]!;
    for (let i = 0; i < bytes.length; i++) {
      const flipped = Uint8Array.from(bytes);
      flipped[i]! ^= 1 << (i % 8);
      const { code } = (() => {
        try {
          verifyBlock(flipped);
        } catch (thrown) {
          return thrown as { code: string };
        }
        return assert.fail(`byte ${i} does not matter`);
      })();
      assert.match(code, /^identity\/(malformed|sequence|signature|possession)$/);
    }
  });

  it('refuses a signature by another key', () => {
    throwsCode('identity/signature', () => verifyBlock(signed({}, mallory)));
  });

  it('refuses the possession proof of another BLS key, and none', () => {
    const foreign = blsProve(mallory.keys.bls);
    throwsCode('identity/possession', () =>
      verifyBlock(withKeys({ bls: { pub: op.keys.bls.pub, pop: foreign } })),
    );
    throwsCode('identity/possession', () =>
      verifyBlock(withKeys({ bls: { pub: op.keys.bls.pub, pop: new Uint8Array(96) } })),
    );
  });

  it('refuses the point at infinity as a BLS key', () => {
    const infinity = { pub: Buffer.alloc(48), pop: Buffer.alloc(96) };
    infinity.pub[0] = 0xc0;
    infinity.pop[0] = 0xc0;
    throwsCode('identity/possession', () => verifyBlock(withKeys({ bls: infinity })));
  });

  it('refuses to adopt the peer id of somebody else', () => {
    const proof = verifyBlock(mallory.blocks[0]!.bytes).op.keys.peer;
    throwsCode('identity/possession', () => verifyBlock(withKeys({ peer: proof })));
    const own = sign(alice.keys.peer.key, peerDigest(alice.keys.sign.publicKey));
    throwsCode('identity/possession', () =>
      verifyBlock(withKeys({ peer: { id: mallory.keys.peer.id, proof: own } })),
    );
  });

  it('refuses keys that are none', () => {
    const outOfRange = Buffer.alloc(1_216, 0xff);
    throwsCode('identity/malformed', () => verifyBlock(withKeys({ kem: outOfRange })));
    const identityPoint = Buffer.alloc(32);
    identityPoint[0] = 1;
    throwsCode('identity/malformed', () => verifyBlock(withKeys({ sign: identityPoint })));
    throwsCode('identity/malformed', () =>
      verifyBlock(
        withKeys({ peer: { id: `12D3KooW${'1'.repeat(44)}`, proof: new Uint8Array(64) } }),
      ),
    );
  });

  for (const [what, change] of Object.entries({
    'an inception that is not the first': { seq: 1 },
    'an inception with a predecessor': { prev: `bafyrei${'a'.repeat(52)}` },
    'a rotation that is the first': { type: 'rotation' },
    'a rotation without a predecessor': { type: 'rotation', seq: 1 },
    'a revocation that is the first': { type: 'revocation', next: new Uint8Array(32) },
  })) {
    it(`refuses ${what}`, () => {
      throwsCode('identity/sequence', () => verifyBlock(signed(change)));
    });
  }

  for (const [what, change] of Object.entries({
    'another version': { v: 2 },
    'another type': { type: 'delegation' },
    'an unknown property': { extra: 1 },
    'a missing property': { addrs: null },
    'a commitment to nothing': { next: new Uint8Array(32) },
    'a seq beyond the limit': { type: 'rotation', seq: 256, prev: `bafyrei${'a'.repeat(52)}` },
    'a negative seq': { seq: -1 },
    'a fractional seq': { seq: 0.5 },
    'a name that moves the cursor': { name: 'a\u001b[2Jb' },
    'a long name': { name: 'a'.repeat(65) },
    'too many addresses': { addrs: Array.from({ length: 17 }, () => '/ip4/127.0.0.1') },
    'a long address': { addrs: [`/${'a'.repeat(256)}`] },
    'an address with a newline': { addrs: ['/ip4\n'] },
    'a binary CID': { type: 'rotation', seq: 1, prev: new Uint8Array(36) },
  })) {
    it(`refuses ${what}`, () => {
      throwsCode('identity/malformed', () => verifyBlock(signed(change)));
    });
  }

  it('refuses a rotation that commits to nothing, and a revocation that commits', () => {
    const prev = alice.state.keyId;
    const next = nextCommitment(alice.secrets.next);
    throwsCode('identity/malformed', () =>
      verifyBlock(signed({ type: 'rotation', seq: 1, prev, next: new Uint8Array(32) })),
    );
    throwsCode('identity/malformed', () =>
      verifyBlock(signed({ type: 'revocation', seq: 1, prev, next })),
    );
  });

  it('refuses what is not the one encoding', () => {
    const { bytes } = alice.blocks[0]!;
    const { op: inner, sig } = decode(bytes) as Block;
    const trailing = Buffer.concat([inner, Buffer.of(0)]);
    throwsCode('identity/malformed', () => verifyBlock(Buffer.concat([bytes, Buffer.of(0)])));
    throwsCode('identity/malformed', () =>
      verifyBlock(encode({ op: trailing, sig: sign(alice.keys.sign, blockDigest(trailing)) })),
    );
    throwsCode('identity/malformed', () => verifyBlock(encode({ op: inner, sig, note: 'x' })));
    throwsCode('identity/malformed', () => verifyBlock(encode({ op: inner })));
    throwsCode('identity/malformed', () => verifyBlock(new Uint8Array(0)));
    throwsCode('identity/malformed', () => verifyBlock(new Uint8Array(MAX_BLOCK_BYTES + 1)));
  });

  it('has room for the largest operation that the schema allows', () => {
    const keys = loadKeys(alice.secrets);
    const draft = {
      keys,
      next: nextCommitment(alice.secrets.next),
      name: '𝕏'.repeat(64),
      addrs: Array.from({ length: 16 }, () => `/${'a'.repeat(255)}`),
      at: 8_640_000_000_000_000,
    };
    const { bytes } = makeInception(draft);
    assert.ok(bytes.length <= MAX_BLOCK_BYTES);
    assert.equal(verifyBlock(bytes).op.addrs.length, 16);
  });

  it('does not make what it would refuse', () => {
    const draft = {
      keys: { ...loadKeys(alice.secrets), sign: signKeyFromSeed(Buffer.alloc(32, 1)) },
      next: Buffer.alloc(31),
      name: 'alice',
      addrs: [],
      at: 0,
    };
    throwsCode('codec/schema', () => makeInception(draft));
    throwsCode('codec/schema', () =>
      makeInception({ ...draft, next: Buffer.alloc(32, 1), name: '' }),
    );
  });
});
