import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aesGcmSeal } from '../../src/crypto/aead.ts';
import { taggedHash } from '../../src/crypto/hash.ts';
import { encapsulate } from '../../src/crypto/kem.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { Envelope } from '../../src/domain/envelope.ts';
import { headerHash } from '../../src/envelope/codec.ts';
import { commitmentOf, wrapKey } from '../../src/envelope/content-key.ts';
import { pad } from '../../src/envelope/pad.ts';
import { EnvelopeError, type EnvelopeCode } from '../../src/errors.ts';
import { throwsCode } from '../throws-code.ts';
import {
  alice,
  bob,
  carol,
  HEAD,
  inspect,
  letter,
  mallory,
  parts,
  receive,
  SHARE,
  signed,
} from '../envelope/post.ts';

/** How an envelope is refused. */
const refusal = (bytes: Uint8Array): EnvelopeCode => {
  try {
    receive(bytes);
  } catch (thrown) {
    assert.ok(thrown instanceof EnvelopeError, `not a typed refusal: ${String(thrown)}`);
    return thrown.code;
  }
  return assert.fail('opened');
};

const PARTS = ['header', 'commit', 'wraps', 'body', 'sig'] as const;
const mine = parts(letter());
const other = parts(letter({ seq: 2, message: { share: new Uint8Array(32).fill(1) } }));
const mixed = (taken: readonly string[]): Envelope =>
  Object.fromEntries(
    PARTS.map((part) => [part, (taken.includes(part) ? other : mine)[part]]),
  ) as unknown as Envelope;

describe('attack/E2 splice parts of envelopes of one sender', () => {
  for (let choice = 1; choice < 2 ** PARTS.length - 1; choice++) {
    const taken = PARTS.filter((_, i) => choice & (1 << i));
    it(`refuses ${taken.join(', ')} of another envelope`, () => {
      assert.equal(refusal(encode(mixed(taken))), 'envelope/signature');
    });
    // A sender who signs the mixture himself gets no further, unless it is the whole of one of the two.
    if (taken.includes('sig') || taken.length === PARTS.length - 1) continue;
    it(`refuses ${taken.join(', ')} of another envelope, signed anew`, () => {
      assert.equal(refusal(signed(mixed(taken))), 'envelope/unopened');
    });
  }

  it('refuses the wrap of one recipient for another', () => {
    const [toBob, toCarol] = mine.wraps;
    const wraps = [toCarol!, toBob!];
    assert.equal(refusal(encode({ ...mine, wraps })), 'envelope/signature');
    assert.equal(refusal(signed({ ...mine, wraps })), 'envelope/unopened');
  });

  it('refuses every flipped byte', () => {
    const { bytes } = letter();
    const codes = new Map<EnvelopeCode, number>();
    for (let i = 0; i < bytes.length; i++) {
      const flipped = Uint8Array.from(bytes);
      flipped[i]! ^= 1 << (i % 8);
      const code = refusal(flipped);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    assert.equal(
      codes.get('envelope/unopened'),
      undefined,
      'nothing altered reaches a private key',
    );
  });
});

describe('attack/E3 strip the signature and sign again', () => {
  it('refuses another signature under the name of the sender', () => {
    assert.equal(refusal(signed(mine, mallory.keys)), 'envelope/signature');
  });

  it('refuses the content under the name of another sender, who is right about the signature', () => {
    const header = { ...mine.header, from: mallory.state.id, key: mallory.state.keyId };
    assert.equal(refusal(signed({ ...mine, header }, mallory.keys)), 'envelope/unopened');
  });

  it('refuses a header that says anything else, signed by its own sender', () => {
    const { header } = mine;
    for (const change of [
      { type: 'share.released' },
      { stream: null },
      { seq: 2 },
      { at: header.at + 1 },
      { until: header.until + 1 },
      { to: [header.to[0]!, { id: mallory.state.id, key: mallory.state.keyId }] },
    ])
      assert.equal(
        refusal(signed({ ...mine, header: { ...header, ...change } })),
        'envelope/unopened',
      );
  });

  it('does not let a recipient forward what it received as if it had been sent there', () => {
    const { bytes, cek } = letter({ recipients: [bob.state] });
    const envelope = parts({ bytes });
    const to = { id: carol.state.id, key: carol.state.keyId };
    const header = { ...envelope.header, to: [to] };
    const wrap = wrapKey({
      contentKey: cek,
      to,
      header: headerHash(header),
      publicKey: carol.state.keys.kem,
      encapsulate,
    });
    const forwarded = { ...envelope, header, wraps: [wrap] };
    throwsCode('envelope/signature', () => receive(encode(forwarded), carol));
    throwsCode('envelope/signature', () => receive(signed(forwarded, bob.keys), carol));
  });
});

describe('attack/E5 downgrade the suite', () => {
  it('refuses any other suite or version, signed by its sender or not', () => {
    for (const change of [{ suite: 'milagro-0' }, { suite: 'none' }, { v: 0 }, { v: 2 }]) {
      const header = { ...mine.header, ...change } as Envelope['header'];
      assert.equal(refusal(encode({ ...mine, header })), 'envelope/suite');
      assert.equal(refusal(signed({ ...mine, header })), 'envelope/suite');
    }
  });

  it('has no suite to negotiate: without the field it is malformed', () => {
    const { suite: _, ...header } = mine.header;
    assert.equal(refusal(encode({ ...mine, header })), 'envelope/malformed');
  });
});

describe('attack/E7 hostile lengths and depths', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const largest = Buffer.alloc(65_536);
  for (const [what, bytes] of Object.entries({
    nothing: new Uint8Array(0),
    'a byte string of 2^63 bytes': hex('5b7fffffffffffffff'),
    'a byte string of 2^64 - 1 bytes': hex('5bffffffffffffffff'),
    'a text of 4 GiB': hex('7affffffff'),
    'an array of 2^53 items': hex('9b0020000000000000'),
    'a map of 2^32 - 1 pairs': hex('baffffffff'),
    'a map whose count overflows when doubled': hex('bbffffffffffffffff'),
    'an indefinite array': hex('9f'.repeat(1_000)),
    'an indefinite byte string': hex('5f4100ff'),
    'nested arrays': Buffer.concat([Buffer.alloc(65_535, 0x81), Buffer.of(0)]),
    'nested tags': Buffer.concat([Buffer.alloc(65_535, 0xc1), Buffer.of(0)]),
    'nested maps': Buffer.concat([Buffer.alloc(60_000, 'a161', 'hex'), Buffer.of(0)]),
    'as many items as fit': Buffer.concat([hex('99fffc'), largest.subarray(0, 65_532)]),
    'as many empty arrays as fit': Buffer.concat([hex('99fffc'), Buffer.alloc(65_532, 0x80)]),
    'a real beginning and nothing more': Buffer.from(letter().bytes.subarray(0, 500)),
    'reserved length': hex('1c'),
    'a break': hex('ff'),
  })) {
    it(`refuses ${what}`, () => assert.equal(refusal(bytes), 'envelope/malformed'));
  }

  it('refuses one byte more than allowed without reading it', () => {
    assert.equal(refusal(new Uint8Array(65_537)), 'envelope/too-large');
  });
});

describe('attack/E8 two encodings of one envelope', () => {
  const { bytes } = letter();
  const replaced = (from: Uint8Array, to: Uint8Array): Uint8Array => {
    const at = Buffer.from(bytes).indexOf(from);
    assert.ok(at >= 0);
    return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
  };
  const pair = (key: string, value: unknown) => Buffer.concat([encode(key), encode(value)]);

  for (const [what, make] of Object.entries<() => Uint8Array>({
    'trailing bytes': () => Buffer.concat([bytes, Buffer.of(0)]),
    'a key twice': () => Buffer.concat([Buffer.of(0xa6), bytes.subarray(1), pair('sig', mine.sig)]),
    'a key twice in the header': () =>
      replaced(pair('seq', 1), Buffer.concat([pair('seq', 1), pair('seq', 1)])),
    'keys in another order': () =>
      Buffer.concat([Buffer.of(0xa5), ...PARTS.map((part) => pair(part, mine[part]))]),
    'a long form of a short number': () =>
      replaced(pair('seq', 1), Buffer.concat([encode('seq'), Buffer.of(0x18, 1)])),
    'a number as a float': () =>
      replaced(
        pair('seq', 1),
        Buffer.concat([encode('seq'), Buffer.from('fb3ff0000000000000', 'hex')]),
      ),
    'undefined for null': () =>
      replaced(
        pair('stream', mine.header.stream),
        Buffer.concat([encode('stream'), Buffer.of(0xf7)]),
      ),
    'a tag around a part': () =>
      replaced(pair('seq', 1), Buffer.concat([encode('seq'), Buffer.of(0xc1, 1)])),
    'text that is not UTF-8': () =>
      replaced(Buffer.from('order.dealt'), Buffer.from('order.deal\xff', 'latin1')),
    __proto__: () => encode(JSON.parse('{"__proto__":{"header":{"v":1,"suite":"milagro-1"}}}')),
    '__proto__ beside the parts': () =>
      Buffer.concat([Buffer.of(0xa6), bytes.subarray(1), pair('__proto__', {})]),
    '__proto__ in the header': () =>
      replaced(pair('seq', 1), Buffer.concat([pair('seq', 1), pair('__proto__', { admin: true })])),
  })) {
    it(`refuses ${what}`, () => {
      assert.equal(refusal(make()), 'envelope/malformed');
      assert.equal((Object.prototype as { admin?: unknown }).admin, undefined);
    });
  }
});

describe('attack/E17 one envelope, two meanings', () => {
  it('refuses a content key that the envelope does not commit to, though wrap, body and signature fit it', () => {
    const { header } = mine;
    const hash = headerHash(header);
    const [committed, hidden] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const commit = commitmentOf(committed);
    const plaintext = pad(encode({ head: HEAD, message: SHARE }));
    const aad = taggedHash('milagro/body/v1', hash, commit);
    const bodyFor = (key: Buffer) => aesGcmSeal({ key, nonce: new Uint8Array(12), plaintext, aad });
    const wrapFor = (contentKey: Buffer, i: number) =>
      wrapKey({
        contentKey,
        to: header.to[i]!,
        header: hash,
        publicKey: [bob, carol][i]!.state.keys.kem,
        encapsulate,
      });

    const honest = signed({
      header,
      commit,
      wraps: [wrapFor(committed, 0), wrapFor(committed, 1)],
      body: bodyFor(committed),
    });
    for (const who of [bob, carol]) assert.deepEqual(receive(honest, who).message.message, SHARE);

    const split = signed({
      header,
      commit,
      wraps: [wrapFor(committed, 0), wrapFor(hidden, 1)],
      body: bodyFor(hidden),
    });
    for (const who of [bob, carol]) {
      assert.equal(inspect(split, who).sender.id, alice.state.id);
      throwsCode('envelope/unopened', () => receive(split, who));
    }
  });
});
