import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWaitingBlocks } from '../../src/identity/waiting-blocks.ts';
import type { VerifiedBlock } from '../../src/identity/verify-block.ts';

/** Waiting looks at nothing but the CID. */
const block = (cid: string) => ({ cid }) as VerifiedBlock;
const cids = (blocks: VerifiedBlock[]) => blocks.map(({ cid }) => cid);

describe('waiting blocks', () => {
  it('are taken out once, by their predecessor', () => {
    const waiting = createWaitingBlocks(9);
    waiting.add(block('b'), 'a');
    waiting.add(block('c'), 'a');
    waiting.add(block('d'), 'c');
    assert.deepEqual(cids(waiting.take('a')), ['b', 'c']);
    assert.deepEqual(cids(waiting.take('a')), []);
    assert.ok(waiting.has('d') && !waiting.has('b'));
    assert.equal(waiting.size, 1);
  });

  it('tell what is missing: only what does not wait itself', () => {
    const waiting = createWaitingBlocks(9);
    waiting.add(block('d'), 'c');
    waiting.add(block('c'), 'b');
    waiting.add(block('z'), 'a');
    assert.deepEqual(waiting.missing(), ['a', 'b']);
  });

  it('drop all that builds on a wrong block', () => {
    const waiting = createWaitingBlocks(9);
    waiting.add(block('b'), 'a');
    waiting.add(block('c'), 'b');
    waiting.add(block('d'), 'b');
    waiting.add(block('y'), 'x');
    waiting.drop('a');
    assert.deepEqual([waiting.size, waiting.missing()], [1, ['x']]);
  });

  it('are bounded: the oldest goes', () => {
    const waiting = createWaitingBlocks(3);
    for (let i = 0; i < 100; i++) waiting.add(block(`b${i}`), `a${i}`);
    assert.equal(waiting.size, 3);
    assert.deepEqual(waiting.missing(), ['a97', 'a98', 'a99']);
  });
});
