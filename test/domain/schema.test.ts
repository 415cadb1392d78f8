import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { decode, encode } from '../../src/domain/canonical.ts';
import {
  bytes,
  bytesBetween,
  cid,
  closed,
  integer,
  parse,
  text,
  time,
} from '../../src/domain/schema.ts';
import { CodecError } from '../../src/errors.ts';

const refuses = (schema: Parameters<typeof parse>[0], value: unknown, message?: RegExp): void => {
  assert.throws(
    () => parse(schema, value, 'thing'),
    (thrown: unknown) =>
      thrown instanceof CodecError &&
      thrown.code === 'codec/schema' &&
      (message === undefined || message.test(thrown.message)),
  );
};

const Thing = closed({
  id: cid(),
  key: bytes(32),
  proof: bytesBetween(1, 4),
  seq: integer(1),
  at: time(),
  name: text(8),
  note: Type.Optional(Type.String()),
  parts: Type.Array(closed({ x: integer(0, 9) }), { maxItems: 2 }),
});

const thing = () => ({
  id: `bafyrei${'a'.repeat(52)}`,
  key: new Uint8Array(32),
  proof: Buffer.from([1]),
  seq: 1,
  at: 0,
  name: 'ünïcödé',
  parts: [{ x: 0 }],
});

describe('schema', () => {
  it('returns the very value', () => {
    const value = thing();
    assert.equal(parse(Thing, value, 'thing'), value);
  });

  it('accepts what canonical decoding gives', () => {
    assert.deepEqual(parse(Thing, decode(encode(thing())), 'thing').seq, 1);
  });

  it('names the path and never the value', () => {
    refuses(
      Thing,
      { ...thing(), parts: [{ x: 0 }, { x: 'hunter2' }] },
      /^thing\/parts\/1\/x: (?!.*hunter2)/,
    );
    refuses(Thing, { ...thing(), key: new Uint8Array(31) }, /^thing\/key: must be 32 bytes$/);
  });

  it('refuses an unknown property at any depth and names it, harmlessly', () => {
    refuses(Thing, { ...thing(), '\u001b[2Jx': 'hunter2' }, /^thing\/\?\?2Jx: (?!.*hunter2)/);
    refuses(Thing, { ...thing(), parts: [{ x: 0, y: 0 }] });
    refuses(Thing, JSON.parse('{"__proto__":{}}'));
    refuses(closed({}), JSON.parse('{"__proto__":{}}'));
  });

  it('refuses a missing property', () => {
    const { seq: _, ...rest } = thing();
    refuses(Thing, rest);
  });

  for (const [what, change] of Object.entries({
    'a CIDv0': { id: 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG' },
    'a CID with another padding': { id: `bafyrei${'a'.repeat(51)}b` },
    'a CID and a newline': { id: `bafyrei${'a'.repeat(52)}\n` },
    'text for bytes': { key: 'a'.repeat(32) },
    'an array for bytes': { key: Array.from({ length: 32 }, () => 0) },
    'no bytes': { proof: new Uint8Array(0) },
    'too many bytes': { proof: new Uint8Array(5) },
    zero: { seq: 0 },
    'a fraction': { seq: 1.5 },
    NaN: { seq: Number.NaN },
    'an unsafe integer': { seq: 2 ** 53 },
    'a bigint': { seq: 1n },
    'a numeric text': { seq: '1' },
    'a time before 1970': { at: -1 },
    'a time that no Date holds': { at: 8_640_000_000_000_001 },
    'no name': { name: '' },
    'a long name': { name: '123456789' },
    'an escape sequence': { name: '\u001b[2J' },
    'a right-to-left override': { name: 'a\u202eb' },
    'a line separator': { name: 'a\u2028b' },
    'too many items': { parts: [{ x: 0 }, { x: 0 }, { x: 0 }] },
    'a map for an array': { parts: { 0: { x: 0 } } },
    null: { parts: null },
  })) {
    it(`refuses ${what}`, () => refuses(Thing, { ...thing(), ...change }));
  }

  it('keeps a message short whatever the names in it', () => {
    const schema = Type.Record(Type.String(), integer(0));
    try {
      parse(schema, { ['x'.repeat(60_000)]: 'y' }, 'thing');
      assert.fail();
    } catch (thrown) {
      assert.ok(thrown instanceof CodecError);
      assert.ok(thrown.message.length < 300);
    }
  });
});
