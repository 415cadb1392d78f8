import { test } from 'node:test';
import { holdAll } from './hold-all.ts';

test('fault/F2 every guarantee holds at 40 % loss and 60 % duplicates: seeds 1 to 1,000', () =>
  holdAll(1, 1_000));
