import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '../../src/domain/canonical.ts';
import { MAX_ENVELOPE_BYTES } from '../../src/domain/envelope.ts';
import { createCounters } from '../../src/envelope/counters.ts';
import { createRegistry } from '../../src/identity/registry.ts';
import { revoked, rotated, verifyOnce } from '../identity/people.ts';
import { throwsCode } from '../throws-code.ts';
import {
  alice,
  bob,
  carol,
  inspect,
  letter,
  mallory,
  NOW,
  parts,
  registryOf,
  signed,
} from './post.ts';

describe('inspect envelope', () => {
  it('says who sent it, to which key state of mine, and keeps what was computed', () => {
    const { id, bytes } = letter();
    const inspected = inspect(bytes, carol);
    assert.equal(inspected.id, id);
    assert.equal(inspected.sender.keyId, alice.state.keyId);
    assert.deepEqual(inspected.to, { id: carol.state.id, key: carol.state.keyId });
    assert.deepEqual(inspected.wrap, parts({ bytes }).wraps[1]);
    assert.equal(inspected.headerHash.length, 32);
  });

  it('refuses what is too large before it looks at it', () => {
    throwsCode('envelope/too-large', () => inspect(new Uint8Array(MAX_ENVELOPE_BYTES + 1)));
  });

  const envelope = parts(letter());
  const { header } = envelope;
  for (const [what, value] of Object.entries<unknown>({
    'a number': 1,
    'an empty map': {},
    'a header that is none': { ...envelope, header: 'header' },
    'no header': { ...envelope, header: null },
    'a header without a suite': { ...envelope, header: { v: 1 } },
    'an unknown part': { ...envelope, note: 'x' },
    'a missing part': { header, wraps: envelope.wraps, body: envelope.body, sig: envelope.sig },
    'an unknown header field': { ...envelope, header: { ...header, note: 'x' } },
    'a numeric text': { ...envelope, header: { ...header, seq: '1' } },
    'a zero seq': { ...envelope, header: { ...header, seq: 0 } },
    'a negative time': { ...envelope, header: { ...header, at: -1 } },
    'an end before the beginning': { ...envelope, header: { ...header, until: header.at - 1 } },
    'a sender that is no CID': { ...envelope, header: { ...header, from: 'alice' } },
    'no recipients': { ...envelope, header: { ...header, to: [] }, wraps: [] },
    'a recipient twice': {
      ...envelope,
      header: { ...header, to: [header.to[0], header.to[0]] },
    },
    'recipients that are none': { ...envelope, header: { ...header, to: [null, null] } },
    'a wrap too few': { ...envelope, wraps: envelope.wraps.slice(0, 1) },
    'a wrap too many': { ...envelope, wraps: [...envelope.wraps, envelope.wraps[0]] },
    'a short enc': {
      ...envelope,
      wraps: envelope.wraps.map((w) => ({ ...w, enc: w.enc.slice(1) })),
    },
    'a long key': { ...envelope, wraps: envelope.wraps.map((w) => ({ ...w, key: w.enc })) },
    'a short commitment': { ...envelope, commit: envelope.commit.slice(1) },
    'a short signature': { ...envelope, sig: envelope.sig.slice(1) },
    'a body of no size class': { ...envelope, body: envelope.body.slice(1) },
    'a body without a message': { ...envelope, body: new Uint8Array(16) },
  })) {
    it(`refuses ${what} as malformed`, () => {
      throwsCode('envelope/malformed', () => inspect(encode(value)));
    });
  }

  it('refuses another suite and another version as such', () => {
    for (const change of [
      { suite: 'milagro-0' },
      { suite: 'milagro-2' },
      { suite: '' },
      { suite: null },
      { v: 0 },
      { v: 2 },
      { v: '1' },
    ])
      throwsCode('envelope/suite', () =>
        inspect(encode({ ...envelope, header: { ...header, ...change } })),
      );
  });

  it('refuses what is for others', () => {
    throwsCode('envelope/not-for-me', () => inspect(letter().bytes, mallory));
  });

  it('refuses a sender it does not know', () => {
    const registry = registryOf(bob, carol);
    throwsCode('envelope/sender-unknown', () => inspect(letter().bytes, bob, { registry }));
  });

  it('refuses a key state of the sender that it does not know', () => {
    const later = rotated(alice, 'alice 1');
    const { bytes } = letter({ keys: later.keys });
    throwsCode('envelope/sender-key', () => inspect(bytes));
  });

  it('refuses a key state that is not the sender’s', () => {
    const { bytes } = letter({ keys: { ...mallory.keys, id: alice.state.id } });
    throwsCode('envelope/sender-key', () => inspect(bytes, bob, { mayUse: () => true }));
  });

  it('refuses an older key state, unless the order pinned it', () => {
    const later = rotated(alice, 'alice 1');
    const registry = registryOf(later, bob, carol);
    const { bytes } = letter();
    throwsCode('envelope/sender-key', () => inspect(bytes, bob, { registry }));
    const asked: string[] = [];
    const mayUse = ({ key }: { key: string }) => asked.push(key) > 0;
    assert.equal(inspect(bytes, bob, { registry, mayUse }).sender.keyId, alice.state.keyId);
    assert.deepEqual(asked, [alice.state.keyId]);
    inspect(letter({ keys: later.keys }).bytes, bob, { registry });
  });

  it('refuses a revoked sender, also under the state that an order pinned', () => {
    const registry = registryOf(revoked(alice, 'alice end'), bob);
    throwsCode('envelope/sender-revoked', () =>
      inspect(letter().bytes, bob, { registry, mayUse: () => true }),
    );
  });

  it('refuses a key state of its own that it no longer holds', () => {
    throwsCode('envelope/recipient-key', () =>
      inspect(letter().bytes, bob, { holds: () => false }),
    );
  });

  it('refuses a sender beyond its rate, asked with the header', () => {
    const admits = ({ from }: { from: string }) => from !== alice.state.id;
    throwsCode('envelope/rate', () => inspect(letter().bytes, bob, { admits }));
  });

  it('takes an envelope until its end, that moment included', () => {
    const { bytes } = letter({ until: NOW + 10 });
    inspect(bytes, bob, { now: NOW + 10 });
    throwsCode('envelope/expired', () => inspect(bytes, bob, { now: NOW + 11 }));
  });

  it('refuses what was taken in before, and tells the caller which it was', () => {
    const { id, bytes } = letter();
    const asked: unknown[] = [];
    const seen = (...args: unknown[]) => asked.push(args) > 0;
    throwsCode('envelope/repeated', () => inspect(bytes, bob, { seen }));
    assert.deepEqual(asked, [[id, header]]);
  });

  it('refuses a signature that is not the sender’s, last of all', () => {
    const asked: string[] = [];
    const note = (what: string, answer: boolean) => () => asked.push(what) > 0 && answer;
    throwsCode('envelope/signature', () =>
      inspect(signed(envelope, mallory.keys), bob, {
        holds: note('holds', true),
        admits: note('admits', true),
        seen: note('seen', false),
      }),
    );
    assert.deepEqual(asked, ['holds', 'admits', 'seen']);
  });

  it('counts each refusal by its code', () => {
    const counters = createCounters();
    for (const act of [
      () => inspect(new Uint8Array(3), bob, { counters }),
      () => inspect(new Uint8Array(4), bob, { counters }),
      () => inspect(letter().bytes, mallory, { counters }),
      () => inspect(letter().bytes, bob, { counters, now: NOW * 2 }),
    ])
      assert.throws(act);
    inspect(letter().bytes, bob, { counters });
    assert.deepEqual(
      [...counters.all()],
      [
        ['envelope/malformed', 2],
        ['envelope/not-for-me', 1],
        ['envelope/expired', 1],
      ],
    );
  });

  it('does not hide a failure of its own behind a refusal', () => {
    const registry = createRegistry({ verify: verifyOnce });
    const resolve = () => {
      throw new TypeError('broken');
    };
    assert.throws(
      () => inspect(letter().bytes, bob, { registry: { ...registry, resolve } }),
      TypeError,
    );
  });
});
