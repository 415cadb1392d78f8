import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encapsulate } from '../../src/crypto/kem.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import { decodeEnvelope } from '../../src/envelope/codec.ts';
import { MAX_ENVELOPE_BYTES } from '../../src/domain/envelope.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import { revoked } from '../identity/people.ts';
import { throwsCode } from '../throws-code.ts';
import {
  alice,
  bob,
  carol,
  HEAD,
  letter,
  mallory,
  NOW,
  ORDER,
  parts,
  receive,
  SHARE,
} from './post.ts';

/** As many recipients as wanted: bob under other names. */
const crowd = (count: number): KeyState[] =>
  Array.from({ length: count }, (_, i) => ({
    ...bob.state,
    id: `${bob.state.id.slice(0, -3)}${'abcdefgh'[i >> 3]}${'abcdefgh'[i & 7]}a`,
  }));

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

describe('seal envelope', () => {
  it('lets each recipient read message and head', () => {
    const { bytes } = letter();
    for (const who of [bob, carol]) {
      const { message, head } = receive(bytes, who);
      assert.deepEqual(message, { type: 'order.dealt', message: SHARE });
      assert.deepEqual(head, HEAD);
    }
  });

  it('names sender, recipients and their key states in the header', () => {
    const { header } = parts(letter());
    assert.deepEqual(header, {
      v: 1,
      suite: 'milagro-1',
      type: 'order.dealt',
      from: alice.state.id,
      key: alice.state.keyId,
      to: [
        { id: bob.state.id, key: bob.state.keyId },
        { id: carol.state.id, key: carol.state.keyId },
      ],
      stream: ORDER,
      seq: 1,
      at: NOW,
      until: NOW + 60_000,
    });
  });

  it('is named by the CID of its bytes', () => {
    const { id, bytes } = letter();
    assert.equal(id, cidOf(bytes));
    assert.equal(decodeEnvelope(bytes).id, id);
  });

  it('may be for its sender', () => {
    const { bytes } = letter({ recipients: [alice.state, bob.state] });
    assert.deepEqual(receive(bytes, alice).message.message, SHARE);
  });

  it('carries no head while the log is empty', () => {
    assert.equal(receive(letter({ head: null }).bytes).head, null);
  });

  it('shows the size class of the message and nothing finer', () => {
    const cids = (count: number) => ({ cids: Array<string>(count).fill(ORDER), seen: null });
    const size = (count: number) =>
      letter({ type: 'ack', stream: null, message: cids(count) }).bytes.length;
    assert.equal(size(1), size(14));
    assert.equal(size(20), size(60));
    assert.ok(size(20) > size(14));
  });

  it('holds neither the message nor the content key in its bytes', () => {
    const { bytes, cek } = letter();
    assert.equal(Buffer.from(bytes).indexOf(SHARE.share), -1);
    assert.equal(Buffer.from(bytes).indexOf(cek), -1);
  });

  it('encapsulates afresh for each recipient and each envelope', () => {
    const encs = [letter(), letter()].flatMap((sealed) =>
      parts(sealed).wraps.map(({ enc }) => enc),
    );
    assert.equal(new Set(encs.map((enc) => Buffer.from(enc).toString('hex'))).size, 4);
  });

  it('draws the content key from the port', () => {
    let drawn: Buffer | undefined;
    const { cek } = letter({ random: { bytes: (n) => (drawn = Buffer.alloc(n, 3)) } });
    assert.deepEqual([cek, cek.length], [drawn, 32]);
  });

  it('wipes the content key when sealing fails', () => {
    const drawn = Buffer.alloc(32, 3);
    throwsCode('envelope/message-too-large', () =>
      letter({ random: { bytes: () => drawn }, message: new Uint8Array(60_000) }),
    );
    assert.deepEqual(drawn, Buffer.alloc(32));
  });

  it('leaves the message to its owner', () => {
    const message = { share: new Uint8Array(32).fill(5) };
    letter({ message });
    assert.deepEqual(message.share, new Uint8Array(32).fill(5));
  });

  it('refuses nobody, too many, one twice, and the revoked', () => {
    for (const recipients of [
      [],
      crowd(41),
      [bob.state, carol.state, bob.state],
      [revoked(mallory, 'mallory end').state],
    ])
      throwsCode('envelope/recipients', () => letter({ recipients }));
  });

  it('refuses a header that others would refuse', () => {
    for (const change of [
      { seq: 0 },
      { seq: 1.5 },
      { at: -1 },
      { type: 'Order.Dealt' },
      { type: '' },
      { stream: 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG' },
    ])
      throwsCode('codec/schema', () => letter(change));
  });

  it('refuses what does not fit, as the largest message depends on the number of recipients', () => {
    const fits = (count: number, length: number): boolean => {
      const sealing = { recipients: crowd(count), message: new Uint8Array(length) };
      const code = codeOf(() => {
        const { bytes } = letter({ ...sealing, encapsulate: cheap });
        assert.ok(bytes.length <= MAX_ENVELOPE_BYTES);
      });
      assert.ok(code === undefined || code === 'envelope/message-too-large');
      return code === undefined;
    };
    const { enc } = encapsulate(bob.state.keys.kem);
    const cheap = () => ({ sharedSecret: Buffer.alloc(32), enc });
    assert.deepEqual([fits(5, 57_200), fits(7, 57_200)], [true, false]);
    assert.deepEqual([fits(36, 16_000), fits(38, 16_000)], [true, false]);
    assert.ok(fits(40, 4_000));
    assert.ok(!fits(1, 57_341));
  });

  it('refuses a message of more items than anybody would decode', () => {
    const message = Array.from({ length: 1_100 }, () => 0);
    throwsCode('envelope/message-too-large', () => letter({ message }));
  });
});
