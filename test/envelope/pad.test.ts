import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pad, unpad } from '../../src/envelope/pad.ts';
import { throwsCode } from '../throws-code.ts';

const SIZES = [1_024, 4_096, 16_384, 32_768, 57_344];

describe('pad', () => {
  it('gives back every message', () => {
    fc.assert(
      fc.property(fc.nat({ max: 57_340 }), (length) => {
        const message = Buffer.alloc(length, 0xab);
        assert.deepEqual(unpad(pad(message)), message);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps zeros at the end of a message', () => {
    const message = Buffer.of(1, 0, 0);
    assert.deepEqual(unpad(pad(message)), message);
  });

  it('takes the smallest size that holds length and message', () => {
    assert.deepEqual(
      [0, 1, 1_020, 1_021, 4_092, 4_093, 16_380, 16_381, 32_764, 32_765, 57_340].map(
        (length) => pad(Buffer.alloc(length)).length,
      ),
      [1_024, 1_024, 1_024, 4_096, 4_096, 16_384, 16_384, 32_768, 32_768, 57_344, 57_344],
    );
  });

  it('refuses a message that is too long', () => {
    throwsCode('envelope/message-too-large', () => pad(Buffer.alloc(57_341)));
  });

  it('refuses a size larger than the message needs', () => {
    for (const [i, size] of SIZES.entries())
      for (const larger of SIZES.slice(i + 1)) {
        const padded = Buffer.alloc(larger);
        padded.writeUInt32BE(size - 4);
        throwsCode('envelope/schema', () => unpad(padded));
      }
  });

  it('refuses other sizes, a length beyond the end, and anything but zeros after the message', () => {
    for (const size of [0, 3, 4, 1_023, 1_025, 2_048, 65_536])
      throwsCode('envelope/schema', () => unpad(Buffer.alloc(size)));
    for (const size of SIZES) {
      const long = Buffer.alloc(size);
      long.writeUInt32BE(size - 3);
      throwsCode('envelope/schema', () => unpad(long));
      long.writeUInt32BE(0xffff_ffff);
      throwsCode('envelope/schema', () => unpad(long));
      for (const place of [4, size - 1]) {
        const dirty = Buffer.alloc(size);
        dirty[place] = 1;
        throwsCode('envelope/schema', () => unpad(dirty));
      }
    }
  });
});
