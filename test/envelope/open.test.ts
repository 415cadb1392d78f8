import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aesGcmSeal } from '../../src/crypto/aead.ts';
import { taggedHash } from '../../src/crypto/hash.ts';
import { decode, encode } from '../../src/domain/canonical.ts';
import type { Detached } from '../../src/domain/envelope.ts';
import { parseMessage } from '../../src/domain/messages.ts';
import { decodeEnvelope, detachEnvelope, headerHash } from '../../src/envelope/codec.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { openEnvelope, openWithCek, readEvidence } from '../../src/envelope/open.ts';
import { pad } from '../../src/envelope/pad.ts';
import { rotated } from '../identity/people.ts';
import { throwsCode } from '../throws-code.ts';
import {
  alice,
  bob,
  carol,
  HEAD,
  inspect,
  letter,
  mallory,
  open,
  parts,
  receive,
  registryOf,
  SHARE,
  signed,
} from './post.ts';

describe('open envelope', () => {
  it('gives message, head and content key', () => {
    const { bytes, cek } = letter();
    const opened = receive(bytes);
    assert.deepEqual(opened.message, { type: 'order.dealt', message: SHARE });
    assert.deepEqual(opened.head, HEAD);
    assert.deepEqual(opened.cek, cek);
  });

  it('opens with the key state that the envelope is for, old or new', () => {
    const later = rotated(bob, 'bob 1');
    const registry = registryOf(alice, later);
    const holds = () => true;
    for (const [state, keys] of [
      [bob.state, bob.keys],
      [later.state, later.keys],
    ] as const) {
      const inspected = inspect(letter({ recipients: [state] }).bytes, bob, { registry, holds });
      const deps = { keys, parseMessage, counters: createCounters() };
      assert.deepEqual(openEnvelope(inspected, deps).message.message, SHARE);
    }
  });

  it('does not open with the keys of another state or another node', () => {
    const inspected = inspect(letter().bytes);
    for (const keys of [
      rotated(bob, 'bob 1').keys,
      carol.keys,
      { ...carol.keys, keyId: bob.keys.keyId },
    ])
      throwsCode('envelope/unopened', () =>
        openEnvelope(inspected, { keys, parseMessage, counters: createCounters() }),
      );
  });

  it('refuses in one way whatever is wrong: key, tag or commitment', () => {
    const { header, commit, wraps, body } = parts(letter());
    const other = parts(letter({ recipients: [bob.state, carol.state], seq: 2 }));
    const flip = (bytes: Uint8Array, at: number) =>
      Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
    const [first, second] = wraps;
    const forged = {
      'foreign enc': { wraps: [{ ...first!, enc: other.wraps[0]!.enc }, second!] },
      'foreign key': { wraps: [{ ...first!, key: other.wraps[0]!.key }, second!] },
      'changed tag of the key': { wraps: [{ ...first!, key: flip(first!.key, 47) }, second!] },
      'X25519 point of low order': {
        wraps: [{ ...first!, enc: first!.enc.map((b, i) => (i < 1_088 ? b : 0)) }, second!],
      },
      'wraps exchanged': { wraps: [second!, first!] },
      commitment: { commit: flip(commit, 0) },
      'changed body': { body: flip(body, 0) },
      'changed tag of the body': { body: flip(body, body.length - 1) },
      'foreign body': { body: other.body },
    };
    const seen = new Set<string>();
    for (const [what, change] of Object.entries(forged)) {
      const inspected = inspect(signed({ header, commit, wraps, body, ...change }));
      const counters = createCounters();
      const error = throwsCode('envelope/unopened', () => open(inspected, bob, counters));
      seen.add(`${error.name} ${error.message} ${String(error.cause)}`);
      assert.equal(counters.all().get('envelope/unopened'), 1, what);
    }
    assert.equal(seen.size, 1);
  });

  /** An envelope whose body is whatever the sender likes, correctly encrypted. */
  const enclose = (plaintext: Uint8Array, type = 'order.dealt'): Uint8Array => {
    const { bytes, cek } = letter({ type });
    const envelope = parts({ bytes });
    const aad = taggedHash('milagro/body/v1', headerHash(envelope.header), envelope.commit);
    const body = aesGcmSeal({ key: cek, nonce: new Uint8Array(12), plaintext, aad });
    return signed({ ...envelope, body });
  };

  it('refuses content that is not a padded head and message', () => {
    const good = { head: HEAD, message: SHARE };
    assert.deepEqual(receive(enclose(pad(encode(good)))).message.message, SHARE);
    const dirty = pad(encode(good));
    dirty[1_023] = 1;
    for (const plaintext of [
      dirty,
      pad(Buffer.alloc(0)),
      pad(Buffer.concat([encode(good), Buffer.of(0)])),
      pad(encode({ ...good, note: 'x' })),
      pad(encode({ message: SHARE })),
      pad(encode({ head: { seq: 1, hash: new Uint8Array(31) }, message: SHARE })),
      pad(encode({ head: { seq: -1, hash: new Uint8Array(32) }, message: SHARE })),
    ])
      throwsCode('envelope/schema', () => receive(enclose(plaintext)));
  });

  it('refuses a message that has not the shape of its type, without showing it', () => {
    const message = { share: new Uint8Array(31), extra: 'hunter2' };
    const error = throwsCode('envelope/schema', () => receive(letter({ message }).bytes));
    assert.doesNotMatch(error.message, /hunter2/);
    throwsCode('envelope/schema', () => receive(letter({ type: 'order.certified' }).bytes));
    throwsCode('envelope/schema', () => receive(letter({ type: 'constructor' }).bytes));
  });
});

describe('envelope as evidence', () => {
  const registry = registryOf(alice, bob, mallory);
  const senderAt = (key: string) => registry.stateAt(key);
  const deps = { senderAt, parseMessage };
  const detached = (bytes: Uint8Array) => detachEnvelope(decodeEnvelope(bytes));

  it('opens for a third party with the content key', () => {
    const { bytes, cek } = letter();
    const { header, message, head } = openWithCek(detached(bytes), cek, deps);
    assert.equal(header.from, alice.state.id);
    assert.deepEqual([message, head], [{ type: 'order.dealt', message: SHARE }, HEAD]);
    assert.notDeepEqual(cek, Buffer.alloc(32), 'the key stays the caller’s');
  });

  it('does not open with another key', () => {
    const { bytes } = letter();
    for (const length of [0, 31, 32, 33])
      throwsCode('envelope/unopened', () =>
        openWithCek(detached(bytes), Buffer.alloc(length, 1), deps),
      );
  });

  it('cannot be made up by the recipient, who knows the content key', () => {
    const { bytes, cek } = letter();
    const envelope = parts({ bytes });
    const aad = taggedHash('milagro/body/v1', headerHash(envelope.header), envelope.commit);
    const plaintext = pad(encode({ head: HEAD, message: { share: new Uint8Array(32) } }));
    const body = aesGcmSeal({ key: cek, nonce: new Uint8Array(12), plaintext, aad });
    throwsCode('envelope/signature', () =>
      openWithCek(detached(encode({ ...envelope, body })), cek, deps),
    );
    throwsCode('envelope/signature', () =>
      openWithCek(detached(signed({ ...envelope, body }, bob.keys)), cek, deps),
    );
  });

  it('proves its header without the content key', () => {
    const { bytes } = letter();
    assert.equal(readEvidence(detached(bytes), senderAt).header.from, alice.state.id);
    throwsCode('envelope/signature', () =>
      readEvidence(detached(signed(parts({ bytes }), mallory.keys)), senderAt),
    );
  });

  it('is small, and signed with the wraps that it leaves out', () => {
    const { bytes } = letter();
    const evidence = decode(detached(bytes)) as Detached;
    assert.ok(detached(bytes).length < bytes.length / 2);
    assert.deepEqual(
      Buffer.from(evidence.wraps),
      taggedHash('milagro/wraps/v1', parts({ bytes }).wraps),
    );
    const others = { ...evidence, wraps: new Uint8Array(32) };
    throwsCode('envelope/signature', () => readEvidence(encode(others), senderAt));
  });

  it('is nothing else than a detached envelope', () => {
    const { bytes } = letter();
    for (const wrong of [bytes, new Uint8Array(), encode({ ...parts({ bytes }), wraps: null })])
      throwsCode('envelope/malformed', () => readEvidence(wrong, senderAt));
    throwsCode('envelope/too-large', () => readEvidence(new Uint8Array(65_537), senderAt));
  });

  it('needs a key state of the sender it names, and one that is known', () => {
    const { bytes } = letter({ keys: { ...mallory.keys, id: alice.state.id } });
    throwsCode('envelope/sender-key', () => readEvidence(detached(bytes), senderAt));
    const unknown = rotated(alice, 'alice 1');
    throwsCode('identity/unknown', () =>
      readEvidence(detached(letter({ keys: unknown.keys }).bytes), senderAt),
    );
  });
});
